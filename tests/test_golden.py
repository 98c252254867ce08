"""Each document of the seeds comes out as its golden file says.

The golden files were written by hand, from the contract, before any output was looked at.
Where one fails, decide who is wrong; never copy output over a golden file unread.
"""

from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from tests.golden_format import difference, file_name, render_output, stretches

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
NAMES = sorted(path.name for path in GOLDEN.glob("*.txt"))
SINGLE = (".txt", ".html")


@pytest.fixture(scope="session")
def published(seeds_output: Path) -> dict[str, str]:
    return render_output(seeds_output)


@pytest.mark.parametrize("name", NAMES)
def test_document_comes_out_as_written_down(name: str, published: dict[str, str]) -> None:
    golden = (GOLDEN / name).read_text(encoding="utf-8")
    assert name in published, f"{name}: no row in articles, copies or rejects"
    if found := difference(name, golden, published[name]):
        pytest.fail(f"\n{found}", pytrace=False)


def test_each_published_document_has_a_golden_file(published: dict[str, str]) -> None:
    assert sorted(set(published) - set(NAMES)) == []


def test_each_seed_has_a_golden_file() -> None:
    """Single files one each; rows and parts at least one for their file."""
    for path in sorted(path for path in (ROOT / "seeds").rglob("*") if path.is_file()):
        name = file_name(path.relative_to(ROOT / "seeds").as_posix()).removesuffix(".txt")
        parts = [golden for golden in NAMES if golden.startswith(f"{name}@")]
        assert f"{name}.txt" in NAMES if path.suffix in SINGLE and not parts else parts, path


def test_no_golden_file_is_orphaned() -> None:
    for name in NAMES:
        member = name.removesuffix(".txt").split("@")[0].replace("__", "/")
        assert (ROOT / "seeds" / member).is_file(), name


def test_a_row_fetched_again_is_only_counted(seeds_output: Path) -> None:
    """Row 4 of the evening feed is row 1 with a later `fetched_at`: the same page, the same text."""
    runs = pq.read_table(seeds_output / "runs").to_pylist()
    assert [(run["documents"], run["unchanged"]) for run in runs] == [(len(NAMES) + 1, 1)]


def test_format_shows_each_kept_stretch_and_each_removed_line() -> None:
    """`T\\n\\nab\\u200bc\\nd\\nx y`: a title, two paragraphs (one with a zero-width space), two lines in one removed span."""
    row = {"body": "abc\n\nd", "source_length": 16}
    spans = [
        {"start_offset": 0, "end_offset": 1, "class": "headline", "text": "T"},
        {"start_offset": 1, "end_offset": 3, "class": "whitespace", "text": "\n\n"},
        {"start_offset": 5, "end_offset": 6, "class": "control", "text": "\u200b"},
        {"start_offset": 7, "end_offset": 8, "class": "whitespace", "text": "\n"},
        {"start_offset": 9, "end_offset": 16, "class": "related", "text": "\nx y\nzz"},
    ]
    assert stretches(row, spans[::-1]) == [
        ("headline", "T"),
        ("body", "abc"),
        ("body", "d"),
        ("related", "x y"),
        ("related", "zz"),
    ]


PLAIN = (
    "headline",
    "alternative_headline",
    "language",
    "outlet_name",
    "outlet_domain",
    "agency_id",
    "syndicated_via",
    "section",
    "canonical_url",
)


def test_what_the_evidence_took_is_what_the_row_says(seeds_output: Path) -> None:
    rows = {row["document_id"]: row for name in ("articles", "copies") for row in ds.dataset(seeds_output / name).to_table().to_pylist()}
    taken = [e for e in ds.dataset(seeds_output / "evidence").to_table().to_pylist() if e["rank"] == 0 and e["field"] in PLAIN]
    assert len({e["field"] for e in taken}) > 5
    assert [
        (e["field"], e["value"], rows[e["document_id"]][e["field"]]) for e in taken if e["value"] != rows[e["document_id"]][e["field"]]
    ] == []

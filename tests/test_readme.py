"""README.md tells the truth: each snippet gives the output below it, each command and path named there exists."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(match[1], match[2]) for match in FENCE.finditer(TEXT)]
SNIPPETS = [(code, BLOCKS[at + 1]) for at, (kind, code) in enumerate(BLOCKS) if kind == "python"]
CONSOLE = [body for kind, body in BLOCKS if kind == "console"]
CUT = "…"  # a line that stands for any number of lines


def lines_of(output: str) -> list[str]:
    return [line.rstrip() for line in output.strip("\n").splitlines()]


def shows(shown: str, output: str) -> bool:
    """Whether `shown` is `output` with stretches of lines cut."""
    found, at, free = lines_of(output), 0, False
    for is_cut, group in groupby(lines_of(shown), key=CUT.__eq__):
        piece = list(group)
        if is_cut:
            free = True
            continue
        starts = range(at, len(found) - len(piece) + 1) if free else (at,)
        start = next((start for start in starts if found[start : start + len(piece)] == piece), None)
        if start is None:
            return False
        at, free = start + len(piece), False
    return free or at == len(found)


def test_shows_compares_all_that_is_not_cut() -> None:
    assert shows("a\n…\nd", "a\nb\nc\nd\n")
    assert shows("a\nb\n…", "a\nb\nc")
    assert not shows("a\nc", "a\nb\nc")
    assert not shows("a\n…\nb\nd", "a\nb\nc\nd")
    assert not shows("a\nb", "a\nb\nc")


@pytest.fixture
def place(tmp_path: Path, seeds_output: Path) -> Path:
    """A folder in which `data` is what seeds/ gave."""
    (tmp_path / "data").symlink_to(seeds_output)
    return tmp_path


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet_prints_what_stands_below_it(number: int, place: Path) -> None:
    code, (kind, shown) = SNIPPETS[number]
    assert kind == "text" and shown.strip()
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=place, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert shows(shown, done.stdout), done.stdout


def test_every_dataset_has_a_snippet() -> None:
    for dataset in ("articles", "copies", "removed", "evidence", "rejects", "runs"):
        assert any(f"data/{dataset}" in code for code, _ in SNIPPETS), dataset


def test_the_summary_of_the_pipeline_is_that_of_the_seeds(seeds_run: Path) -> None:
    summary = json.loads((seeds_run / "summary.json").read_text())
    shown = next(body for body in CONSOLE if body.startswith("$ make pipeline"))
    figures = re.findall(r"^(\w[\w -]*?) {2,}([\d,]+)$", shown, re.MULTILINE)
    assert len(figures) > 5
    for name, figure in figures:
        told = summary["rejects_by_reason"][name.removeprefix("rejected as ")] if name.startswith("rejected as ") else summary[name]
        assert told == int(figure.replace(",", "")), name


def test_explain_prints_what_is_shown(copydesk: Callable[..., subprocess.CompletedProcess[str]], seeds_output: Path) -> None:
    shown = next(body for body in CONSOLE if "copydesk explain" in body)
    command, _, output = shown.partition("\n")
    match = re.fullmatch(r"\$ \.venv/bin/copydesk explain (\w+) --out data", command)
    assert match
    done = copydesk("explain", match[1], "--out", seeds_output)
    assert done.returncode == 0, done.stderr
    assert shows(output, done.stdout), done.stdout


def own_bundle(folder: Path) -> Path:
    """The bundle that the README describes: a row of JSONL, a text and what bundle.csv says of it."""
    (folder / "pages").mkdir(parents=True)
    (folder / "rows.jsonl").write_text(next(body for kind, body in BLOCKS if kind == "json"), encoding="utf-8")
    (folder / "bundle.csv").write_text(next(body for kind, body in BLOCKS if kind == "csv"), encoding="utf-8")
    story = (
        "The mill above Marrow has ground its first flour in forty years, after a winter in which two brothers cut each tooth of its wheel."
    )
    (folder / "pages" / "mill.txt").write_text(f"Old mill grinds again\n\n{story}\n", encoding="utf-8")
    return folder


def test_own_articles_are_read_as_described(copydesk: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    done = copydesk("run", own_bundle(tmp_path / "mine"), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    rows = pq.read_table(tmp_path / "out" / "articles", columns=["url", "headline", "outlet_name", "fetched_at"]).to_pylist()
    told = {(row["url"], row["headline"], row["outlet_name"], f"{row['fetched_at']:%Y-%m-%dT%H:%M}") for row in rows}
    assert ("https://valleypost.example/2024/loaf", "Bakers agree on one loaf") in {row[:2] for row in told}
    assert ("https://valleypost.example/2024/mill", "Old mill grinds again", "Valley Post", "2024-03-15T08:30") in told


def named_paths() -> Iterator[str]:
    """Files and folders of the repository that the README names."""
    for name in re.findall(r"`([\w./-]+)`", TEXT):
        if name.startswith(("flows/", "tasks/", "config/", "seeds/", "tests/", "docs/")) or name in (
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "LICENSE",
        ):
            yield name


def test_what_is_named_exists() -> None:
    names = list(named_paths())
    assert len(names) > 10
    assert [name for name in names if not (ROOT / name).exists()] == []
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (pipeline|test|help)\b", TEXT)) <= targets

"""Each thing that verify guards is damaged once, and found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.write.output import MANIFEST, OutputError, current_release
from tasks.write.release import digest_file
from tasks.write.schema import schema_for
from tasks.write.verify import verify_output

from .made import Input, plain, publish, reject, some

Rows = list[dict[str, Any]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    publish(tmp_path / "out", tmp_path / "w1", Input(some(0, 12, 4), (reject(1), reject(2))))
    publish(tmp_path / "out", tmp_path / "w2", Input(some(20, 6), (reject(3),), bundle="other"))
    return tmp_path / "out"


def rewrite(out: Path, dataset: str, change: Callable[[Rows], Rows], place: int = 1) -> None:
    """Change rows of a file and give the manifest the new digest: what is wrong then is wrong in the rows alone."""
    release = current_release(out)
    path = release.files(dataset)[place]
    rows = change(pq.read_table(path).to_pylist())
    path.unlink()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema_for(dataset)), path)
    for entry in release.manifest["files"]:
        if release.path / entry["path"] == path:
            entry |= {"sha256": digest_file(path), "rows": len(rows)}
    (release.path / MANIFEST).write_text(json.dumps(release.manifest))


def lines(out: Path) -> list[str]:
    return [breach.line() for breach in verify_output(out)]


def edit(index: int, **values: object) -> Callable[[Rows], Rows]:
    return lambda rows: [row | values if i == index else row for i, row in enumerate(rows)]


def test_untouched(out: Path) -> None:
    assert lines(out) == []


def test_nothing_published(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nothing is published"):
        verify_output(tmp_path)


@pytest.mark.parametrize("dataset", ["articles", "copies", "removed", "evidence", "rejects", "runs"])
def test_flipped_bit(out: Path, dataset: str) -> None:
    path = current_release(out).files(dataset)[1]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert any("digest" in line and path.name in line for line in lines(out))


def test_file_missing_added_or_cut(out: Path) -> None:
    release = current_release(out)
    release.files("evidence")[1].unlink()
    (release.path / "articles" / "stray.parquet").write_bytes(b"x")
    release.files("rejects")[1].write_bytes(b"PAR1")
    found = lines(out)
    assert any("is missing" in line for line in found)
    assert any("stray.parquet: is not in the manifest" in line for line in found)
    assert any("no Parquet file" in line for line in found)


def test_link_replaced_by_a_folder(out: Path) -> None:
    (out / "articles").unlink()
    (out / "articles").mkdir()
    assert "manifest: articles: is not the link current/articles" in lines(out)


def test_another_schema(out: Path) -> None:
    release = current_release(out)
    path = release.files("rejects")[1]
    table = pq.read_table(path).drop_columns(["head"])
    path.unlink()
    pq.write_table(table, path)
    assert any(line.startswith("schema: rejects/") for line in lines(out))


def test_dropped_row(out: Path) -> None:
    rewrite(out, "rejects", lambda rows: rows[1:])
    assert any("law 1: runs: count" in line for line in lines(out))


def test_dropped_article(out: Path) -> None:
    article = plain(0).article.document_id
    rewrite(out, "articles", lambda rows: [row for row in rows if row["document_id"] != article])
    found = lines(out)
    assert sum(f"points at {article}, which is no article" in line for line in found) == 4
    assert f"law 2: removed {article}: belongs to no article or copy" in found
    assert f"law 2: evidence {article}: belongs to no article or copy" in found


def test_doubled_id(out: Path) -> None:
    rewrite(out, "rejects", edit(0, document_id=plain(1).article.document_id))
    assert any(f"{plain(1).article.document_id}: stands in articles and in rejects" in line for line in lines(out))
    rewrite(out, "rejects", edit(0, document_id="g" * 32))
    assert any("is not 32 hex digits" in line for line in lines(out))


def test_same_document_twice(out: Path) -> None:
    article = plain(1).article
    rewrite(out, "rejects", edit(0, identity=article.identity, source_text_sha256=article.source_text_sha256))
    assert any(f"is the same document as {article.document_id}" in line for line in lines(out))


def test_dangling_copy(out: Path) -> None:
    rewrite(out, "copies", edit(0, copy_of="0" * 32))
    found = lines(out)
    assert any(f"points at {'0' * 32}, which is no article" in line for line in found)
    assert any("story_id is" in line for line in found)


def test_copy_of_a_copy_and_strange_story(out: Path) -> None:
    copy = plain(9).article.document_id
    rewrite(out, "copies", lambda rows: [row | {"copy_of": copy, "story_id": copy} for row in rows])
    rewrite(out, "articles", edit(0, story_id="1" * 32))
    found = lines(out)
    assert any(f"points at {copy}, which is no article" in line for line in found)
    assert any("story_id is another one's" in line for line in found)


def test_copy_of_a_later_article(out: Path) -> None:
    later = plain(20).article.document_id
    rewrite(out, "copies", edit(0, copy_of=later, story_id=later))
    assert any("which a later run brought" in line for line in lines(out))


def test_unknown_run(out: Path) -> None:
    rewrite(out, "evidence", edit(0, run_id="f" * 32))
    assert any("is no run_id that runs knows" in line for line in lines(out))


def test_changed_body(out: Path) -> None:
    rewrite(out, "articles", lambda rows: [rows[0] | {"body": rows[0]["body"].replace("First", "Worst")}, *rows[1:]])
    assert any("another text than source_text_sha256" in line for line in lines(out))
    rewrite(out, "articles", lambda rows: [rows[0] | {"body": rows[0]["body"] + "!"}, *rows[1:]])
    assert any("body and spans give back" in line for line in lines(out))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": "Share thus"}, "another text"),
        ({"end_offset": 99}, "holds 10 characters"),
        ({"start_offset": 0, "end_offset": 10}, "overlap"),
        ({"start_offset": 900, "end_offset": 910}, "neither in the body nor in a span"),
    ],
)
def test_wrong_span(out: Path, values: dict[str, object], said: str) -> None:
    def change(rows: Rows) -> Rows:
        place = next(i for i, row in enumerate(rows) if row["class"] == "share")
        return edit(place, **values)(rows)

    rewrite(out, "removed", change)
    assert any(line.startswith("law 2: articles") and said in line for line in lines(out)), lines(out)


def test_lost_span(out: Path) -> None:
    rewrite(out, "removed", lambda rows: rows[1:])
    assert any(line.startswith("law 2:") for line in lines(out))


def test_in_ranges_and_passes(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.write import laws

    monkeypatch.setattr(laws, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(laws, "BYTES_AT_ONCE", 500)
    assert lines(out) == []
    rewrite(out, "copies", edit(2, copy_of="0" * 32))
    assert sum("which is no article" in line for line in lines(out)) == 1


def test_source_that_changed(out: Path) -> None:
    made = plain(1)
    assert verify_output(out, source=lambda locations: [(made.article.document_id, made.source)]) == []
    breaches = verify_output(out, source=lambda locations: [(made.article.document_id, made.source + "!")])
    assert breaches and breaches[0].law == "law 2" and breaches[0].row == made.article.document_id

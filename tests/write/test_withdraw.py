"""Withdrawal: rows gone everywhere, the next of the group in the article's place, and no way back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tasks.records import Assignment
from tasks.shards import write_records
from tasks.write.explain import explain_document
from tasks.write.output import OutputError, close_output, current_release, open_output
from tasks.write.reading import read_file
from tasks.write.release import known_documents
from tasks.write.schema import DATASETS
from tasks.write.shard import publish_run
from tasks.write.verify import verify_output
from tasks.write.withdraw import withdraw_documents

from .made import Input, info, plain, prepare, publish, reject, some

LATER = datetime(2024, 6, 1, tzinfo=UTC)


def first_stands(members: pa.Table) -> Sequence[Assignment]:
    """The article stays, else the first of the oldest run stands for the story."""
    ids, stories = members["document_id"].to_pylist(), members["story_id"].to_pylist()
    head = next((d for d, story in zip(ids, stories, strict=True) if d == story), ids[0])
    return [Assignment(d, head, "near", 0.5, 0.75, "shorter") if d != head else Assignment(d, d) for d in ids]


def rows(out: Path, dataset: str) -> list[dict[str, object]]:
    return [row for path in current_release(out).files(dataset) for row in read_file(path).to_pylist()]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Two runs; `plain(0)` has three copies in the first, two in the second, of which one is a later version."""
    publish(tmp_path / "out", tmp_path / "w1", Input(some(0, 8, 3), (reject(1),)))
    story = plain(0).article.document_id
    version = plain(21, story)
    version = replace(version, assignment=replace(version.assignment, previous_version=plain(6).article.document_id, relation="version"))
    shards, assignments = prepare(tmp_path / "w2", Input((plain(20, story), version, plain(22))))
    memory = write_records(tmp_path / "m.parquet", [Assignment(plain(20).article.document_id, story)], Assignment)
    output = open_output(tmp_path / "out")
    publish_run(output, shards, assignments, info("other"), memory={"signatures": memory})
    close_output(output)
    return tmp_path / "out"


def test_a_copy_goes(out: Path) -> None:
    gone = plain(6).article.document_id
    before = {name: rows(out, name) for name in DATASETS}
    done = withdraw_documents(out, [gone], "a person's right", first_stands, clock=lambda: LATER)
    assert len(done.remaining) == 5 and gone not in {one.document_id for one in done.remaining}
    for name in ("articles", "copies", "removed", "evidence", "rejects", "runs"):
        # What was a version of it alone is one no longer.
        other = {"previous_version": None, "relation": "near", "similarity": 0.5, "containment": 0.75}
        expected = [row | other if row.get("previous_version") == gone else row for row in before[name]]
        assert rows(out, name) == [row for row in expected if row.get("document_id") != gone]
    told = [(row["document_id"], row["withdrawn_at"], row["reason"]) for row in rows(out, "withdrawn")]
    assert told == [(gone, LATER, "a person's right")]
    assert verify_output(out) == []


def test_an_article_goes_and_the_next_takes_its_place(out: Path) -> None:
    gone = plain(0).article.document_id
    withdraw_documents(out, [gone, reject(1).document_id], "asked", first_stands)
    assert verify_output(out) == []
    copies = rows(out, "copies")
    heads = {row["copy_of"] for row in copies}
    assert len(heads) == 1 and len(copies) == 4
    head = next(row for row in rows(out, "articles") if row["document_id"] in heads)
    assert head["identity"] in {f"doc-{n:06d}" for n in (5, 6, 7)}  # of the first run
    assert all((row["relation"], row["similarity"], row["reason"]) == ("near", 0.5, "shorter") for row in copies)
    assert rows(out, "rejects") == []
    assert [row["story_id"] for path in current_release(out).files("memory/signatures") for row in read_file(path).to_pylist()] == [*heads]
    number = int(str(head["identity"])[-6:])
    assert explain_document(out, str(head["document_id"])).source_text == plain(number).source


def test_it_never_returns(out: Path, tmp_path: Path) -> None:
    withdraw_documents(out, [plain(1).article.document_id], "asked", first_stands)
    output = open_output(out)
    known = known_documents(output, output.staging / "known.parquet")
    assert known is not None and plain(1).article.document_id in read_file(known)["document_id"].to_pylist()
    close_output(output)
    publish(out, tmp_path / "w9", Input(some(90, 3)))
    assert verify_output(out) == []


def test_unknown_documents_are_refused(out: Path) -> None:
    with pytest.raises(OutputError, match="no document ffff"):
        withdraw_documents(out, ["f" * 32, plain(1).article.document_id], "asked", first_stands)
    assert current_release(out).number == 2 and verify_output(out) == []

"""The digest of what a run read."""

from dataclasses import replace
from pathlib import Path

from tasks.records import Given, RawDocument, Reject
from tasks.shards import write_records
from tasks.write.inputs import bundle_digests

ONE = RawDocument("1" * 32, "path:b/1", "b", "1.txt", None, "1" * 64, "text/plain", "utf-8", "text", None, None)
TWO = replace(ONE, document_id="2" * 32, identity="path:b/2", source_member="2.txt")


def digest(folder: Path, *documents: RawDocument) -> str:
    folder.mkdir(parents=True)
    write_records(folder / "documents.parquet", documents, RawDocument)
    write_records(folder / "rejects-split.parquet", [], Reject)
    (bundle,) = bundle_digests([folder], ["/anywhere/b"])
    return bundle.digest


def test_order_does_not_count(tmp_path: Path) -> None:
    assert digest(tmp_path / "a", ONE, TWO) == digest(tmp_path / "b", TWO, ONE)


def test_what_the_bundle_says_of_a_document_counts(tmp_path: Path) -> None:
    told = replace(ONE, given=(Given("outlet", "The Quay", "bundle.csv"),))
    dated = replace(ONE, url="https://quay.example/1")
    assert len({digest(tmp_path / str(i), one) for i, one in enumerate((ONE, TWO, told, dated))}) == 4

"""A document that breaks the room is a reject, and the shard goes on."""

from pathlib import Path

import pytest

from tasks.normalize import shard
from tasks.records import Article, Paragraph, ParsedDocument, RawDocument, Reject, Span, StrippedDocument
from tasks.settings import CONFIG
from tasks.shards import read_records, write_records

TEXT = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay."


def document(number: int) -> StrippedDocument:
    raw = RawDocument(
        f"{number:032d}", f"path:b/{number}", "b", f"{number}.txt", None, "0" * 64, "text/plain", "utf-8", "", None, None, (), 9
    )
    parsed = ParsedDocument(raw, TEXT + "\n", ())
    return StrippedDocument(parsed, (Paragraph(((0, len(TEXT)),)),), (Span(len(TEXT), len(TEXT) + 1, "whitespace", "cover.whitespace"),))


def test_one_that_breaks_is_rejected_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_records(tmp_path / "stripped.parquet", [document(1), document(2), document(3)], StrippedDocument)
    real = shard.normalize_document

    def broken(stripped: StrippedDocument, knowledge: object) -> object:
        if stripped.parsed.document.document_id.endswith("2"):
            raise ValueError("no such thing")
        return real(stripped, knowledge)

    monkeypatch.setattr(shard, "normalize_document", broken)
    shard.normalize_shard(tmp_path, CONFIG)
    assert [a.document_id[-1] for a in read_records(tmp_path / "articles.parquet", Article)] == ["1", "3"]
    (reject,) = read_records(tmp_path / "rejects-normalize.parquet", Reject)
    assert (reject.stage, reject.reason, reject.detail, reject.size) == ("normalize", "crashed", "ValueError: no such thing", 9)

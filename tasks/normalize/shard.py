"""One shard: stripped documents in, articles, evidence and removed spans out."""

from pathlib import Path

from tasks.guard import Crash, Rows, guarded
from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import load_knowledge
from tasks.records import Article, Evidence, Reject, Removed, StrippedDocument
from tasks.settings import load_settings
from tasks.shards import read_records, write_table
from tasks.turned_away import rejected


def normalize_shard(folder: Path, config: Path) -> Path:
    """Read `stripped.parquet` of a shard, write `articles.parquet`, `evidence.parquet` and `removed.parquet`; returns the folder.

    A document that breaks the room is a row of `rejects-normalize.parquet`, and the shard goes on.
    """
    settings, knowledge = load_settings(config), load_knowledge(config)

    def work(stripped: StrippedDocument) -> Rows:
        article, evidence, removed = normalize_document(stripped, knowledge)
        return (article,), evidence, removed, ()

    def broken(stripped: StrippedDocument, crash: Crash) -> Rows:
        parsed = stripped.parsed
        return (), (), (), (rejected(parsed.document, parsed.source_text, "normalize", crash.reason, crash.detail, settings),)

    stripped = read_records(folder / "stripped.parquet", StrippedDocument)
    tables = guarded(work, broken, stripped, (Article, Evidence, Removed, Reject), settings.pipeline.limits)
    for name, table in zip(("articles", "evidence", "removed", "rejects-normalize"), tables, strict=True):
        write_table(folder / f"{name}.parquet", table)
    return folder

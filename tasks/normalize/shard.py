"""One shard: stripped documents in, articles, evidence and removed spans out."""

from pathlib import Path

from tasks.guard import Crash, guarded
from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.records import Article, Evidence, Reject, Removed, StrippedDocument
from tasks.settings import load_settings
from tasks.shards import read_records, write_records
from tasks.turned_away import rejected

Normal = tuple[Article, tuple[Evidence, ...], tuple[Removed, ...]]


def normalize_shard(folder: Path, config: Path) -> Path:
    """Read `stripped.parquet` of a shard, write `articles.parquet`, `evidence.parquet` and `removed.parquet`; returns the folder.

    A document that breaks the room is a row of `rejects-normalize.parquet`, and the shard goes on.
    """
    settings, knowledge = load_settings(config), load_knowledge(config)
    normal: list[Normal] = []
    rejects: list[Reject] = []
    for stripped in read_records(folder / "stripped.parquet", StrippedDocument):
        result = attempt(stripped, knowledge)
        if isinstance(result, Crash):
            parsed = stripped.parsed
            rejects.append(rejected(parsed.document, parsed.source_text, "normalize", result.reason, result.detail, settings))
        else:
            normal.append(result)
    write_records(folder / "articles.parquet", [article for article, _, _ in normal], Article)
    write_records(folder / "evidence.parquet", [row for _, evidence, _ in normal for row in evidence], Evidence)
    write_records(folder / "removed.parquet", [row for _, _, removed in normal for row in removed], Removed)
    write_records(folder / "rejects-normalize.parquet", rejects, Reject)
    return folder


def attempt(stripped: StrippedDocument, knowledge: Knowledge) -> Normal | Crash:
    """A document normalized, or why that broke."""
    return guarded(lambda one: normalize_document(one, knowledge), stripped)

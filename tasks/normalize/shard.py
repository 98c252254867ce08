"""One shard: stripped documents in, articles, evidence and removed spans out."""

from pathlib import Path

from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import load_knowledge
from tasks.records import Article, Evidence, Removed, StrippedDocument
from tasks.shards import read_records, write_records


def normalize_shard(folder: Path, config: Path) -> Path:
    """Read `stripped.parquet` of a shard, write `articles.parquet`, `evidence.parquet` and `removed.parquet`; returns the folder."""
    knowledge = load_knowledge(config)
    articles: list[Article] = []
    evidence: list[Evidence] = []
    removed: list[Removed] = []
    for stripped in read_records(folder / "stripped.parquet", StrippedDocument):
        article, reasons, spans = normalize_document(stripped, knowledge)
        articles.append(article)
        evidence.extend(reasons)
        removed.extend(spans)
    write_records(folder / "articles.parquet", articles, Article)
    write_records(folder / "evidence.parquet", evidence, Evidence)
    write_records(folder / "removed.parquet", removed, Removed)
    return folder

"""Stories made of invented words, and articles around them, for the tests of this room."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq

from tasks.deduplicate.groups import assign
from tasks.deduplicate.index import index_part
from tasks.deduplicate.members import gather
from tasks.deduplicate.shard import sign_shard
from tasks.deduplicate.stories import compare_range, count_part, judge_range
from tasks.records import Article, Assignment, Stamp
from tasks.settings import CONFIG
from tasks.shards import read_records, write_records

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]


def prose(seed: int, words: int = 240, paragraph: int = 40) -> str:
    """Paragraphs of invented words; the same seed gives the same text."""
    random = Random(seed)
    made = ["".join(random.choices(SYLLABLES, k=random.randint(1, 3))) for _ in range(words)]
    return "\n\n".join(" ".join(made[i : i + paragraph]).capitalize() + "." for i in range(0, words, paragraph))


def cut(text: str, paragraphs: int) -> str:
    """The first paragraphs of a text."""
    return "\n\n".join(text.split("\n\n")[:paragraphs])


def article(name: str, body: str, **fields: Any) -> Article:
    """An article with its id and identity made of a name."""
    made: dict[str, Any] = {
        "document_id": sha256(f"{name}\0{body}".encode()).hexdigest()[:32],
        "source_bundle": "wire", "source_member": f"{name}.txt", "source_id": None, "source_length": len(body),
        "source_text_sha256": sha256(body.encode()).hexdigest(), "fetched_at": None, "identity": f"path:wire/{name}.txt",
        "source_sha256": sha256(body.encode()).hexdigest(), "media_type": "text/plain", "charset": "utf-8", "url": None,
        "canonical_url": None, "headline": None, "alternative_headline": None, "body": body, "captions": (), "language": "en",
        "word_count": len(body.split()), "body_confidence": 1.0, "section": None, "keywords": (), "published": Stamp(),
        "published_earliest": None, "published_latest": None, "modified": Stamp(), "outlet_id": None, "outlet_name": None,
        "outlet_domain": None, "outlet_country": None, "outlet_source": None, "agency_id": None, "agency_source": None,
        "syndicated_via": None, "authors": (), "dateline_place": None, "dateline_country": None, "flags": (),
    }  # fmt: skip
    return Article(**made | fields)


def day(number: int) -> date:
    """A day of one month."""
    return date(2024, 3, number)


def noon(number: int) -> datetime:
    """Noon of a day of that month."""
    return datetime(2024, 3, number, 12, tzinfo=UTC)


def signed_shards(work: Path, shards: Sequence[Sequence[Article]]) -> list[Path]:
    """Shard folders with articles and their signatures."""
    folders = []
    for number, articles in enumerate(shards):
        folder = work / f"{number:05}"
        folder.mkdir(parents=True, exist_ok=True)
        write_records(folder / "articles.parquet", articles, Article)
        sign_shard(folder, CONFIG)
        folders.append(folder)
    return folders


def grouped(shards: Sequence[Path], prior: Sequence[Path], work: Path, config: Path = CONFIG) -> Path:
    """The file of assignments of signed shards, by the steps that the flow takes; those over parts and ranges in any order."""
    folder = work / "grouping"
    parts, ranges = gather(shards, prior, folder, config)
    for part in reversed(range(parts)):
        index_part(folder, part, parts, config)
    for number in reversed(range(ranges)):
        compare_range(folder, number, parts, config)
    for part in range(parts):
        count_part(folder, part, ranges, config)
    for number in range(ranges):
        judge_range(folder, number, parts, config)
    return assign(shards, folder, ranges, work / "assignments.parquet", config)


def assigned(work: Path, shards: Sequence[Sequence[Article]], prior: Sequence[Path] = (), config: Path = CONFIG) -> dict[str, Assignment]:
    """The assignments of articles that lie in shards, by document_id."""
    work.mkdir(parents=True, exist_ok=True)
    target = grouped(signed_shards(work, shards), prior, work, config)
    assert pq.read_schema(target).names[0] == "document_id"
    return {row.document_id: row for row in read_records(target, Assignment)}

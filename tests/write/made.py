"""Documents as the rooms before hand them over: made up, and lossless (body and removed give the source text back)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tasks.records import Article, Assignment, Author, Caption, Evidence, RawDocument, Reject, Removed, Stamp
from tasks.shards import write_records
from tasks.write.output import close_output, open_output
from tasks.write.runs import Bundle, RunInfo, Summary
from tasks.write.shard import publish_run

STARTED = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
NOBODY = Stamp()
# A piece of source text: its class (`body` for a kept stretch, `paragraph` for one that starts a paragraph) and its text.
Piece = tuple[str, str]


@dataclass(frozen=True)
class Made:
    """A document and everything that belongs to it."""

    article: Article
    source: str
    removed: tuple[Removed, ...]
    evidence: tuple[Evidence, ...]
    assignment: Assignment


@dataclass(frozen=True)
class Input:
    """What one run works on: documents, rejects and how many inputs were known before."""

    documents: tuple[Made, ...] = ()
    rejects: tuple[Reject, ...] = ()
    unchanged: int = 0
    bundle: str = "bundle"
    memory: dict[str, bytes] = field(default_factory=dict)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def compose(pieces: Sequence[Piece], document_id: str) -> tuple[str, str, tuple[Removed, ...]]:
    """Source text, body and removed spans of pieces in order."""
    source, body, spans = "", "", []
    for kind, text in pieces:
        if kind in ("body", "paragraph"):
            body += ("\n\n" if kind == "paragraph" and body else "") + text
        else:
            spans.append(Removed(document_id, len(source), len(source) + len(text), text, kind, f"rule.{kind}"))
        source += text
    return source, body, tuple(spans)


def make(identity: str, pieces: Sequence[Piece], story: str | None = None, relation: str | None = None, bundle: str = "bundle") -> Made:
    """A document of these pieces; with `story` a copy of that article."""
    text = "".join(piece for _, piece in pieces)
    document_id = sha(f"{identity}\0{sha(text)}")[:32]
    source, body, removed = compose(pieces, document_id)
    article = Article(
        document_id=document_id, source_bundle=bundle, source_member=f"{identity}.txt", source_id=None, source_length=len(source),
        source_text_sha256=sha(source), fetched_at=None, identity=identity,
        source_sha256=sha(text), media_type="text/plain", charset="utf-8",
        url=None, canonical_url=None, headline="A made-up headline", alternative_headline=None, body=body,
        captions=(Caption("A caption", "A. Credit"),), language="en", word_count=len(body.split()), body_confidence=0.75, section=None,
        keywords=("one", "two"), published=Stamp(day=date(2024, 4, 30), precision="day", source="url", raw="/2024/04/30/"),
        published_earliest=date(2024, 4, 30), published_latest=date(2024, 4, 30), modified=NOBODY, outlet_id=None, outlet_name=None,
        outlet_domain=None, outlet_country=None, outlet_source=None, agency_id=None, agency_source=None, syndicated_via=None,
        authors=(Author("Ann Example", None, "By Ann Example"),), dateline_place=None, dateline_country=None, flags=(),
    )  # fmt: skip
    evidence = (
        Evidence(document_id, "headline", "A made-up headline", None, "text", "headline.first-line", 0),
        Evidence(document_id, "headline", "Another", None, "text", "headline.second-line", 1, "stands below"),
    )
    assignment = Assignment(document_id, story or document_id)
    if story:
        assignment = replace(assignment, relation=relation or "exact", similarity=1.0, containment=1.0, reason="longer")
    return Made(article, source, removed, evidence, assignment)


def with_fields(made: Made, **fields: Any) -> Made:
    """A document whose article, or whose assignment, has other values."""
    placed = {name: fields.pop(name) for name in list(fields) if name in Assignment.__annotations__}
    return replace(made, article=replace(made.article, **fields), assignment=replace(made.assignment, **placed))


def plain(number: int, story: str | None = None, words: int = 8) -> Made:
    """A small document with debris; another number, another text."""
    sentence = " ".join(f"word{number}x{i}" for i in range(words))
    pieces = [
        ("headline", f"Headline {number}"), ("whitespace", "\n\n"), ("paragraph", f"First {sentence}."), ("whitespace", "\n"),
        ("share", "Share this"), ("whitespace", "\n"), ("paragraph", f"Second é 漢字 🙂 {sentence}."), ("whitespace", "\n"),
    ]  # fmt: skip
    return make(f"doc-{number:06d}", pieces, story)


def reject(number: int, reason: str = "too-short", **changes: object) -> Reject:
    """A rejected document; another number, another document."""
    identity, content = f"reject-{number:06d}", sha(f"content {number}")
    made = Reject(
        document_id=sha(f"{identity}\0{content}")[:32], source_bundle="bundle", source_member=f"{identity}.txt", source_id=None,
        source_length=None, source_text_sha256=None, source_sha256=content, identity=identity, url=None, media_type="text/plain",
        stage="strip", reason=reason, detail="made up", size=3, head="abc",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def raw(article: Article) -> RawDocument:
    return RawDocument(
        document_id=article.document_id, identity=article.identity, source_bundle=article.source_bundle,
        source_member=article.source_member,
        source_id=None, source_sha256=article.source_sha256, media_type=article.media_type, charset=article.charset, text="", url=None,
        fetched_at=None,
    )  # fmt: skip


def write_shard(folder: Path, documents: Sequence[Made], rejects: Sequence[Reject] = (), unchanged: int = 0) -> Path:
    """A shard folder as the rooms before leave it; `unchanged` inputs were split and then passed over."""
    folder.mkdir(parents=True)
    inputs = [raw(d.article) for d in documents] + [raw(plain(900_000 + i).article) for i in range(unchanged)]
    inputs += [replace(raw(plain(0).article), document_id=r.document_id) for r in rejects]
    write_records(folder / "documents.parquet", inputs, RawDocument)
    write_records(folder / "articles.parquet", [d.article for d in documents], Article)
    write_records(folder / "removed.parquet", [r for d in documents for r in d.removed], Removed)
    write_records(folder / "evidence.parquet", [e for d in documents for e in d.evidence], Evidence)
    write_records(folder / "rejects-strip.parquet", list(rejects), Reject)
    return folder


def prepare(work: Path, run: Input, cut: int = 1) -> tuple[list[Path], Path]:
    """Shard folders (`cut` of them) and the assignments of a run."""
    shards = [
        write_shard(work / "shards" / f"{i:05d}", run.documents[i::cut], run.rejects[i::cut], run.unchanged if i == 0 else 0)
        for i in range(cut)
    ]
    assignments = write_records(work / "assignments.parquet", [d.assignment for d in run.documents], Assignment)
    return shards, assignments


def info(bundle: str = "bundle") -> RunInfo:
    return RunInfo((Bundle(f"/somewhere/{bundle}", sha(bundle)),), sha("config"), STARTED, clock=lambda: STARTED)


def publish(out: Path, work: Path, run: Input, cut: int = 1, **options: object) -> Summary:
    """Run the write room alone on made-up shards."""
    shards, assignments = prepare(work, run, cut)
    memory = {}
    for name, content in run.memory.items():
        memory[name] = write_records(work / f"{name}.parquet", [Assignment(content.hex(), "x")], Assignment)
    output = open_output(out)
    try:
        return publish_run(output, shards, assignments, info(run.bundle), memory=memory, **options)  # type: ignore[arg-type]
    finally:
        close_output(output)


def some(first: int, count: int, copies: int = 0) -> tuple[Made, ...]:
    """Documents numbered from `first`; the last `copies` of them are copies of the first."""
    heads = [plain(number) for number in range(first, first + count - copies)]
    return (*heads, *(plain(number, heads[0].article.document_id) for number in range(first + count - copies, first + count)))

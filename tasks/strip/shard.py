"""One shard on disk: parse its documents, count their lines over all shards, strip the documents that count."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.guard import Crash, Rows, Together, guarded
from tasks.records import ParsedDocument, RawDocument, Reject, StrippedDocument
from tasks.settings import load_settings
from tasks.shards import read_records, schema_of, write_table
from tasks.strip.judge import Debris, load_debris
from tasks.strip.page import main_blocks, parse_page
from tasks.strip.refusal import load_refusals, refusal
from tasks.strip.repeats import ENOUGH, Repeat, outlet_key, repeats_of
from tasks.strip.story import strip_document, strip_texts
from tasks.strip.text import parse_text
from tasks.turned_away import rejected

PAGES = frozenset({"text/html", "application/xhtml+xml"})
MOST_TOGETHER, CHARACTERS_TOGETHER = 64, 200_000  # texts that are stripped together, and characters in them, at most


def parse(document: RawDocument, config: Path) -> ParsedDocument:
    """Source text, blocks and clues of a document of either kind."""
    return parse_page(document, config) if document.media_type in PAGES else parse_text(document)


def parse_shard(folder: Path, config: Path, known: Path | None) -> Path:
    """Parse the documents of a shard that are not published yet, and list their lines for counting."""
    settings = load_settings(config)
    documents = read_records(folder / "documents.parquet", RawDocument)
    published = ids_in(known, [d.document_id for d in documents]) if known else frozenset()
    fresh = [d for d in documents if d.document_id not in published]

    def work(document: RawDocument) -> Rows:
        parsed = parse(document, settings.folder)
        return (parsed,), (), tuple(repeats_of(parsed))

    def broken(document: RawDocument, crash: Crash) -> Rows:
        return (), (rejected(document, document.text, "parse", crash.reason, crash.detail, settings),), ()

    tables = guarded(work, broken, fresh, (ParsedDocument, Reject, Repeat), settings.pipeline.limits)
    for name, table in zip(("parsed", "rejects-parse", "lines"), tables, strict=True):
        write_table(folder / f"{name}.parquet", table)
    return folder


def ids_in(known: Path, wanted: Sequence[str]) -> frozenset[str]:
    """Those of the wanted document ids that a Parquet file holds."""
    ids = pa.array(wanted, pa.string())
    found: set[str] = set()
    for batch in pq.ParquetFile(known).iter_batches(columns=["document_id"]):
        column = batch.column("document_id")
        found.update(column.filter(pc.is_in(column, value_set=ids)).to_pylist())
    return frozenset(found)


def count_lines(shards: Sequence[Path], selected: Path, prior: Sequence[Path], target: Path) -> Path:
    """Merge the lines of all documents that count (law 1) and of earlier runs; each (outlet, line, neighbourhood) counts once.

    Writes `target` with the columns outlet, line, count for judging, and beside it, as `lines.parquet`, this run's rows for
    the memory: those of each document, so that they can go with it.
    """
    kind = schema_of(Repeat)
    old = pa.concat_tables([pq.read_table(path, schema=kind) for path in sorted(prior)] or [kind.empty_table()])
    new = pa.concat_tables([pq.read_table(shard / "lines.parquet", schema=kind) for shard in shards] or [kind.empty_table()])
    counted = pq.read_table(selected, columns=["document_id"])["document_id"].combine_chunks()
    new = new.filter(pc.is_in(new["document_id"], value_set=counted))
    fresh = new.group_by(kind.names).aggregate([]).sort_by([(key, "ascending") for key in ("outlet", "document_id", "line", "around")])
    pq.write_table(fresh.select(kind.names), target.with_name("lines.parquet"), compression="zstd")
    counts = pa.concat_tables([old, new]).group_by(["outlet", "line"]).aggregate([("around", "count_distinct")])
    common = counts.filter(pc.greater_equal(counts["around_count_distinct"], ENOUGH))
    pq.write_table(common.sort_by([("outlet", "ascending"), ("line", "ascending")]), target, compression="zstd")
    return target


def strip_shard(folder: Path, config: Path, selected: Path, boilerplate: Path | None) -> Path:
    """Strip the documents of a shard that count."""
    settings = load_settings(config)
    debris, refusals = load_debris(settings.folder), load_refusals(settings.folder)
    parsed = list(counting(read_records(folder / "parsed.parquet", ParsedDocument), selected, folder.name))
    common = common_lines(boilerplate, {key for one in parsed if (key := outlet_key(one))}) if boilerplate else {}

    def repeated(one: ParsedDocument) -> frozenset[int]:
        return common.get(outlet_key(one) or "", frozenset())

    def work(one: ParsedDocument) -> Rows:
        return kept_or_refused(strip(one, debris, repeated(one)))

    def together(texts: Sequence[ParsedDocument]) -> list[Rows]:
        return [kept_or_refused(stripped) for stripped in strip_texts(texts, debris, [repeated(one) for one in texts])]

    def kept_or_refused(stripped: StrippedDocument) -> Rows:
        one = stripped.parsed
        if reason := refusal(stripped, refusals, settings.pipeline.story.words):
            return (), (rejected(one.document, one.source_text, "strip", *reason, settings),)
        return (stripped,), ()

    def broken(one: ParsedDocument, crash: Crash) -> Rows:
        return (), (rejected(one.document, one.source_text, "strip", crash.reason, crash.detail, settings),)

    tables = guarded(work, broken, parsed, (StrippedDocument, Reject), settings.pipeline.limits, Together(together, weight))
    for name, table in zip(("stripped", "rejects-strip"), tables, strict=True):
        write_table(folder / f"{name}.parquet", table)
    return folder


def weight(parsed: ParsedDocument) -> float:
    """What a document counts among those that are stripped together; a page is stripped by itself."""
    return 2.0 if parsed.document.media_type in PAGES else max(1 / MOST_TOGETHER, len(parsed.source_text) / CHARACTERS_TOGETHER)


def strip(parsed: ParsedDocument, debris: Debris, repeated: frozenset[int]) -> StrippedDocument:
    """A document stripped; of a page first the main content is found."""
    return strip_document(parsed, debris, main_blocks(parsed) if parsed.document.media_type in PAGES else None, repeated)


def counting(parsed: Iterable[ParsedDocument], selected: Path, shard: str) -> Iterator[ParsedDocument]:
    """The documents of a shard that count: of those that are the same, with the same place even, one."""
    here = [("shard", "==", shard), ("file", "==", "parsed.parquet")]
    table = pq.read_table(selected, columns=["document_id", "source_bundle", "source_member"], filters=here)
    left = set(zip(*(column.to_pylist() for column in table.columns), strict=True))
    for one in parsed:
        key = (one.document.document_id, one.document.source_bundle, one.document.source_member)
        if key in left:
            left.remove(key)
            yield one


def common_lines(boilerplate: Path, outlets: set[str]) -> dict[str, frozenset[int]]:
    """For each of the outlets the digests of the lines that return across its documents."""
    table = pq.read_table(boilerplate, filters=[("outlet", "in", sorted(outlets))]) if outlets else None
    found: dict[str, set[int]] = {}
    for row in table.to_pylist() if table is not None else []:
        found.setdefault(row["outlet"], set()).add(row["line"])
    return {outlet: frozenset(lines) for outlet, lines in found.items()}

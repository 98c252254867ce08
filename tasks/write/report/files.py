"""What is published, read for the report in bounded memory, and the page written. The only module of the report that touches files."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.write.columns import id_bytes, sort_by_id
from tasks.write.explain import Explanation, explain_document, explain_documents
from tasks.write.output import OutputError, Release, current_release
from tasks.write.reading import find_all, ranges, read_file, read_range
from tasks.write.report.count import COLUMNS, SPANS, Counts, add_documents, add_spans, group_sizes, removed_of, tally, with_outlet
from tasks.write.report.groups import Carried, chosen_copies, largest
from tasks.write.report.overview import Fill, drifted, drifts
from tasks.write.report.page import Report, document_page, report_page
from tasks.write.report.pick import Picks, pick_documents, pick_rejects, pick_spans, reasons
from tasks.write.schema import ARTICLES

Item = TypeVar("Item")
FILE = "report.html"
DOCUMENTS = "report"  # folder of the pages of single documents
AT_ONCE = 16  # documents whose texts are in memory
SPAN_ROWS = 2_000_000  # rows of `removed` in memory at once
LISTS = ("captions", "keywords", "authors", "flags")
SCALARS = tuple(name for name, _, null, _ in ARTICLES if null and name != "previous_version")


def _read_runs(release: Release) -> list[dict[str, Any]]:
    rows = [row for path in release.files("runs") for row in read_file(path).to_pylist()]
    return sorted(rows, key=lambda row: row["number"])


def _rows(paths: Sequence[Path]) -> int:
    return sum(pq.read_metadata(path).num_rows for path in paths)


def _documents(release: Release, span: tuple[str, str], last: str) -> pa.Table:
    parts = [with_outlet(read_range(release.files(name), COLUMNS, span), name, last) for name in ("articles", "copies")]
    return sort_by_id(pa.concat_tables(parts))


def _count(release: Release, last: str) -> tuple[Counts, Picks]:
    counts, picks = Counts(), Picks()
    for span in ranges(1 + _rows(release.files("removed")) // SPAN_ROWS):
        documents = _documents(release, span, last)
        spans = read_range(release.files("removed"), SPANS, span)
        documents = removed_of(documents, spans)
        add_documents(counts, documents)
        add_spans(counts, spans)
        pick_documents(picks, documents)
        pick_spans(picks, documents, spans)
    for path in release.files("rejects"):
        pick_rejects(picks, read_file(path, ["document_id", "reason"]))
    return counts, picks


# --- how often a column has a value: mostly by the statistics of the files, without reading a row


def _filled(file: pq.ParquetFile, group: int, name: str) -> int | None:
    """Rows with a value in a row group, None where its statistics do not say."""
    meta = file.metadata.row_group(group)
    place = file.metadata.schema.names.index(name)  # a scalar's leaf has the column's name
    stats = meta.column(place).statistics
    return meta.num_rows - stats.null_count if stats is not None and stats.has_null_count else None


def _run_of(file: pq.ParquetFile, group: int) -> str | None:
    stats = file.metadata.row_group(group).column(file.metadata.schema.names.index("run_id")).statistics
    return str(stats.min) if stats is not None and stats.has_min_max and stats.min == stats.max else None


def _has_value(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.greater(pc.list_value_length(column), 0) if pa.types.is_list(column.type) else pc.is_valid(column)


def _fill_of(file: pq.ParquetFile, group: int, filled: Counter[tuple[str, str]], rows: Counter[str]) -> None:
    run = _run_of(file, group)
    told = {name: _filled(file, group, name) for name in SCALARS} if run else {}
    read = [name for name in (*SCALARS, *LISTS) if told.get(name) is None]
    table = file.read_row_group(group, columns=["run_id", *read])
    for mine, count in tally(table, ("run_id",)).items():
        rows[mine[0]] += count
        part = table if run else table.filter(pc.equal(table["run_id"], mine[0]))
        for name in read:
            filled[mine[0], name] += pc.sum(_has_value(part[name])).as_py() or 0
    for name, known in told.items():
        filled[str(run), name] += known or 0


def _read_fill(release: Release) -> Fill:
    """Rows with a value, and rows, of each column that may be empty: by run, and under "" in all."""
    filled: Counter[tuple[str, str]] = Counter()
    rows: Counter[str] = Counter()
    for path in (*release.files("articles"), *release.files("copies")):
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                _fill_of(file, group, filled, rows)
    names = [name for name, *_ in ARTICLES if name in SCALARS or name in LISTS]
    total = {("", name): (sum(filled[run, name] for run in rows), rows.total()) for name in names}
    return total | {(run, name): (filled[run, name], rows[run]) for run in rows for name in names}


def _read_sources(release: Release) -> Counter[tuple[str, str]]:
    """How many values of each column came from each kind of place: the candidates that were taken."""
    found: Counter[tuple[str, str]] = Counter()
    for path in release.files("evidence"):
        with pq.ParquetFile(path, read_dictionary=["field", "source"]) as file:
            for batch in file.iter_batches(columns=["field", "source", "rank"]):
                taken = pa.Table.from_batches([batch]).filter(pc.equal(batch["rank"], 0))
                strings = pa.table({name: taken[name].cast(pa.string()) for name in ("field", "source")})
                found.update(tally(strings, ("field", "source")))
    return found


# --- groups of wire copy


def _read_carried(release: Release) -> tuple[Counter[int], list[Carried]]:
    """Sizes of all groups, and the copies of the largest ones, without their text."""
    paths = release.files("copies")
    stories = np.concatenate([id_bytes(read_file(path, ["copy_of"])["copy_of"]) for path in paths])
    wanted = largest(stories)
    names = ["document_id", "copy_of", "relation", "outlet_id", "outlet_domain", "outlet_name"]
    found: list[Carried] = []
    for path in paths:
        table = read_file(path, names)
        table = table.filter(pc.is_in(table["copy_of"], pa.array(wanted, pa.string())))
        found += [
            Carried(row["copy_of"], row["document_id"], row["relation"], row["outlet_id"] or row["outlet_domain"] or row["outlet_name"])
            for row in table.to_pylist()
        ]
    return group_sizes(stories.tolist()), found


def _read_groups(release: Release, carried: Sequence[Carried]) -> Iterator[tuple[dict[str, Any], int, list[dict[str, Any]]]]:
    for batch in _batches(chosen_copies(carried), AT_ONCE // 4):
        articles = find_all(release.files("articles"), [story for story, _, _ in batch])
        copies = find_all(release.files("copies"), [document for _, _, documents in batch for document in documents])
        for story, size, documents in batch:
            yield articles[story][0], size, [copies[document][0] for document in documents]


# --- the pages


def _explained(release: Release, documents: Sequence[str]) -> Iterator[Explanation]:
    for batch in _batches(documents, AT_ONCE):
        yield from explain_documents(release, batch)


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def make_report(release: Release) -> str:
    """The page for a release. What is shown depends on what is published alone."""
    runs = _read_runs(release)
    last = runs[-1]["run_id"] if runs else ""
    counts, picks = _count(release, last)
    sizes, carried = _read_carried(release)
    why = reasons(picks, drifted(drifts(counts), runs[-1:]))
    report = Report(
        runs=runs,
        rows={name: _rows(release.files(name)) for name in ("articles", "copies", "rejects", "removed", "withdrawn")},
        reasons=_reject_reasons(release),
        counts=counts,
        sizes=sizes,
        fill=_read_fill(release),
        sources=_read_sources(release),
    )
    return report_page(report, why, _explained(release, list(why)), _read_groups(release, carried))


def _reject_reasons(release: Release) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for path in release.files("rejects"):
        reasons.update(read_file(path, ["reason"])["reason"].to_pylist())
    return reasons


def _write(path: Path, text: str) -> Path:
    """Put a page in its place in one step, so that nobody opens half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); make room or grant access there") from error
    return path


def write_report(out: str | os.PathLike[str]) -> Path:
    """Write `DIR/report.html` from what is published; returns its path. Raises OutputError where nothing is published."""
    return _write(Path(out) / FILE, make_report(current_release(out)))


def renew_report(out: str | os.PathLike[str], release: int | None) -> None:
    """`write_report` after a run: where it published a release, or the page is missing."""
    if release is not None or not (Path(out) / FILE).exists():
        write_report(out)


def write_document(out: str | os.PathLike[str], document_id: str) -> Path:
    """Write `DIR/report/ID.html`, the page of one document; returns its path. Raises UnknownDocumentError."""
    explanation = explain_document(out, document_id)
    return _write(Path(out) / DOCUMENTS / f"{explanation.row['document_id']}.html", document_page(explanation))

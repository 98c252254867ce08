"""Laws 1, 2 and 5 on the rows of a release. Each check yields a Breach for each thing that is wrong."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.write.columns import constant, id_bytes, long_values, mask_of
from tasks.write.output import Release
from tasks.write.reading import EVERYTHING, Range, by_group, decoded_bytes, ranges, read_range
from tasks.write.rebuild import Cut, why_not_lossless
from tasks.write.release import KNOWN, permanent_rejects

DOCUMENTS = ("articles", "copies", "rejects")
ROWS_AT_ONCE = 4_000_000
BYTES_AT_ONCE = 64 * 2**20

SHAPE = "^[0-9a-f]{32}$"


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is wrong."""

    law: str  # `law 1` … `law 5`, `manifest`, `schema`
    dataset: str
    row: str | None  # document_id, run_id or file
    detail: str

    def line(self) -> str:
        """The breach as one line."""
        return f"{self.law}: {self.dataset}{f' {self.row}' if self.row else ''}: {self.detail}"

    __str__ = line


def _doubled(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values = np.sort(values)
    return np.unique(values[1:][values[1:] == values[:-1]])


def _rows(release: Release, datasets: Sequence[str]) -> int:
    return sum(int(f["rows"]) for f in release.manifest["files"] if f["path"].split("/")[0] in datasets)


def _passes(release: Release, datasets: Sequence[str]) -> list[Range]:
    return ranges(_rows(release, datasets) // ROWS_AT_ONCE + 1)


# --- law 1: each input document is exactly one row


def check_ids(release: Release) -> Iterator[Breach]:
    """Each document_id is 32 hex digits and stands in one row of one dataset, and in none where it was withdrawn."""
    for span in _passes(release, DOCUMENTS):
        found = {name: read_range(release.files(name), ["document_id"], span)["document_id"] for name in (*DOCUMENTS, "withdrawn")}
        for name, ids in found.items():
            shaped = pc.match_substring_regex(ids, SHAPE)
            yield from (Breach("law 1", name, bad, "document_id is not 32 hex digits") for bad in ids.filter(pc.invert(shaped)).to_pylist())
            found[name] = ids.filter(shaped)
        twice = _doubled(np.concatenate([id_bytes(ids) for ids in found.values()]))
        yield from (_twice(document.decode(), found) for document in twice)


def _twice(document: str, found: dict[str, pa.ChunkedArray]) -> Breach:
    places = [name for name, ids in found.items() for _ in range(pc.sum(pc.equal(ids, document)).as_py() or 0)]
    return Breach("law 1", places[0], document, f"stands in {' and in '.join(places)}")


def check_twins(release: Release) -> Iterator[Breach]:
    """No two rows are the same document fetched again: the same identity and the same source text."""
    columns = KNOWN.names
    for span in _passes(release, DOCUMENTS):
        tables = []
        for name in (*DOCUMENTS, "withdrawn"):
            table = read_range(release.files(name), [*columns, *(["reason"] if name == "rejects" else [])], span, "source_text_sha256")
            if name == "rejects":
                table = permanent_rejects(table)
            tables.append(table.select(columns).cast(KNOWN).append_column("dataset", constant(name, table.num_rows)))
        yield from _twins(pa.concat_tables(tables))


def _twins(table: pa.Table) -> Iterator[Breach]:
    table = table.filter(pc.is_valid(table["source_text_sha256"]))
    short = id_bytes(pc.utf8_slice_codeunits(table["source_text_sha256"], 0, 32))
    table = table.filter(mask_of(np.isin(short, _doubled(short))))
    seen: dict[tuple[str, str], str] = {}
    for row in table.to_pylist():
        key = (row["identity"], row["source_text_sha256"])
        if (first := seen.setdefault(key, row["document_id"])) != row["document_id"]:
            yield Breach("law 1", row["dataset"], row["document_id"], f"is the same document as {first}: the same identity and source text")


def check_counts(release: Release) -> Iterator[Breach]:
    """The runs count as many new documents as there are rows, those withdrawn apart; each row's run is one of them."""
    runs = read_range(release.files("runs"), ["run_id", "documents", "unchanged"], EVERYTHING, "run_id")
    counted = (pc.sum(runs["documents"]).as_py() or 0) - (pc.sum(runs["unchanged"]).as_py() or 0)
    expected = counted - _rows(release, ["withdrawn"])
    held = sum(read_range([p], ["run_id"]).num_rows for name in DOCUMENTS for p in release.files(name))
    if expected != held:
        yield Breach("law 1", "runs", None, f"count {expected} new documents, the datasets hold {held}")
    known = runs["run_id"].combine_chunks()
    for name in (*DOCUMENTS, "removed", "evidence"):
        for path in release.files(name):
            ids = pc.unique(read_range([path], ["run_id"])["run_id"])
            for run in ids.filter(pc.invert(pc.is_in(ids, known))).to_pylist():
                yield Breach("law 1", name, run, "is no run_id that runs knows")


# --- law 2: nothing is lost


def check_texts(release: Release) -> Iterator[Breach]:
    """The body and the spans of each article and copy give back its source text; spans and evidence belong to one of them."""
    groups: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for name in ("articles", "copies", "removed", "evidence"):
        for group, paths in by_group(release.files(name)):
            groups[group][name] = paths
    for _, files in sorted(groups.items()):
        for span in ranges(decoded_bytes([*files["articles"], *files["copies"], *files["removed"]]) // BYTES_AT_ONCE + 1):
            yield from _check_group(files, span)


def _check_group(files: dict[str, list[Path]], span: Range) -> Iterator[Breach]:
    owners = []
    removed = _spans(files["removed"], span) if files["removed"] else None
    for name in ("articles", "copies"):
        if files[name]:
            table = read_range(files[name], ["document_id", "source_length", "source_text_sha256", "body"], span)
            owners.append(id_bytes(table["document_id"]))
            yield from _check_documents(name, table, removed)
    known = np.concatenate(owners) if owners else np.empty(0, dtype="S32")
    for name in ("removed", "evidence"):
        if files[name]:
            ids = np.unique(id_bytes(read_range(files[name], ["document_id"], span)["document_id"]))
            for document in ids[~np.isin(ids, known)]:
                yield Breach("law 2", name, document.decode(), "belongs to no article or copy")


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans sorted by document and offset."""

    ids: "np.ndarray[Any, np.dtype[np.bytes_]]"
    cuts: list[Cut]

    def of(self, first: int, end: int) -> list[Cut]:
        return self.cuts[first:end]


def _spans(paths: list[Path], span: Range) -> _Spans:
    table = read_range(paths, ["document_id", "start_offset", "end_offset", "text"], span)
    ids, starts = id_bytes(table["document_id"]), long_values(table["start_offset"])
    if len(ids) > 1 and not ((ids[:-1] < ids[1:]) | ((ids[:-1] == ids[1:]) & (starts[:-1] <= starts[1:]))).all():
        order = np.lexsort((starts, ids))
        table, ids = table.take(pa.array(order)), ids[order]
    cuts = zip(*(table[name].to_pylist() for name in ("start_offset", "end_offset", "text")), strict=True)
    return _Spans(ids, list(cuts))


def _check_documents(dataset: str, table: pa.Table, removed: _Spans | None) -> Iterator[Breach]:
    ids = id_bytes(table["document_id"])
    first = np.searchsorted(removed.ids, ids, "left").tolist() if removed else [0] * len(ids)
    end = np.searchsorted(removed.ids, ids, "right").tolist() if removed else [0] * len(ids)
    columns = (table[name].to_pylist() for name in ("document_id", "body", "source_length", "source_text_sha256"))
    for (document, body, length, sha), low, high in zip(zip(*columns, strict=True), first, end, strict=True):
        if why := why_not_lossless(body, removed.of(low, high) if removed else [], length, sha):
            yield Breach("law 2", dataset, document, why)


# --- law 5: each copy points at an article


def check_copies(release: Release) -> Iterator[Breach]:
    """Each copy points at an article of the same run or an earlier one, each article stands for itself."""
    runs = read_range(release.files("runs"), ["run_id", "number"], EVERYTHING, "run_id").to_pylist()
    numbers = {row["run_id"]: row["number"] for row in runs}
    for span in _passes(release, ("articles", "copies")):
        heads = read_range(release.files("articles"), ["document_id", "run_id", "story_id"], span)
        strange = heads.filter(pc.not_equal(heads["document_id"], heads["story_id"]))
        yield from (Breach("law 5", "articles", document, "story_id is another one's") for document in strange["document_id"].to_pylist())
        copies = read_range(release.files("copies"), ["document_id", "run_id", "copy_of", "story_id"], span, "copy_of")
        yield from _check_pointers(heads, copies, numbers)


def _check_pointers(heads: pa.Table, copies: pa.Table, numbers: dict[str, int]) -> Iterator[Breach]:
    place = pc.index_in(copies["copy_of"], value_set=heads["document_id"].combine_chunks())
    head_runs = heads["run_id"].take(place)
    for row, run in zip(copies.to_pylist(), head_runs.to_pylist(), strict=True):
        if run is None:
            yield Breach("law 5", "copies", row["document_id"], f"points at {row['copy_of']}, which is no article")
        elif numbers.get(run, 0) > numbers.get(row["run_id"], 0):
            yield Breach("law 5", "copies", row["document_id"], f"points at {row['copy_of']}, which a later run brought")
        if row["story_id"] != row["copy_of"]:
            yield Breach("law 5", "copies", row["document_id"], f"story_id is {row['story_id']}, copy_of is {row['copy_of']}")

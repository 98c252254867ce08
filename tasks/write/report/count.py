"""Counting published rows: tables in, counts out, a table at a time, so that memory does not grow with the output."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.write.columns import id_bytes

Numbers = np.ndarray[Any, np.dtype[np.int64]]
# Columns of `articles` and `copies` that are counted; `agency_id` and so on by document.
COLUMNS = (
    "document_id", "run_id", "outlet_id", "outlet_domain", "outlet_name", "language", "published_date", "agency_id", "body_confidence",
    "source_length", "flags",
)  # fmt: skip
SPANS = ("document_id", "start_offset", "end_offset", "class")
QUIET = ("whitespace", "control")  # removed, and no loss to anyone


def codes(table: pa.Table, names: Sequence[str]) -> tuple[Numbers, list[tuple[Any, ...]]]:
    """The number of each row's combination of values in these columns, and the combinations by number."""
    code, parts = np.zeros(table.num_rows, np.int64), []
    for name in names:
        coded = pc.dictionary_encode(table[name].combine_chunks(), null_encoding="encode")
        parts.append(coded.dictionary.to_pylist())
        code = code * len(parts[-1]) + coded.indices.to_numpy(zero_copy_only=False)
    found, place = np.unique(code, return_inverse=True)
    values: list[tuple[Any, ...]] = []
    for number in found.tolist():
        row: list[Any] = []
        for part in reversed(parts):
            number, at = divmod(number, len(part))
            row.append(part[at])
        values.append(tuple(reversed(row)))
    return place, values


def tally(table: pa.Table, names: Sequence[str], weight: str | None = None) -> Counter[tuple[Any, ...]]:
    """How many rows each combination of values has, or the sum of `weight` over them."""
    if not table.num_rows:
        return Counter()
    place, values = codes(table, names)
    sums = np.bincount(place, weights=table[weight].to_numpy() if weight else None, minlength=len(values))
    return Counter({key: int(total) for key, total in zip(values, sums.tolist(), strict=True)})


@dataclass(slots=True)
class Counts:
    """What is counted over all documents and their spans."""

    outlets: Counter[tuple[Any, ...]] = field(default_factory=Counter)  # dataset, outlet_id, outlet_domain, outlet_name
    days: Counter[date | None] = field(default_factory=Counter)  # of articles
    languages: Counter[str | None] = field(default_factory=Counter)
    agencies: Counter[tuple[Any, ...]] = field(default_factory=Counter)  # agency_id, dataset, outlet
    debris: Counter[tuple[Any, ...]] = field(default_factory=Counter)  # outlet, of the last run? -> characters removed
    lengths: Counter[tuple[Any, ...]] = field(default_factory=Counter)  # outlet, of the last run? -> characters of source text
    seen: Counter[tuple[Any, ...]] = field(default_factory=Counter)  # outlet, of the last run? -> documents
    sources: Counter[str] = field(default_factory=Counter)  # run -> characters of source text
    characters: Counter[str] = field(default_factory=Counter)  # class -> characters
    spans: Counter[str] = field(default_factory=Counter)  # class -> spans


def with_outlet(documents: pa.Table, dataset: str, last: str) -> pa.Table:
    """Rows of `articles` or `copies` with the columns `dataset`, `outlet` (its key, domain or name) and `recent` (of the last run)."""
    name = pa.DictionaryArray.from_arrays(np.zeros(documents.num_rows, np.int32), pa.array([dataset]))
    documents = documents.append_column("dataset", name.cast(pa.string()))
    outlet = pc.coalesce(documents["outlet_id"], documents["outlet_domain"], documents["outlet_name"])
    return documents.append_column("outlet", outlet).append_column("recent", pc.equal(documents["run_id"], last))


def removed_of(documents: pa.Table, spans: pa.Table) -> pa.Table:
    """Documents, sorted by id, with `removed` (characters of all their spans) and `debris` (white space and controls left out)."""
    owner = np.searchsorted(id_bytes(documents["document_id"]), id_bytes(spans["document_id"]))
    length = spans["end_offset"].to_numpy() - spans["start_offset"].to_numpy()
    loud = ~np.isin(spans["class"].to_numpy(zero_copy_only=False), QUIET) if spans.num_rows else np.zeros(0, bool)
    for name, weights in (("removed", length), ("debris", length * loud)):
        sums = np.bincount(owner, weights=weights, minlength=documents.num_rows).astype(np.int64)
        documents = documents.append_column(name, pa.array(sums))
    return documents


def add_documents(counts: Counts, documents: pa.Table) -> None:
    """Count rows that went through `with_outlet` and `removed_of`."""
    articles = documents.filter(pc.equal(documents["dataset"], "articles"))
    counts.outlets.update(tally(documents, ("dataset", "outlet_id", "outlet_domain", "outlet_name")))
    counts.days.update({key[0]: count for key, count in tally(articles, ("published_date",)).items()})
    counts.languages.update({key[0]: count for key, count in tally(documents, ("language",)).items()})
    carried = documents.filter(pc.is_valid(documents["agency_id"]))
    counts.agencies.update(tally(carried, ("agency_id", "dataset", "outlet")))
    counts.debris.update(tally(documents, ("outlet", "recent"), "removed"))
    counts.lengths.update(tally(documents, ("outlet", "recent"), "source_length"))
    counts.seen.update(tally(documents, ("outlet", "recent")))
    counts.sources.update({key[0]: length for key, length in tally(documents, ("run_id",), "source_length").items()})


def add_spans(counts: Counts, spans: pa.Table) -> None:
    """Count rows of `removed`."""
    lengths = spans.append_column("length", pc.subtract(spans["end_offset"], spans["start_offset"]))
    counts.characters.update({key[0]: total for key, total in tally(lengths, ("class",), "length").items()})
    counts.spans.update({key[0]: total for key, total in tally(spans, ("class",)).items()})


def group_sizes(stories: Iterable[bytes]) -> Counter[int]:
    """How many groups have so many documents, the article among them, from the `copy_of` of all copies."""
    return Counter(copies + 1 for copies in Counter(stories).values())

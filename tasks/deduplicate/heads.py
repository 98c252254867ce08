"""Which copy stands for its group, by the rules of the configuration, and why the others do not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.deduplicate.members import LATE, column
from tasks.deduplicate.words import Index

STANDING = "published-before"  # the reason where the article is of an earlier run
Key = NDArray[Any]


def _late(values: pa.ChunkedArray, kind: pa.DataType) -> Key:
    return np.asarray(pc.fill_null(pc.cast(values, kind).cast(pa.int64()), LATE).to_numpy(), np.int64)


def _ranks(values: pa.ChunkedArray) -> Key:
    order = pc.sort_indices(values).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


# Each rule's keys over a table of signatures, the most telling first; the smaller value wins.
KEYS: dict[str, Callable[[pa.Table], list[Key]]] = {
    "agency-own": lambda rows: [np.where(column(rows, "own", np.bool_), 0, 1)],
    "fullest": lambda rows: [-column(rows, "word_count", np.int64)],
    "earliest": lambda rows: [_late(rows.column("published_earliest"), pa.int32()), _late(rows.column("published_at"), pa.int64())],
    "outlet-evidence": lambda rows: [column(rows, "outlet_rank", np.int64)],
    "document-id": lambda rows: [_ranks(rows.column("document_id"))],
}


def chosen(rows: pa.Table, group: Index, order: tuple[str, ...]) -> tuple[Index, list[str]]:
    """For each row the row that stands for its group, and the first rule by which that one was better."""
    names, keys = [], []
    for name in (*order, "document-id"):
        for key in KEYS[name](rows):
            names.append(name)
            keys.append(key)
    sequence = np.lexsort((*reversed(keys), group))
    first = sequence[np.diff(group[sequence], prepend=-1) != 0]
    head = first[np.searchsorted(group[first], group)]
    decided = np.full(len(group), len(names) - 1)
    for number in reversed(range(len(names))):
        decided[keys[number] != keys[number][head]] = number
    return head, [names[i] for i in decided.tolist()]

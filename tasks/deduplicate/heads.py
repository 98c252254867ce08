"""Which copy stands for its group, by the rules of the configuration, and why the others do not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import column

STANDING = "published-before"  # the reason where the article is of an earlier run
COLUMNS = ("document_id", "own", "word_count", "published_earliest", "published_at", "outlet_rank")
LATE = np.iinfo(np.int64).max
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


def chosen(rows: pa.Table, group: Index, order: tuple[str, ...]) -> tuple[Index, NDArray[np.int8]]:
    """For each row (COLUMNS) the row that stands for its group, and the number of the first rule by which that one was better.

    The last rule of `order` must tell any two rows apart.
    """
    numbers, keys = [], []
    for number, name in enumerate(order):
        for key in KEYS[name](rows):
            numbers.append(number)
            keys.append(key)
    sequence = np.lexsort((*reversed(keys), group))
    first = sequence[np.diff(group[sequence], prepend=-1) != 0]
    head = first[np.searchsorted(group[first], group)]
    decided = np.full(len(group), len(order) - 1, np.int8)
    for number, key in zip(reversed(numbers), reversed(keys), strict=True):
        decided[key != key[head]] = number
    return head, decided

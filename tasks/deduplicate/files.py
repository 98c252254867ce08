"""The files of a shard that hold its signatures, and their columns as numpy."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index
from tasks.deduplicate.signatures import KINDS

SIGNED, SHINGLED = "signatures.parquet", "shingles.arrow"


def column(table: pa.Table, name: str, kind: Any) -> NDArray[Any]:
    """A column without nulls as numpy."""
    return np.asarray(table.column(name).to_numpy(), dtype=kind)


def ids_of(ids: pa.ChunkedArray) -> NDArray[np.uint8]:
    """Ids of 16 bytes as rows of bytes."""
    array = ids.combine_chunks()
    raw = np.frombuffer(array.buffers()[1], np.uint8)[: 16 * (array.offset + len(array))] if len(array) else np.zeros(0, np.uint8)
    return raw.reshape(-1, 16)[array.offset :]


def signatures(shard: Path, columns: Sequence[str]) -> pa.Table:
    """Some columns of a shard's signatures."""
    return pq.ParquetFile(shard / SIGNED, pre_buffer=False).read(columns=list(columns), use_threads=False)


def shingles(shard: Path) -> pa.Table:
    """The shingles of a shard's documents, mapped from the file."""
    with pa.memory_map(str(shard / SHINGLED)) as file:
        return pa.ipc.open_file(file).read_all()


def flat(table: pa.Table, name: str) -> tuple[NDArray[Any], Index]:
    """The values of a column of lists, or of their bytes, one after another, and where each row's begin."""
    rows = table.column(name).combine_chunks()
    if not pa.types.is_list(rows.type):
        return _unpacked(rows, KINDS[name])
    offsets = rows.offsets.to_numpy().astype(np.int64)
    return rows.values.to_numpy()[offsets[0] : offsets[-1]] if len(rows) else rows.values.to_numpy()[:0], offsets - offsets[0]


def _unpacked(rows: pa.LargeBinaryArray, kind: np.dtype[Any]) -> tuple[NDArray[Any], Index]:
    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int64)[rows.offset : rows.offset + len(rows) + 1] if len(rows) else np.zeros(1, np.int64)
    values = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]] if data else np.zeros(0, np.uint8)
    return values.view(kind), (ends - ends[0]) // kind.itemsize


def packed_lists(values: NDArray[Any], begins: Index) -> pa.LargeBinaryArray:
    """Rows of bytes, each of the values from one place of `begins` up to the next."""
    size = values.dtype.itemsize
    return pa.Array.from_buffers(pa.large_binary(), len(begins) - 1, [None, pa.py_buffer(begins * size), pa.py_buffer(values.tobytes())])

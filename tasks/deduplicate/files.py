"""The files of a shard that hold its signatures, and their columns as numpy."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index

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
    """The values of a list column one after another, and where each list begins."""
    lists = table.column(name).combine_chunks()
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return lists.values.to_numpy()[offsets[0] : offsets[-1]] if len(lists) else lists.values.to_numpy()[:0], offsets - offsets[0]

"""Rows of many shards in order of document_id, in bounded memory.

Where all of it fits, it is held at once; else rows are spilled into buckets by the first digits of
their id, and each bucket is taken up by itself. How many buckets there are never shows in what is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.write.columns import id_bytes, mask_of
from tasks.write.reading import read_file

BUDGET = 128 * 2**20  # bytes of decoded Parquet in a bucket; what works on it takes some five times as much
MOST = 1024  # buckets: as many files are open at once
PREFIX = 4  # hex digits that tell the bucket


def bucket_count(paths: Iterable[Path], budget: int = BUDGET) -> int:
    """In how many buckets the rows of these files are to be cut so that each takes about `budget` bytes."""
    total = 0
    for path in paths:
        meta = pq.read_metadata(path)
        total += sum(meta.row_group(group).total_byte_size for group in range(meta.num_row_groups))
    return min(MOST, int(total) // budget + 1)


def bucket_of(table: pa.Table, count: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The bucket of each row: ids are cut into `count` ranges of equal width, in order."""
    digits = id_bytes(table["document_id"]).view(np.uint8).reshape(-1, 32)[:, :PREFIX].astype(np.int64)
    values = np.where(digits >= ord("a"), digits - ord("a") + 10, digits - ord("0"))
    weights = 16 ** np.arange(PREFIX - 1, -1, -1)
    return np.asarray((values @ weights) * count >> (4 * PREFIX))


def _spill(paths: Sequence[Path], count: int, folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    targets = [folder / f"{bucket:04d}.arrow" for bucket in range(count)]
    schema = pq.read_schema(paths[0])
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as stack:
        writers = [stack.enter_context(pa.ipc.new_stream(target, schema, options=options)) for target in targets]
        for path in paths:
            table = read_file(path)
            buckets = bucket_of(table, count)
            for bucket in np.unique(buckets):
                writers[bucket].write_table(table.filter(mask_of(buckets == bucket)))
    return targets


def read_buckets(paths: Sequence[Path], count: int, folder: Path) -> Iterator[pa.Table]:
    """The rows of Parquet files of one schema as `count` tables, by ranges of document_id; `folder` is used to spill and must not exist."""
    if count == 1:
        yield pa.concat_tables([read_file(path) for path in paths])
        return
    for target in _spill(paths, count, folder):
        with pa.ipc.open_stream(target) as reader:
            table = reader.read_all()
        target.unlink()
        yield table

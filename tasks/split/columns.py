"""Parquet and Arrow: a row each, read in small batches; a damaged row group is one reject and the others go on."""

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.settings import Limits
from tasks.split.budget import Budget
from tasks.split.errors import Refused
from tasks.split.knowledge import field_key, field_names
from tasks.split.rows import Broken, read_row
from tasks.split.source import Item, Refusal, Source
from tasks.split.streams import to_seekable

BATCH = 64  # rows in memory at a time; a row may be as large as a document
HELD = 1 << 20  # bytes of columns after which Arrow has to give back what it freed
BUFFER = 1 << 16  # bytes of a column that are read ahead: a row group may be as large as the file
DAMAGED = (OSError, pa.ArrowException, ValueError, MemoryError, OverflowError)


def _wanted(names: list[str]) -> list[str]:
    """The columns that mean something; all of them where none does, so that the rejects can show them."""
    return [name for name in names if field_key(name) in field_names()] or names


def _column(column: pa.Array) -> list[Any]:
    """A column's values; of strings that are not UTF-8 the broken bytes."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [_text(value) for value in column.cast(pa.binary()).to_pylist()]
    except (ValueError, OverflowError):  # dates beyond what Python knows
        return [str(value) for value in column.cast(pa.string()).to_pylist()]


def _text(value: bytes | None) -> str | Broken | None:
    try:
        return value.decode("utf-8") if value is not None else None
    except UnicodeDecodeError:
        return Broken(value or b"")


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    columns = [_column(column) for column in batch.columns]
    names = batch.schema.names
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _shown(row: dict[str, Any]) -> bytes:
    return repr(row).encode("utf-8", "replace")


def _budget(source: Source, limits: Limits) -> Budget:
    return source.budget or Budget(lambda: source.size or 0, limits)


def _items(source: Source, batches: Iterator[pa.RecordBatch], first: int, budget: Budget, limits: Limits) -> Iterator[Item]:
    number, held = first, 0
    for batch in batches:
        held += batch.nbytes
        if held > HELD:
            pa.default_memory_pool().release_unused()  # what Arrow freed and would keep for later
            held = 0
        for start in range(0, batch.num_rows, BATCH):
            for row in _rows(batch.slice(start, BATCH)):
                number += 1
                budget.spend(sum(len(value) for value in row.values() if isinstance(value, str | bytes)))
                yield read_row(row, source, number, limits, partial(_shown, row))


def read_parquet(source: Source, limits: Limits) -> Iterator[Item]:
    """A document or refusal for each row; `#17` is the 17th row of the file."""
    with to_seekable(source.stream) as stream:
        _check_ending(stream)
        try:
            table = pq.ParquetFile(stream, page_checksum_verification=True, pre_buffer=False, buffer_size=BUFFER)
        except DAMAGED as error:
            raise Refused("encrypted" if "ncrypt" in str(error) else "corrupt", f"the file's footer is damaged: {error}") from None
        with table:
            if not table.metadata.num_rows:
                raise Refused("empty", "a table without rows")
            yield from _groups(source, table, limits)


def _check_ending(stream: BinaryIO) -> None:
    stream.seek(0, 2)
    stream.seek(-min(4, stream.tell()), 2)
    ending = stream.read(4)
    stream.seek(0)
    if ending == b"PARE":
        raise Refused("encrypted", "the file's footer is encrypted")
    if ending != b"PAR1":
        raise Refused("truncated", "the file ends without the mark of its footer")


def _groups(source: Source, table: pq.ParquetFile, limits: Limits) -> Iterator[Item]:
    first, columns, budget = 0, _wanted(table.schema_arrow.names), _budget(source, limits)
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        try:
            batches = table.iter_batches(BATCH, row_groups=[group], columns=columns, use_threads=False)
            yield from _items(source, batches, first, budget, limits)
        except DAMAGED as error:
            detail = f"row group {group + 1} of {rows} rows is damaged: {error}"
            yield Refusal(source.bundle, source.member, "corrupt", detail[:500], source.size or 0, meta=source.meta)
        first += rows


def read_arrow(source: Source, limits: Limits) -> Iterator[Item]:
    """A document or refusal for each row of an Arrow file or stream (Feather version 2 is one)."""
    try:
        yield from _items(source, _batches(source), 0, _budget(source, limits), limits)
    except DAMAGED as error:
        raise Refused("truncated" if "expected" in str(error).lower() else "corrupt", f"the file is damaged: {error}") from None


def _batches(source: Source) -> Iterator[pa.RecordBatch]:
    with to_seekable(source.stream) as stream:
        filed = stream.read(6) == b"ARROW1"
        whole = filed and _ends_with(stream, b"ARROW1")
        stream.seek(8 if filed and not whole else 0)  # a file without its footer is a stream behind its mark
        with pa.ipc.open_file(stream) if whole else pa.ipc.open_stream(stream) as reader:
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches)) if whole else iter(reader)
            empty = True
            for batch in batches:
                empty = False
                yield batch.select(_wanted(reader.schema.names))
            if filed and not whole:
                raise Refused("truncated", "the file ends without the mark of its footer")
            if empty:
                raise Refused("empty", "a table without rows")


def _ends_with(stream: BinaryIO, mark: bytes) -> bool:
    stream.seek(0, 2)
    stream.seek(-min(len(mark), stream.tell()), 2)
    return stream.read(len(mark)) == mark

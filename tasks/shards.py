"""Records to Parquet and back: the schema comes from the record's annotations, never from the data.

Columns are built whole (a list for each field, nested fields flattened first), which is what makes
tens of thousands of blocks cheap to pass from one task to the next.
"""

import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

LEAVES: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", "UTC"),
}


@cache
def hints(record: type) -> dict[str, Any]:
    """Field names and resolved annotations of a record type, in order."""
    resolved = typing.get_type_hints(record)
    return {field.name: resolved[field.name] for field in fields(record)}


def _plain(annotation: Any) -> Any:
    """`X | None` without the None."""
    if isinstance(annotation, types.UnionType):
        return next(a for a in typing.get_args(annotation) if a is not type(None))
    return annotation


def _element(annotation: Any) -> Any:
    """The X of `tuple[X, ...]`, or None for any other annotation (a pair `tuple[int, int]` among them)."""
    if typing.get_origin(annotation) is tuple:
        first, *rest = typing.get_args(annotation)
        return first if rest == [Ellipsis] else None
    return None


def arrow_type(annotation: Any) -> pa.DataType:
    """The Arrow type of an annotation; a record is a struct, `tuple[X, ...]` a list, a tuple of fixed length a fixed-size list."""
    annotation = _plain(annotation)
    if is_dataclass(annotation):
        return pa.struct([pa.field(name, arrow_type(hint)) for name, hint in hints(typing.cast(type, annotation)).items()])
    if (element := _element(annotation)) is not None:
        return pa.list_(arrow_type(element))
    if typing.get_origin(annotation) is tuple:
        args = typing.get_args(annotation)
        return pa.list_(arrow_type(args[0]), len(args))
    return LEAVES[annotation]


def schema_of(record: type) -> pa.Schema:
    """The Arrow schema of a record type, a column a field."""
    return pa.schema([pa.field(name, arrow_type(hint)) for name, hint in hints(record).items()])


def _array(values: Sequence[Any], annotation: Any) -> pa.Array:
    annotation = _plain(annotation)
    if is_dataclass(annotation):
        record = typing.cast(type, annotation)
        blank = [value is None for value in values]
        children = [_array([None if v is None else getattr(v, name) for v in values], hint) for name, hint in hints(record).items()]
        return pa.StructArray.from_arrays(children, fields=list(arrow_type(record)), mask=pa.array(blank, pa.bool_()))
    if (element := _element(annotation)) is not None:
        offsets: list[int] = [0]
        flat: list[Any] = []
        for value in values:
            flat.extend(value or ())
            offsets.append(len(flat))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), _array(flat, element))
    return pa.array(values, arrow_type(annotation))


def table_of(records: Sequence[Any], record: type) -> pa.Table:
    """Records of one type as a table with that type's schema."""
    arrays = [_array([getattr(r, name) for r in records], hint) for name, hint in hints(record).items()]
    return pa.Table.from_arrays(arrays, schema=schema_of(record))


def _values(array: pa.Array, annotation: Any) -> list[Any]:
    annotation = _plain(annotation)
    if is_dataclass(annotation):
        record = typing.cast(type, annotation)
        columns = [_values(array.field(name), hint) for name, hint in hints(record).items()]
        rows = [record(*row) for row in zip(*columns, strict=True)]
        return [row if ok else None for row, ok in zip(rows, array.is_valid().to_pylist(), strict=True)] if array.null_count else rows
    if (element := _element(annotation)) is not None:
        offsets = array.offsets.to_pylist()
        flat = _values(array.values, element)
        return [tuple(flat[a:b]) for a, b in pairwise(offsets)]
    listed = array.to_pylist()
    return [None if v is None else tuple(v) for v in listed] if typing.get_origin(annotation) is tuple else listed


def records_of(table: pa.Table, record: type) -> Iterator[Any]:
    """The records that a table holds, in order; columns the record does not know are passed over."""
    for batch in table.to_batches():
        columns = [_values(batch.column(name), hint) for name, hint in hints(record).items()]
        yield from (record(*row) for row in zip(*columns, strict=True))


def write_table(path: Path, table: pa.Table) -> Path:
    """Write a table of records to a Parquet file."""
    pq.write_table(table, path, compression="zstd", compression_level=1)
    return path


def write_records(path: Path, records: Iterable[Any], record: type) -> Path:
    """Write records of one type to a Parquet file; the same records give the same bytes."""
    return write_table(path, table_of(list(records), record))


class RecordWriter:
    """Writes records of one type to a Parquet file, some at a time; the same records in the same steps give the same bytes.

    Packed for speed, for it is read once or twice and then removed, and without dictionaries, which long texts do not need.
    """

    def __init__(self, path: Path, record: type) -> None:
        self._record = record
        self._writer = pq.ParquetWriter(path, schema_of(record), compression="lz4", use_dictionary=False, write_statistics=False)

    def write(self, records: Sequence[Any]) -> None:
        """Write more records, as a row group."""
        if records:
            self._writer.write_table(table_of(records, self._record))

    def close(self) -> None:
        """Make the file whole."""
        self._writer.close()


def read_records(path: Path, record: type) -> list[Any]:
    """All records of a Parquet file that `write_records` wrote."""
    return list(records_of(pq.read_table(path), record))

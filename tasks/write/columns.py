"""Records of the rooms before, as tables, turned into the columns that are published. Pure: tables in, tables out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.write.schema import ARTICLES, COPIES, schema_for

ID_LENGTH = 32
# Column of the published table <- field of records.Stamp.
STAMP = {"date": "day", "at": "at", "local": "local", "precision": "precision", "source": "source", "raw": "raw", "timezone": "timezone"}


class BrokenLawError(Exception):
    """A room before handed over what would break a law of the contract; nothing is published."""


def id_bytes(column: pa.ChunkedArray | pa.Array) -> "np.ndarray[Any, np.dtype[np.bytes_]]":
    """Document ids as fixed-width bytes, which sort and search as the strings do. Raises BrokenLawError for any other length."""
    if len(column) == 0:
        return np.empty(0, dtype=f"S{ID_LENGTH}")
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    if array.null_count or not (np.diff(ends) == ID_LENGTH).all():
        raise BrokenLawError("a document_id is not 32 hex digits")
    return np.frombuffer(data, dtype=np.uint8)[ends[0] : ends[-1]].view(f"S{ID_LENGTH}")


def long_values(column: pa.ChunkedArray) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """An int64 column without nulls as numpy values."""
    parts = [np.frombuffer(c.buffers()[1], np.int64)[c.offset : c.offset + len(c)] for c in column.chunks if len(c)]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def sort_by_id(table: pa.Table) -> pa.Table:
    """Rows in order of document_id; rows of one document keep their order."""
    ids = id_bytes(table["document_id"])
    if len(ids) < 2 or (ids[:-1] <= ids[1:]).all():
        return table
    return table.take(pa.array(np.argsort(ids, kind="stable")))


# Made from buffers: pa.array, pa.scalar and pa.repeat import pandas where that is installed, which takes longer than `verify` may.


def strings(values: Sequence[str]) -> pa.Array:
    """A string array."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def constant(value: str, rows: int) -> pa.Array:
    """A string column that holds one value in every row."""
    data = value.encode()
    ends = np.arange(rows + 1, dtype=np.int32) * len(data)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(data * rows))


def mask_of(values: "np.ndarray[Any, np.dtype[np.bool_]]") -> pa.Array:
    """Booleans of numpy as a mask for `filter`."""
    return pa.BooleanArray.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])


def flatten_articles(table: pa.Table) -> dict[str, pa.ChunkedArray | pa.Array]:
    """The columns of records.Article with its stamps flattened into `published_*` and `modified_*`."""
    columns: dict[str, Any] = {name: table[name] for name in table.column_names if name not in ("published", "modified")}
    for event in ("published", "modified"):
        columns |= {f"{event}_{name}": pc.struct_field(table[event], field) for name, field in STAMP.items()}
    return columns


def _rows_of(assignments: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """The assignment of each id, in order of the ids."""
    found = pc.index_in(ids, value_set=assignments["document_id"].combine_chunks())
    if found.null_count:
        missing = ids.filter(pc.is_null(found))[0].as_py()
        raise BrokenLawError(f"law 1: document {missing} was cleaned but belongs to no story")
    return assignments.take(found)


def article_tables(articles: pa.Table, assignments: pa.Table, run_id: str) -> tuple[pa.Table, pa.Table]:
    """Sorted rows of `articles` and `copies` from tables of records.Article and records.Assignment."""
    articles = sort_by_id(articles)
    ids = id_bytes(articles["document_id"])
    if len(ids) > 1 and (ids[:-1] == ids[1:]).any():
        raise BrokenLawError(f"law 1: document {ids[1:][ids[:-1] == ids[1:]][0].decode()} was cleaned twice")
    verdicts = _rows_of(assignments, articles["document_id"])
    columns = flatten_articles(articles)
    columns |= {name: verdicts[name] for name in ("story_id", "previous_version", "relation", "similarity", "containment", "reason")}
    columns |= {"run_id": constant(run_id, articles.num_rows), "copy_of": verdicts["story_id"]}
    table = pa.table({name: columns[name] for name, *_ in COPIES})
    own = pc.equal(table["document_id"], table["story_id"])
    heads = table.filter(own).select([name for name, *_ in ARTICLES]).cast(schema_for("articles"))
    return heads, table.filter(pc.invert(own)).cast(schema_for("copies"))


def owned_rows(table: pa.Table, owners: "np.ndarray[Any, np.dtype[np.bytes_]]", dataset: str, run_id: str) -> pa.Table:
    """Sorted rows of `removed` or `evidence`, those of the owners alone (ids, sorted)."""
    if "kind" in table.column_names:
        table = table.rename_columns({"kind": "class"})
    ids = id_bytes(table["document_id"])
    place = np.searchsorted(owners, ids)
    known = np.zeros(len(ids), dtype=bool)
    inside = place < len(owners)
    known[inside] = owners[place[inside]] == ids[inside]
    if not known.all():
        table = table.filter(mask_of(known))
    table = sort_by_id(table.append_column("run_id", constant(run_id, table.num_rows)))
    return table.select(schema_for(dataset).names).cast(schema_for(dataset))

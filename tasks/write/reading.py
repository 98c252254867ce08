"""Reading published files: by ranges of document_id, so that memory stays bounded, or one document at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.write.columns import id_bytes, strings

Range = tuple[str, str]  # ids from the first up to, not including, the second
SLICES = 4096  # three hex digits
EVERYTHING: Range = ("", "~")


def ranges(count: int) -> list[Range]:
    """`count` ranges of about equal width that hold every document_id between them (4,096 at most)."""
    count = max(1, min(count, SLICES))
    cuts = ["", *(f"{number * SLICES // count:03x}" for number in range(1, count)), "~"]
    return list(pairwise(cuts))


def read_file(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """One Parquet file as a table, without the machinery for whole folders that `pyarrow.parquet.read_table` brings in."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=None if columns is None else list(columns))


def _may_hold(meta: pq.FileMetaData, group: int, column: int, first: str, end: str) -> bool:
    stats = meta.row_group(group).column(column).statistics
    return stats is None or not stats.has_min_max or (stats.max >= first and stats.min < end)


def _place(meta: pq.FileMetaData, key: str) -> int:
    return next(i for i in range(meta.num_columns) if meta.schema.column(i).path == key)


def read_range(paths: Iterable[Path], columns: Sequence[str], span: Range = EVERYTHING, key: str = "document_id") -> pa.Table:
    """The rows of files whose key lies in a range; row groups that cannot hold one are passed over. At least one path is needed."""
    tables = []
    for path in paths:
        with pq.ParquetFile(path) as file:
            place = _place(file.metadata, key)
            wanted = [group for group in range(file.metadata.num_row_groups) if _may_hold(file.metadata, group, place, *span)]
            table = file.read_row_groups(wanted, columns=list(columns))
        if span != EVERYTHING and table.num_rows:
            table = table.filter(pc.and_(pc.greater_equal(table[key], span[0]), pc.less(table[key], span[1])))
        tables.append(table)
    return pa.concat_tables(tables)


def find_all(paths: Iterable[Path], documents: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """All columns of the rows of each of these documents, by document_id; each row group that holds any is read once."""
    wanted = np.array(sorted({document.encode() for document in documents}))
    found: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        with pq.ParquetFile(path) as file:
            place = _place(file.metadata, "document_id")
            for group in range(file.metadata.num_row_groups):
                if any(_may_hold(file.metadata, group, place, one.decode(), one.decode() + "~") for one in wanted.tolist()):
                    for row in _matching(file, group, wanted):
                        found.setdefault(row["document_id"], []).append(row)
    return found


def _matching(file: pq.ParquetFile, group: int, wanted: "np.ndarray[Any, np.dtype[np.bytes_]]") -> Iterator[dict[str, Any]]:
    # By slices, not masks: with pyarrow's own masks comes an import of pandas where that is installed.
    here = np.flatnonzero(np.isin(id_bytes(file.read_row_group(group, columns=["document_id"])["document_id"]), wanted))
    if not len(here):
        return
    table = file.read_row_group(group)
    for run in np.split(here, np.flatnonzero(np.diff(here) > 1) + 1):
        yield from table.slice(run[0], len(run)).to_pylist()


def among(column: pa.ChunkedArray, ids: Iterable[str]) -> pa.ChunkedArray:
    """Which values of a column of ids (as hex digits, or packed in bytes) are among these."""
    values = sorted(ids)
    packed = pa.types.is_fixed_size_binary(column.type)
    return pc.is_in(column, pa.array([bytes.fromhex(v) for v in values], column.type) if packed else strings(values))


def rows_among(path: Path, column: str, ids: Iterable[str]) -> pa.Table:
    """The rows of a file whose column holds one of some ids; only row groups that have one are read whole."""
    wanted = frozenset(ids)
    with pq.ParquetFile(path) as file:
        tables = [file.schema_arrow.empty_table()]
        for group in range(file.metadata.num_row_groups):
            here = among(file.read_row_group(group, columns=[column])[column], wanted)
            if pc.any(here).as_py():
                tables.append(file.read_row_group(group).filter(here))
    return pa.concat_tables(tables)


def group_of(path: Path) -> str:
    """The release that wrote a file, as its name says (`000007-3f2a9c…`): rows of one document lie in files of one group."""
    return path.stem.rsplit("-", 1)[0]


def by_group(paths: Iterable[Path]) -> Iterator[tuple[str, list[Path]]]:
    """Files that one release wrote together, in order of name."""
    for group, members in groupby(sorted(paths, key=lambda p: (group_of(p), p)), key=group_of):
        yield group, list(members)


def decoded_bytes(paths: Iterable[Path]) -> int:
    """Bytes of the files' columns before compression."""
    metas = [pq.read_metadata(path) for path in paths]
    return sum(meta.row_group(group).total_byte_size for meta in metas for group in range(meta.num_row_groups))

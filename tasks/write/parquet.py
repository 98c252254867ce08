"""Parquet files whose bytes depend on their rows alone.

Row groups hold a fixed number of rows whatever the chunks that come in, so neither sharding nor
memory limits show in a file. The choices are measured: see docs/decisions/parquet.md.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.write.schema import INSTANT, schema_for

# Rows in a row group: small where a row is long (a story), large where it is short (a span).
GROUP_ROWS = {
    "articles": 1024, "copies": 1024, "rejects": 4096, "removed": 65_536, "evidence": 65_536, "runs": 4096, "withdrawn": 65_536,
}  # fmt: skip
FILE_GROUPS = 128  # row groups in a file, at most
LONG_TEXTS = frozenset({"body", "text", "head", "raw", "value", "detail"})  # statistics and a dictionary are worth nothing here
HAS_BLOOM = frozenset({"articles", "copies", "rejects"})
DELTA = {"start_offset": "DELTA_BINARY_PACKED", "end_offset": "DELTA_BINARY_PACKED"}  # they climb through a document
UNIQUE = frozenset(
    {"document_id", "source_text_sha256", "source_sha256", "identity", "url", "canonical_url", "headline", "story_id", "previous_version"}
)


def leaf_names(schema: pa.Schema) -> list[str]:
    """The Parquet paths of all leaf columns (`captions.list.element.text`)."""

    def below(path: str, kind: pa.DataType) -> list[str]:
        if pa.types.is_list(kind):
            return below(f"{path}.list.element", kind.value_type)
        if pa.types.is_struct(kind):
            return [leaf for field in kind for leaf in below(f"{path}.{field.name}", field.type)]
        return [path]

    return [leaf for field in schema for leaf in below(field.name, field.type)]


def _has_dictionary(dataset: str, schema: pa.Schema, leaf: str) -> bool:
    if dataset == "removed":  # ids and debris come again close to one another, which zstd finds by itself
        return leaf in ("run_id", "class", "rule")
    if dataset == "evidence":
        return True
    unique = UNIQUE if dataset in HAS_BLOOM else frozenset()
    return leaf not in LONG_TEXTS | unique and schema.field(leaf.split(".")[0]).type != INSTANT


def writer_options(dataset: str) -> dict[str, Any]:
    """The options of `pyarrow.parquet.ParquetWriter` for a dataset; a dictionary and statistics only where they pay."""
    schema = schema_for(dataset)
    leaves = leaf_names(schema)
    options: dict[str, Any] = {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": [leaf for leaf in leaves if _has_dictionary(dataset, schema, leaf)],
        "write_statistics": [leaf for leaf in leaves if leaf not in LONG_TEXTS],
        "write_page_index": True,
        "store_schema": True,
    }
    if dataset in HAS_BLOOM:
        options["bloom_filter_options"] = {"document_id": {"ndv": GROUP_ROWS[dataset], "fpp": 0.01}}
    if dataset == "removed":
        options["column_encoding"] = DELTA
    if "document_id" in schema.names:
        options["sorting_columns"] = [pq.SortingColumn(schema.get_field_index("document_id"))]
    return options


def write_empty(path: Path, dataset: str) -> None:
    """A file with the dataset's schema and no row group: readable by all engines, unlike an empty folder or an empty group."""
    with pq.ParquetWriter(path, schema_for(dataset), **writer_options(dataset)):
        pass


def write_table(path: Path, dataset: str, table: pa.Table) -> None:
    """One file of a dataset from a table with its schema, in the order of its rows."""
    pq.write_table(table.combine_chunks(), path, row_group_size=GROUP_ROWS[dataset], **writer_options(dataset))


class DatasetWriter:
    """Writes the rows of one dataset, in the order they come, to `<stem>-000.parquet`, `<stem>-001.parquet` … in a folder."""

    def __init__(self, folder: Path, dataset: str, stem: str) -> None:
        """Nothing is written until rows come; `folder` is made then."""
        self.folder, self.dataset, self.stem = folder, dataset, stem
        self.schema = schema_for(dataset)
        self.rows = 0
        self._size = GROUP_ROWS[dataset]
        self._waiting: list[pa.Table] = []
        self._held = 0
        self._groups = 0
        self._file: pq.ParquetWriter | None = None

    def write(self, table: pa.Table) -> None:
        """Add rows; the table is cast to the dataset's schema (raises ArrowInvalid where a value does not fit)."""
        cast = table.select(self.schema.names).cast(self.schema)
        self._waiting.append(cast)
        self._held += cast.num_rows
        self.rows += cast.num_rows
        if self._held >= self._size:
            self._drain()

    def _drain(self, last: bool = False) -> None:
        held, at = pa.concat_tables(self._waiting), 0
        while held.num_rows - at >= (1 if last else self._size):
            self._write_group(held.slice(at, self._size))
            at += self._size
        rest = held.slice(at)
        self._waiting, self._held = [rest], rest.num_rows

    def _write_group(self, group: pa.Table) -> None:
        file = self._file
        if file is None or self._groups % FILE_GROUPS == 0:
            file = self._file = self._next_file()
        self._groups += 1
        # One chunk a column: where chunks end would show in the pages.
        file.write_table(group.combine_chunks(), row_group_size=self._size)

    def _next_file(self) -> pq.ParquetWriter:
        if self._file is not None:
            self._file.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.stem}-{self._groups // FILE_GROUPS:03d}.parquet"
        return pq.ParquetWriter(path, self.schema, **writer_options(self.dataset))

    def close(self) -> None:
        """Write what is held back and close the file."""
        if self._held:
            self._drain(last=True)
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        """Use as a context manager: closed at the end."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close, also after an error: the staging folder is thrown away then."""
        self.close()


def write_rows(folder: Path, dataset: str, stem: str, tables: Iterable[pa.Table]) -> int:
    """Write tables of one dataset; returns the number of rows."""
    with DatasetWriter(folder, dataset, stem) as writer:
        for table in tables:
            writer.write(table)
    return writer.rows

"""Law 1: which of the inputs that are the same document counts.

Only identities that occur more than once, in the run or in what is published, are looked at closely;
of the others no more than eight bytes each are held.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.shards import schema_of, table_of

LIGHT = ("document_id", "identity", "source_bundle", "source_member")
REJECTS = ("rejects-split.parquet", "rejects-parse.parquet")
PARSED = "parsed.parquet"
BATCH = 8192


@dataclass(frozen=True, slots=True)
class Selected:
    """A document that counts, and where it lies: the shard's folder name and the file in it."""

    document_id: str
    shard: str
    source_bundle: str
    source_member: str
    file: str  # parsed.parquet rejects-split.parquet rejects-parse.parquet


@dataclass(frozen=True, slots=True)
class _Rival:
    order: tuple[str, str, str]
    at: tuple[int, int]  # file, row
    identity: str
    text: str | None


def _rows(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches of the named columns; the document's own ones lie in a struct where the file holds parsed documents."""
    nested = path.name == PARSED
    names = [f"document.{name}" if nested and name in LIGHT else name for name in columns]
    for batch in pq.ParquetFile(path).iter_batches(columns=names, batch_size=BATCH):
        if not nested:
            yield batch.select(columns)
            continue
        document = batch.column("document")
        yield pa.RecordBatch.from_arrays([document.field(n) if n in LIGHT else batch.column(n) for n in columns], list(columns))


def _keys(identities: pa.Array) -> NDArray[np.uint64]:
    joined = b"".join(blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in identities.to_pylist())
    return np.frombuffer(joined, np.uint64)


def _file_keys(path: Path) -> NDArray[np.uint64]:
    return np.concatenate([np.zeros(0, np.uint64), *(_keys(batch.column(0)) for batch in _rows(path, ["identity"]))])


def _known(path: Path | None, keys: NDArray[np.uint64]) -> tuple[set[str], set[tuple[str, str]], NDArray[np.uint64]]:
    """Of what is published, that which has an identity of the run: ids, (identity, text) and the identities' keys."""
    ids: set[str] = set()
    texts: set[tuple[str, str]] = set()
    met = [np.zeros(0, np.uint64)]
    for batch in _rows(path, ["document_id", "identity", "source_text_sha256"]) if path else ():
        found = _keys(batch.column(1))
        here = np.flatnonzero(np.isin(found, keys))
        met.append(found[here])
        for document_id, identity, text in zip(*(column.take(pa.array(here)).to_pylist() for column in batch.columns), strict=True):
            ids.add(document_id)
            texts |= {(identity, text)} if text else set()
    return ids, texts, np.concatenate(met)


def _rivals(number: int, path: Path, rows: NDArray[np.int64]) -> Iterator[_Rival]:
    """The named rows of a file with all that tells whether they are the same document."""
    text = "source_text" if path.name == PARSED else "source_text_sha256"
    start = 0
    for batch in _rows(path, [*LIGHT, text]):
        here = rows[(rows >= start) & (rows < start + batch.num_rows)]
        for row, values in zip(here.tolist(), batch.take(pa.array(here - start)).to_pylist(), strict=True):
            value: str | None = values[text]
            if value is not None and path.name == PARSED:
                value = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
            order = (values["source_bundle"], values["source_member"], values["document_id"])
            yield _Rival(order, (number, row), values["identity"], value)
        start += batch.num_rows


def _losers(rivals: list[_Rival], ids: set[str], texts: set[tuple[str, str]]) -> set[tuple[int, int]]:
    """Those that are the same document as a smaller one or as a published one; both sets grow by what counts."""
    lost = set()
    for rival in sorted(rivals, key=lambda r: (r.order, r.at)):
        document_id, text = rival.order[2], (rival.identity, rival.text or "")
        if document_id in ids or (rival.text and text in texts):
            lost.add(rival.at)
        ids.add(document_id)
        texts |= {text} if rival.text else set()
    return lost


def _selected(path: Path, lost: set[int]) -> Iterator[pa.Table]:
    start = 0
    for batch in _rows(path, ["document_id", "source_bundle", "source_member"]):
        rows = [
            Selected(values["document_id"], path.parent.name, values["source_bundle"], values["source_member"], path.name)
            for row, values in enumerate(batch.to_pylist(), start)
            if row not in lost
        ]
        start += batch.num_rows
        yield table_of(rows, Selected)


def _inputs(shards: Sequence[Path]) -> int:
    """Every input of the run: the documents that were cut out and what was refused before."""
    paths = chain.from_iterable((shard / "documents.parquet", shard / REJECTS[0]) for shard in shards)
    return sum(pq.read_metadata(path).num_rows for path in paths if path.exists())


def select_documents(shards: Sequence[Path], known: Path | None, target: Path) -> Path:
    """Write the documents that count as `Selected` rows; `counts` reads how many inputs there were and how many add nothing.

    `known` is a Parquet file with document_id, identity and source_text_sha256 of what is published.
    """
    files = [path for shard in shards for name in (PARSED, *REJECTS) if (path := shard / name).exists()]
    keys = [_file_keys(path) for path in files]
    every = np.concatenate([np.zeros(0, np.uint64), *keys])
    ids, texts, met = _known(known, every)
    distinct, times = np.unique(np.concatenate([every, met]), return_counts=True)
    rows = [np.flatnonzero(np.isin(k, distinct[times > 1])) for k in keys]
    rivals = [rival for number, path in enumerate(files) if len(rows[number]) for rival in _rivals(number, path, rows[number])]
    lost = _losers(rivals, ids, texts)
    inputs = _inputs(shards)
    facts = {"documents": str(inputs), "unchanged": str(inputs - len(every) + len(lost))}
    with pq.ParquetWriter(target, schema_of(Selected).with_metadata(facts), compression="zstd") as writer:
        for number, path in enumerate(files):
            for table in _selected(path, {row for file, row in lost if file == number}):
                writer.write_table(table.replace_schema_metadata(facts))
    return target


def counts(selected: Path) -> dict[str, int]:
    """`documents` (every input) and `unchanged` (those without a new row) of a file that `select_documents` wrote."""
    facts: dict[bytes, Any] = pq.read_schema(selected).metadata or {}
    return {name: int(facts[name.encode()]) for name in ("documents", "unchanged")}

"""The memory of earlier runs: read only where a new document could match, and added to after each run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.members import column
from tasks.deduplicate.signatures import MEMORY
from tasks.deduplicate.words import identity_keys

SIEVE = np.uint32(0x3FFFFF)  # the bits of a hash by which most of the memory is passed over
BATCH = 16384


def _batches(files: Sequence[Path], columns: Sequence[str] = tuple(MEMORY.names)) -> Iterator[pa.Table]:
    for path in files:
        for batch in pq.ParquetFile(path).iter_batches(columns=list(columns), batch_size=BATCH):
            yield pa.Table.from_batches([batch])


class Probe:
    """What the documents of a run could be met by: their shingles, digests and identities."""

    def __init__(self, signatures: Sequence[Path], least: int) -> None:
        tables = [pq.read_table(path, columns=["identity", "digest", "hashes"]) for path in signatures]
        rows = pa.concat_tables(tables)
        self.least = least
        self.hashes = np.unique(np.concatenate([np.zeros(0, np.uint32), *(c.flatten().to_numpy() for c in rows.column("hashes").chunks)]))
        self.digests = np.unique(column(rows, "digest", np.uint64))
        self.identities = np.unique(identity_keys(rows.column("identity").to_pylist()))
        self.sieve = np.zeros(int(SIEVE) + 1, np.bool_)
        self.sieve[self.hashes & SIEVE] = True

    def _shared(self, rows: pa.Table) -> NDArray[np.int64]:
        """How many shingles of each row occur in the run."""
        lists = rows.column("hashes").combine_chunks()
        hashes = lists.flatten().to_numpy()
        maybe = np.flatnonzero(self.sieve[hashes & SIEVE])
        hit = maybe[np.isin(hashes[maybe], self.hashes)] if len(maybe) else maybe
        ends = np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False))
        return np.bincount(np.searchsorted(ends, hit, "right"), minlength=len(rows))

    def meets(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Which rows of memory could be of a story of the run."""
        same = np.isin(column(rows, "digest", np.uint64), self.digests) | np.isin(column(rows, "identity", np.uint64), self.identities)
        return same | (self._shared(rows) >= self.least)


def matching(files: Sequence[Path], signatures: Sequence[Path], least: int) -> pa.Table:
    """The rows of memory that share `least` shingles, a text or an identity with the run, and the articles of those."""
    if not files or not signatures:
        return MEMORY.empty_table()
    probe = Probe(signatures, least)
    met = pa.concat_tables([MEMORY.empty_table(), *(rows.filter(pa.array(probe.meets(rows))) for rows in _batches(files))])
    wanted = pc.unique(met.column("story_id"))
    wanted = wanted.filter(pc.invert(pc.is_in(wanted, value_set=met.column("document_id").combine_chunks())))
    if not len(wanted):
        return met
    articles = (rows.filter(pc.is_in(rows.column("document_id"), value_set=wanted)) for rows in _batches(files))
    return pa.concat_tables([met, *articles])


def last_turn(files: Sequence[Path]) -> int:
    """The greatest turn in memory, -1 where there is none."""
    tops: list[Any] = [pc.max(rows.column("turn")).as_py() for rows in _batches(files, ["turn"])]
    return max((top for top in tops if top is not None), default=-1)

"""The memory of earlier runs: read only where a new document could match, and added to after each run."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.files import column, flat, shingles, signatures
from tasks.deduplicate.signatures import MEMORY
from tasks.deduplicate.words import among


class Probe:
    """What the documents of a run could be met by: their shingles, digests and identities."""

    def __init__(self, shards: Sequence[Path], least: int) -> None:
        rows = pa.concat_tables([signatures(shard, ["identity", "digest"]) for shard in shards])
        self.least = least
        self.hashes = np.unique(np.concatenate([flat(shingles(shard), "hashes")[0] for shard in shards]))
        self.digests = np.unique(column(rows, "digest", np.uint64))
        self.identities = np.unique(column(rows, "identity", np.uint64))

    def _shared(self, rows: pa.Table) -> NDArray[np.int64]:
        """How many shingles of each row occur in the run."""
        hashes, offsets = flat(rows, "hashes")
        hit = np.flatnonzero(among(hashes, self.hashes))
        return np.bincount(np.searchsorted(offsets[1:], hit, "right"), minlength=len(rows))

    def meets(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Which rows of memory could be of a story of the run."""
        same = among(column(rows, "digest", np.uint64), self.digests) | among(column(rows, "identity", np.uint64), self.identities)
        return same | (self._shared(rows) >= self.least)


def _groups(path: Path, columns: list[str]) -> Iterator[tuple[pa.Table, pq.ParquetFile, int]]:
    """Some columns of each row group of a file."""
    file = pq.ParquetFile(path, pre_buffer=False)
    for number in range(file.num_row_groups):
        yield file.read_row_group(number, columns=columns, use_threads=False), file, number


def _met(path: Path, probe: Probe) -> Iterator[pa.Table]:
    """The rows of a file that could be of a story of the run; groups of rows without any are not read whole."""
    for rows, file, number in _groups(path, ["digest", "identity", "hashes"]):
        wanted = probe.meets(rows)
        if wanted.any():
            yield file.read_row_group(number, use_threads=False).filter(pa.array(wanted))


def _named(path: Path, wanted: pa.Array) -> Iterator[pa.Table]:
    """The rows of a file with one of these document_ids; groups of rows without any are not read whole."""
    for rows, file, number in _groups(path, ["document_id"]):
        here = pc.is_in(rows.column(0), value_set=wanted)
        if pc.any(here).as_py():
            yield file.read_row_group(number, use_threads=False).filter(here)


def matching(files: Sequence[Path], shards: Sequence[Path], least: int) -> pa.Table:
    """The rows of memory that share `least` shingles, a text or an identity with the run, and the articles of those."""
    empty = MEMORY.empty_table()
    if not files or not shards:
        return empty
    probe = Probe(shards, least)
    met = pa.concat_tables([empty, *(rows for path in sorted(files) for rows in _met(path, probe))])
    wanted = pc.unique(met.column("story_id"))
    wanted = wanted.filter(pc.invert(pc.is_in(wanted, value_set=met.column("document_id").combine_chunks())))
    named = (rows for path in sorted(files) for rows in _named(path, wanted)) if len(wanted) else ()
    return pa.concat_tables([met, *named])


def last_turn(files: Sequence[Path]) -> int:
    """The greatest turn in memory, -1 where there is none."""
    tops = [pc.max(pq.read_table(path, columns=["turn"]).column(0)).as_py() for path in files]
    return max((top for top in tops if top is not None), default=-1)

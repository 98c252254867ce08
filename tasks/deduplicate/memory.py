"""The memory of earlier runs: read only where a new document could match, and added to after each run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.members import column
from tasks.deduplicate.signatures import MEMORY
from tasks.deduplicate.words import among, identity_keys


class Probe:
    """What the documents of a run could be met by: their shingles, digests and identities."""

    def __init__(self, signatures: Sequence[Path], least: int) -> None:
        tables = [pq.read_table(path, columns=["identity", "digest", "hashes"]) for path in signatures]
        rows = pa.concat_tables(tables)
        self.least = least
        self.hashes = np.unique(np.concatenate([np.zeros(0, np.uint32), *(c.flatten().to_numpy() for c in rows.column("hashes").chunks)]))
        self.digests = np.unique(column(rows, "digest", np.uint64))
        self.identities = np.unique(identity_keys(rows.column("identity").to_pylist()))

    def _shared(self, rows: pa.Table) -> NDArray[np.int64]:
        """How many shingles of each row occur in the run."""
        lists = rows.column("hashes").combine_chunks()
        hashes = lists.flatten().to_numpy()
        hit = np.flatnonzero(among(hashes, self.hashes))
        ends = np.cumsum(pc.list_value_length(lists).to_numpy(zero_copy_only=False))
        return np.bincount(np.searchsorted(ends, hit, "right"), minlength=len(rows))

    def meets(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Which rows of memory could be of a story of the run."""
        same = among(column(rows, "digest", np.uint64), self.digests) | among(column(rows, "identity", np.uint64), self.identities)
        return same | (self._shared(rows) >= self.least)


def _met(path: Path, probe: Probe) -> pa.Table:
    """The rows of a file that could be of a story of the run; groups of rows without any are not read whole."""
    file, found = pq.ParquetFile(path), [MEMORY.empty_table()]
    for number in range(file.num_row_groups):
        wanted = probe.meets(file.read_row_group(number, columns=["digest", "identity", "hashes"]))
        if wanted.any():
            found.append(file.read_row_group(number).filter(pa.array(wanted)))
    return pa.concat_tables(found)


def matching(files: Sequence[Path], signatures: Sequence[Path], least: int) -> pa.Table:
    """The rows of memory that share `least` shingles, a text or an identity with the run, and the articles of those."""
    if not files or not signatures:
        return MEMORY.empty_table()
    probe = Probe(signatures, least)
    met = pa.concat_tables([_met(path, probe) for path in sorted(files)])
    wanted = pc.unique(met.column("story_id"))
    wanted = wanted.filter(pc.invert(pc.is_in(wanted, value_set=met.column("document_id").combine_chunks())))
    return pa.concat_tables([met, *(_named(path, wanted) for path in sorted(files) if len(wanted))])


def _named(path: Path, wanted: pa.Array) -> pa.Table:
    """The rows of a file with one of these document_ids; groups of rows without any are not read whole."""
    file, found = pq.ParquetFile(path), [MEMORY.empty_table()]
    for number in range(file.num_row_groups):
        here = pc.is_in(file.read_row_group(number, columns=["document_id"]).column(0), value_set=wanted)
        if pc.any(here).as_py():
            found.append(file.read_row_group(number).filter(here))
    return pa.concat_tables(found)


def last_turn(files: Sequence[Path]) -> int:
    """The greatest turn in memory, -1 where there is none."""
    tops = [pc.max(pq.read_table(path, columns=["turn"]).column(0)).as_py() for path in files]
    return max((top for top in tops if top is not None), default=-1)

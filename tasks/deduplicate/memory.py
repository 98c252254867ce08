"""The memory of earlier runs: read whole only where a new document could be of the same story, and added to after each run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import flat, packed_lists
from tasks.deduplicate.knowledge import Matching
from tasks.deduplicate.probe import SEEN, Probe, probe_of
from tasks.deduplicate.signatures import KINDS, MEMORY
from tasks.deduplicate.words import Hashes

REST = [name for name in MEMORY.names if name not in SEEN]
TOGETHER = 1 << 22  # entries that are put in order together


@dataclass(slots=True)
class _Carried:
    """In how many stories of memory each shingle of the run stands."""

    entries: list[Hashes] = field(default_factory=list)  # the shingle's number << 32 | bits of a story, distinct

    def add(self, entries: Hashes) -> None:
        self.entries.append(entries)
        if sum(map(len, self.entries[1:])) > TOGETHER:
            self._settle()

    def _settle(self) -> Hashes:
        self.entries = [np.unique(np.concatenate([np.zeros(0, np.uint64), *self.entries]))]
        return self.entries[0]

    def by(self, least: int) -> Index:
        """The numbers of the shingles that so many stories carry."""
        number, stories = np.unique(self._settle() >> np.uint64(32), return_counts=True)
        found: Index = number[stories >= least].astype(np.int64)
        return found


def _read(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> pa.Table:
    rows = file.read_row_group(group, columns=list(columns), use_threads=False)
    for at, name in enumerate(rows.column_names):
        if name in KINDS and pa.types.is_list(rows.schema.field(at).type):  # outputs of 0.1 have lists
            rows = rows.set_column(at, name, packed_lists(*flat(rows, name)))
    return rows


@dataclass(frozen=True, slots=True)
class _Met:
    """A row group of memory: which of its rows are of a story of the run perhaps, and what was read of those."""

    file: pq.ParquetFile
    group: int
    wanted: pa.BooleanArray
    rows: pa.Table

    def whole(self, articles: pa.Array) -> pa.Table:
        """The wanted rows with all their columns, and those with one of the document_ids."""
        ids = _read(self.file, self.group, ["document_id"])
        more = pc.and_not(pc.is_in(ids.column(0).combine_chunks(), value_set=articles), self.wanted)
        if not pc.any(more).as_py():
            rest = _read(self.file, self.group, REST).filter(self.wanted) if len(self.rows) else self.rows
            return _joined(self.rows, rest) if len(self.rows) else MEMORY.empty_table()
        return _read(self.file, self.group, MEMORY.names).filter(pc.or_(more, self.wanted))


def _joined(one: pa.Table, two: pa.Table) -> pa.Table:
    return pa.table([(one if name in one.column_names else two).column(name) for name in MEMORY.names], schema=MEMORY)


def _met(path: Path, probe: Probe, matching: Matching, carried: _Carried) -> Iterator[_Met]:
    """Each row group of a file."""
    file = pq.ParquetFile(path, pre_buffer=False)
    for group in range(file.num_row_groups):
        rows = _read(file, group, SEEN)
        wanted, entries = probe.meets(rows, matching)
        carried.add(entries)
        yield _Met(file, group, pa.array(wanted), rows.filter(pa.array(wanted)))


def matching(files: Sequence[Path], shards: Sequence[Path], rules: Matching) -> tuple[pa.Table, NDArray[np.uint32]]:
    """The rows of memory that could be of a story of the run and the articles of those; and the run's common shingles.

    These are the ones that at least `rules.common` stories of memory carry, whether their rows are among the answered or not.
    """
    empty = MEMORY.empty_table()
    if not files or not shards:
        return empty, np.zeros(0, np.uint32)
    probe, carried = probe_of(shards), _Carried()
    met = [one for path in sorted(files) for one in _met(path, probe, rules, carried)]
    stories = pa.concat_arrays([one.rows.column("story_id").combine_chunks() for one in met]).unique()
    return pa.concat_tables([empty, *(one.whole(stories) for one in met)]), probe.hashes.values[carried.by(rules.common)]


def last_turn(files: Sequence[Path]) -> int:
    """The greatest turn in memory, -1 where there is none."""
    tops = [pc.max(pq.read_table(path, columns=["turn"]).column(0)).as_py() for path in files]
    return max((top for top in tops if top is not None), default=-1)

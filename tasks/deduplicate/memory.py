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
from tasks.deduplicate.files import flat, packed_lists, shingles
from tasks.deduplicate.knowledge import Matching, Rules
from tasks.deduplicate.probe import SEEN, probe_of
from tasks.deduplicate.signatures import KINDS, MEMORY
from tasks.deduplicate.words import Hashes

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


def _groups(files: Sequence[Path]) -> Iterator[tuple[pq.ParquetFile, int]]:
    """Each row group of the files, in order of their names."""
    for file in (pq.ParquetFile(path, pre_buffer=False) for path in sorted(files)):
        yield from ((file, group) for group in range(file.num_row_groups))


def _blocks(shards: Sequence[Path], most: int) -> Iterator[list[Path]]:
    """The shards in turn, together as long as they have so many shingles at most (one shard at least)."""
    block: list[Path] = []
    held = 0
    for shard in shards:
        more = len(flat(shingles(shard), "hashes")[0])
        if block and held + more > most:
            yield block
            block, held = [], 0
        block.append(shard)
        held += more
    yield block


def _met(
    files: Sequence[Path], shards: Sequence[Path], rules: Matching
) -> tuple[list[NDArray[np.bool_]], list[pa.Array], NDArray[np.uint32]]:
    """By row group which rows some documents could be of a story with, and the stories of those; and the documents' common shingles."""
    probe, carried, wanted, stories = probe_of(shards), _Carried(), [], []
    for file, group in _groups(files):
        rows = _read(file, group, SEEN)
        mask, entries = probe.meets(rows, rules)
        carried.add(entries)
        wanted.append(mask)
        stories.append(rows.column("story_id").combine_chunks().filter(pa.array(mask)))
    return wanted, stories, probe.hashes.values[carried.by(rules.common)]


def _whole(file: pq.ParquetFile, group: int, wanted: NDArray[np.bool_], articles: pa.Array) -> pa.Table:
    """The wanted rows of a row group, and those with one of the document_ids, with all columns."""
    ids = _read(file, group, ["document_id"]).column(0).combine_chunks()
    mask = pc.or_(pc.is_in(ids, value_set=articles), pa.array(wanted))
    return _read(file, group, MEMORY.names).filter(mask) if pc.any(mask).as_py() else MEMORY.empty_table()


def matching(files: Sequence[Path], shards: Sequence[Path], rules: Rules) -> tuple[pa.Table, NDArray[np.uint32]]:
    """The rows of memory that could be of a story of the run and the articles of those; and the run's common shingles, sorted.

    These are the ones that at least `matching.common` stories of memory carry, whether their rows are among the answered or not.
    So many documents of the run are held at a time as have `grouping.shingles`.
    """
    empty = MEMORY.empty_table()
    if not files or not shards:
        return empty, np.zeros(0, np.uint32)
    met = [_met(files, block, rules.matching) for block in _blocks(shards, rules.grouping.shingles)]
    stories = pa.chunked_array([part for _, parts, _ in met for part in parts], MEMORY.field("story_id").type).unique()
    wanted = [np.logical_or.reduce(masks) for masks in zip(*(masks for masks, _, _ in met), strict=True)]
    found = (_whole(file, group, mask, stories) for (file, group), mask in zip(_groups(files), wanted, strict=True))
    return pa.concat_tables([empty, *found]), np.unique(np.concatenate([hashes for _, _, hashes in met]))


def last_turn(files: Sequence[Path]) -> int:
    """The greatest turn in memory, -1 where there is none."""
    tops = [pc.max(pq.read_table(path, columns=["turn"]).column(0)).as_py() for path in files]
    return max((top for top in tops if top is not None), default=-1)

"""What the documents of a run could be met by: their shingles, the texts that have them, digests and identities."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.deduplicate.arrays import sliced
from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import column, flat, ids_of, shingles, signatures
from tasks.deduplicate.knowledge import Matching
from tasks.deduplicate.overlaps import HALF, LOW
from tasks.deduplicate.stories import FEWEST, least
from tasks.deduplicate.words import Hashes, Listed

SEEN = ["story_id", "identity", "digest", "limit", "hashes"]  # columns of memory that tell whether a row is wanted
LONGEST = 16  # of the texts that have a shingle a row is held against so many, the longest ones


@dataclass(frozen=True, slots=True)
class Probe:
    """Shingles of a run with the texts that have each, numbered from short to long, and the shingles of each text."""

    hashes: Listed  # distinct
    ends: Index  # where the texts of each shingle end in `texts`
    texts: NDArray[np.uint32]
    own: NDArray[np.uint32]  # the shingles of text i, sorted, from offsets[i] to offsets[i + 1]
    offsets: Index
    digests: Listed
    identities: Listed

    def meets(self, rows: pa.Table, matching: Matching) -> tuple[NDArray[np.bool_], Hashes]:
        """Which rows of memory could be of a story of the run; and which of its shingles they have, as number << 32 | bits of the story."""
        hashes, offsets = flat(rows, "hashes")
        at, number = self.hashes.places(hashes)
        row = np.searchsorted(offsets[1:], at, "right")
        found = np.zeros(len(rows), np.bool_)
        for name, listed in (("digest", self.digests), ("identity", self.identities)):
            found[listed.places(column(rows, name, np.uint64))[0]] = True
        found[self._shared(row, number, np.diff(offsets), column(rows, "limit", np.uint32), matching)] = True
        story = np.ascontiguousarray(ids_of(rows.column("story_id"))[:, :4]).view(np.uint32).ravel()
        return found, number.astype(np.uint64) << HALF | story[row]

    def _shared(self, row: Index, number: Index, sizes: Index, limits: NDArray[np.uint32], matching: Matching) -> Index:
        """The rows that share enough with one text, by the shingles that each row has of the run's (`number`)."""
        several = np.bincount(row, minlength=len(sizes))[row] >= FEWEST
        row, number = row[several], number[several]
        begins = np.maximum(np.append(0, self.ends)[number], self.ends[number] - LONGEST)
        text, bounds = sliced(self.texts, np.stack([begins, self.ends[number]], axis=1).ravel(), 2 * np.arange(len(number)))
        pair = np.repeat(row.astype(np.uint64), np.diff(bounds)) << HALF | text.astype(np.uint64)
        pair, shared = np.unique(pair, return_counts=True)
        row, text = (pair >> HALF).astype(np.int64), (pair & LOW).astype(np.int64)
        some = shared >= FEWEST
        row, text, shared = row[some], text[some], shared[some]
        smaller = np.minimum(sizes[row], self._up_to(text, limits[row]))
        enough = np.maximum(least(smaller, matching), matching.recalled * smaller)
        return np.unique(row[shared >= enough])

    def _up_to(self, text: Index, limit: NDArray[np.uint32]) -> Index:
        """How many shingles of each text are no greater than its limit."""
        low, high = self.offsets[text], self.offsets[text + 1]
        while (low < high).any():
            middle = (low + high) >> 1
            right = self.own[np.minimum(middle, len(self.own) - 1)] <= limit
            low, high = np.where((low < high) & right, middle + 1, low), np.where((low < high) & ~right, middle, high)
        return low - self.offsets[text]


def probe_of(shards: Sequence[Path]) -> Probe:
    """The probe of all documents of some shards."""
    rows = pa.concat_tables([signatures(shard, ["identity", "digest", "words"]) for shard in shards])
    lists = [flat(shingles(shard), "hashes") for shard in shards]
    digest = column(rows, "digest", np.uint64)
    order = np.lexsort((digest, column(rows, "words", np.int32)))
    offsets = np.cumsum(np.concatenate([[0], *(np.diff(offsets) for _, offsets in lists)]))
    own, offsets = sliced(np.concatenate([values for values, _ in lists]), offsets, order)
    key = own.astype(np.uint64) << HALF | np.repeat(np.arange(len(order), dtype=np.uint64), np.diff(offsets))
    key.sort()
    listed = (key >> HALF).astype(np.uint32)
    last = np.flatnonzero(np.append(listed[1:] != listed[:-1], np.ones(min(len(listed), 1), np.bool_)))
    digests, identities = (Listed(np.unique(column(rows, name, np.uint64))) for name in ("digest", "identity"))
    return Probe(Listed(listed[last]), last + 1, (key & LOW).astype(np.uint32), own, offsets, digests, identities)

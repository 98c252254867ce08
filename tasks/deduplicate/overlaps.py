"""How much pairs of texts share: exact counts of their sampled shingles.

Texts are numbered from the shortest to the longest, so of a pair (a, b) with a < b the second is
the longer one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.arrays import load, save
from tasks.deduplicate.characters import Index
from tasks.deduplicate.shingles import FARTHEST, STEP
from tasks.deduplicate.words import Hashes

HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)
WHOLE = np.uint32(0xFFFFFFFF)
PAIRS = 1024  # pairs compared together, so that their shingles stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct texts from short to long: text i has the shingles offsets[i] to offsets[i + 1], sorted by hash.

    Of a text that is remembered from an earlier run only the smallest hashes may be left; `limits` says up
    to which one they are complete (WHOLE where nothing was left out).
    """

    hashes: NDArray[np.uint32]
    places: NDArray[np.uint8]
    offsets: Index
    words: NDArray[np.int32]
    limits: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.words)


def load_texts(folder: Path) -> Texts:
    """The texts that lie in a folder."""
    return Texts(*(load(folder, name) for name in ("hashes", "places", "offsets", "words", "limits")))


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of texts (a the shorter) and the sampled shingles that they share."""

    a: Index
    b: Index
    shared: Index
    in_a: Index  # shingles of a
    in_b: Index
    at_head: Index  # of the shared ones, those that stand at the head of b

    def containment(self) -> NDArray[np.float64]:
        """Share of the one with fewer shingles that is found in the other."""
        smaller: Index = np.maximum(np.minimum(self.in_a, self.in_b), 1)
        return self.shared.astype(np.float64) / smaller

    def similarity(self) -> NDArray[np.float64]:
        """Jaccard similarity."""
        either: Index = np.maximum(self.in_a + self.in_b - self.shared, 1)
        return self.shared.astype(np.float64) / either


FIELDS = ("a", "b", "shared", "in_a", "in_b", "at_head")


def save_overlaps(folder: Path, name: str, overlaps: Overlaps) -> None:
    """Write overlaps under a name."""
    save(folder, name, np.stack([getattr(overlaps, field) for field in FIELDS]).astype(np.int64))


def load_overlaps(folder: Path, name: str) -> Overlaps:
    """The overlaps that were written under a name."""
    return Overlaps(*load(folder, name))


def _laid_out(texts: Texts, which: Index, side: int) -> Hashes:
    """The shingles of the named texts one after another, as pair << 44 | hash << 12 | side << 8 | place."""
    begins = texts.offsets[which]
    lengths = texts.offsets[which + 1] - begins
    ends = np.cumsum(lengths)
    at = np.arange(ends[-1] if len(ends) else 0)
    at += np.repeat(begins - (ends - lengths), lengths)
    key = texts.hashes[at].astype(np.uint64)
    key <<= np.uint64(12)
    key |= texts.places[at]
    key |= np.repeat((np.arange(len(which), dtype=np.uint64) << np.uint64(44)) | np.uint64(side << 8), lengths)
    return key


def _pair_of(key: Hashes) -> Index:
    return (key >> np.uint64(44)).astype(np.int64)


def _sizes(texts: Texts, a: Index, b: Index, keys: tuple[Hashes, Hashes]) -> tuple[tuple[Hashes, Hashes], tuple[Index, Index]]:
    """The shingles of each pair up to which both texts are complete, and how many each has."""
    limits = np.minimum(texts.limits[a], texts.limits[b])
    if (limits == WHOLE).all():
        return keys, (texts.offsets[a + 1] - texts.offsets[a], texts.offsets[b + 1] - texts.offsets[b])
    one, two = (key[((key >> np.uint64(12)) & LOW) <= limits[_pair_of(key)]] for key in keys)
    in_a, in_b = (np.bincount(_pair_of(key), minlength=len(a)) for key in (one, two))
    return (one, two), (in_a, in_b)


def at_the_head(texts: Texts, a: Index, places: NDArray[np.uint8], slack: int) -> NDArray[np.bool_]:
    """Whether places in a longer text lie in its head: as far as the text of the pair, `a`, is long."""
    found: NDArray[np.bool_] = places.astype(np.int64) * STEP <= texts.words[a] + slack
    return found


def _compared(texts: Texts, a: Index, b: Index, slack: int) -> tuple[Index, Index, Index, Index]:
    keys, (in_a, in_b) = _sizes(texts, a, b, (_laid_out(texts, a, 0), _laid_out(texts, b, 1)))
    key = np.concatenate(keys)
    key.sort(kind="stable")  # two sorted runs: this kind merges them
    met = key[1:][(key[1:] ^ key[:-1]) < np.uint64(1 << 12)]
    pair = _pair_of(met)
    head = at_the_head(texts, a[pair], (met & np.uint64(FARTHEST)).astype(np.uint8), slack)
    return np.bincount(pair, minlength=len(a)), in_a, in_b, np.bincount(pair[head], minlength=len(a))


def compare(texts: Texts, a: Index, b: Index, slack: int) -> Overlaps:
    """Count what each pair shares; `slack` words may stand before the head of the longer text."""
    parts = [_compared(texts, a[i : i + PAIRS], b[i : i + PAIRS], slack) for i in range(0, len(a), PAIRS)]
    none = np.zeros(0, np.int64)
    shared, in_a, in_b, at_head = (np.concatenate([none, *(part[k] for part in parts)]) for k in range(4))
    return Overlaps(a, b, shared, in_a, in_b, at_head)

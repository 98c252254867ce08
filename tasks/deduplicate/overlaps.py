"""Which texts share shingles, and how: candidates from an inverted index, then exact counts for each pair.

Texts are numbered from the shortest to the longest, so of a pair (a, b) with a < b the second is
the longer one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.shingles import FARTHEST, STEP
from tasks.deduplicate.words import Hashes, Index, among

LOW = np.uint64(0xFFFFFFFF)
PARTS = 16  # the index is made in so many parts by hash, one at a time
NEXT, LONGEST = 2, 2  # each text of a list is compared with so many next longer ones and so many of the longest
WHOLE = np.uint32(0xFFFFFFFF)
PAIRS = 2048  # pairs compared together, so that their shingles stay in the processor's cache


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


def owners(texts: Texts) -> NDArray[np.uint32]:
    """For each shingle the text that it belongs to."""
    return np.repeat(np.arange(len(texts), dtype=np.uint32), np.diff(texts.offsets))


def postings(texts: Texts, values: NDArray[np.uint32]) -> Iterator[Hashes]:
    """The inverted index in parts: sorted, distinct (hash, value), hashes of one entry left out; `values` has one for each shingle."""
    part = (texts.hashes % np.uint32(PARTS)).astype(np.uint8)
    for number in range(PARTS):
        here = np.flatnonzero(part == number)
        key = (texts.hashes[here].astype(np.uint64) << np.uint64(32)) | values[here].astype(np.uint64)
        key.sort()
        key = key[np.diff(key, prepend=key[:1] ^ np.uint64(1)) != 0]
        same = (key[1:] >> np.uint64(32)) == (key[:-1] >> np.uint64(32))
        shared = np.zeros(len(key), np.bool_)
        shared[1:] |= same
        shared[:-1] |= same
        yield key[shared]


def _pairs(key: Hashes) -> Hashes:
    """Each text of a list with the next longer ones and with the longest of the list, as a << 32 | b."""
    last = np.flatnonzero(np.diff(key >> np.uint64(32), append=np.uint64(1 << 33)) != 0)
    end = np.repeat(last, np.diff(last, prepend=-1))
    at, text = np.arange(len(key)), key & LOW
    other = [at + step for step in range(1, NEXT + 1)] + [end - step for step in range(LONGEST)]
    kept = [(j <= end) if step < NEXT else (j > at + NEXT) for step, j in enumerate(other)]
    return np.concatenate([(text[ok] << np.uint64(32)) | text[j[ok]] for j, ok in zip(other, kept, strict=True)])


def _counted(keys: Hashes, counts: Index) -> tuple[Hashes, Index]:
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint64(1)) != 0)
    return keys[first], np.add.reduceat(counts, first) if len(first) else counts


def candidates(texts: Texts, least: int, share: float) -> tuple[Index, Index]:
    """Pairs (shorter, longer) worth comparing: met in `least` lists of the index, and in a share of the shingles of the smaller one."""
    parts = [np.unique(_pairs(key), return_counts=True) for key in postings(texts, owners(texts))]
    keys, counts = _counted(np.concatenate([k for k, _ in parts]), np.concatenate([c for _, c in parts]))
    keys, counts = keys[counts >= least], counts[counts >= least]
    a, b = (keys >> np.uint64(32)).astype(np.int64), (keys & LOW).astype(np.int64)
    sizes = np.diff(texts.offsets)
    worth = counts >= share * np.minimum(sizes[a], sizes[b])
    return a[worth], b[worth]


def _laid_out(texts: Texts, which: Index, side: int) -> Hashes:
    """The shingles of the named texts one after another, as pair << 44 | hash << 12 | side << 8 | place."""
    lengths = texts.offsets[which + 1] - texts.offsets[which]
    ends = np.cumsum(lengths)
    pair = np.repeat(np.arange(len(which)), lengths)
    at = np.arange(len(pair)) + (texts.offsets[which] - (ends - lengths))[pair]
    place = texts.places[at].astype(np.uint64)
    key = (pair.astype(np.uint64) << np.uint64(44)) | (texts.hashes[at].astype(np.uint64) << np.uint64(12))
    laid: Hashes = key | np.uint64(side << 8) | place
    return laid


def _sizes(texts: Texts, a: Index, b: Index, keys: tuple[Hashes, Hashes]) -> tuple[tuple[Hashes, Hashes], tuple[Index, Index]]:
    """The shingles of each pair up to which both texts are complete, and how many each has."""
    limits = np.minimum(texts.limits[a], texts.limits[b])
    if (limits == WHOLE).all():
        return keys, (texts.offsets[a + 1] - texts.offsets[a], texts.offsets[b + 1] - texts.offsets[b])
    one, two = (key[((key >> np.uint64(12)) & LOW) <= limits[(key >> np.uint64(44)).astype(np.int64)]] for key in keys)
    in_a, in_b = (np.bincount((key >> np.uint64(44)).astype(np.int64), minlength=len(a)) for key in (one, two))
    return (one, two), (in_a, in_b)


def _compared(texts: Texts, a: Index, b: Index, slack: int) -> tuple[Index, Index, Index, Index]:
    keys, (in_a, in_b) = _sizes(texts, a, b, (_laid_out(texts, a, 0), _laid_out(texts, b, 1)))
    key = np.concatenate(keys)
    key.sort(kind="stable")  # two sorted runs: this kind merges them
    met = key[1:][(key[1:] ^ key[:-1]) < np.uint64(1 << 12)]
    pair = (met >> np.uint64(44)).astype(np.int64)
    head = (met & np.uint64(FARTHEST)).astype(np.int64) * STEP <= texts.words[a][pair] + slack
    return np.bincount(pair, minlength=len(a)), in_a, in_b, np.bincount(pair[head], minlength=len(a))


def compare(texts: Texts, a: Index, b: Index, slack: int) -> Overlaps:
    """Count what each pair shares; `slack` words may stand before the head of the longer text."""
    parts = [_compared(texts, a[i : i + PAIRS], b[i : i + PAIRS], slack) for i in range(0, len(a), PAIRS)]
    none = np.zeros(0, np.int64)
    shared, in_a, in_b, at_head = (np.concatenate([none, *(part[k] for part in parts)]) for k in range(4))
    return Overlaps(a, b, shared, in_a, in_b, at_head)


def without(texts: Texts, common: NDArray[np.uint32]) -> Texts:
    """The same texts without the shingles of a sorted list."""
    if not len(common):
        return texts
    keep = ~among(texts.hashes, common)
    ends = np.concatenate([[0], np.cumsum(keep)])
    return Texts(texts.hashes[keep], texts.places[keep], ends[texts.offsets], texts.words, texts.limits)


def common_shingles(texts: Texts, groups: Index, least: int) -> NDArray[np.uint32]:
    """The shingles that occur in at least so many groups, sorted; `groups` has a number for each text."""
    found = []
    for key in postings(texts, groups.astype(np.uint32)[owners(texts)]):
        hashes = (key >> np.uint64(32)).astype(np.uint32)
        first = np.flatnonzero(np.diff(hashes, prepend=hashes[:1] ^ np.uint32(1)) != 0)
        found.append(hashes[first[np.diff(first, append=len(hashes)) >= least]])
    return np.sort(np.concatenate(found))

"""Hashed words to shingles: the sample of them by which texts are compared, and a digest of the whole."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index
from tasks.deduplicate.knowledge import Rules
from tasks.deduplicate.words import ODD, Hashes, hashes_of, mixed

STEP, FARTHEST = 8, 255  # a shingle's place is kept in steps of so many words, up to so many steps


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words that are compared as another one (or, with 0, not at all); `known` is sorted, `near` tells most words at once."""

    known: Hashes
    canonical: Hashes
    near: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shingled:
    """The sampled shingles of many texts: text i has those from offsets[i] to offsets[i + 1], sorted by hash, none twice.

    The sample is of the smallest hashes, so that a smaller sample can be taken of it later.
    """

    hashes: NDArray[np.uint32]
    places: NDArray[np.uint8]
    offsets: Index
    digests: Hashes  # of all words in order; texts of the same words have the same
    lengths: NDArray[np.int32]  # in words


def lexicon(rules: Rules) -> Lexicon:
    """The words of the rules by their hashes."""
    same = [(variant, word) for table in (rules.numbers, rules.spellings) for word, variants in table.items() for variant in variants]
    pairs = dict.fromkeys(hashes_of(rules.ignored), 0)
    pairs |= dict(zip(hashes_of([variant for variant, _ in same]), hashes_of([word for _, word in same]), strict=True))
    known = np.array(sorted(pairs), np.uint64)
    near = np.zeros(1 << 16, np.bool_)
    near[known >> np.uint64(48)] = True
    return Lexicon(known, np.array([pairs[int(h)] for h in known], np.uint64), near)


def compared(words: Hashes, offsets: Index, lexicon: Lexicon) -> tuple[Hashes, Index]:
    """The words as they are compared: canonical spelling, ignored ones taken out."""
    maybe = np.flatnonzero(lexicon.near[words >> np.uint64(48)])
    if not len(maybe):
        return words, offsets
    where = np.minimum(np.searchsorted(lexicon.known, words[maybe]), len(lexicon.known) - 1)
    hit = lexicon.known[where] == words[maybe]
    words[maybe[hit]] = lexicon.canonical[where[hit]]
    gone = np.flatnonzero(words == 0)
    return np.delete(words, gone), offsets - np.searchsorted(gone, offsets)


@cache
def powers(length: int) -> tuple[Hashes, Hashes]:
    """ODD to the power of 0, 1, 2 … modulo 2**64, and the inverses of these."""
    up, down = np.full(length, ODD, np.uint64), np.full(length, pow(ODD, -1, 1 << 64), np.uint64)
    up[:1] = down[:1] = 1
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


def rolled(words: Hashes, width: int) -> Hashes:
    """The hash of each run of `width` words."""
    count = max(len(words) - width + 1, 0)
    total = words[:count].copy()
    for i in range(1, width):
        total *= np.uint64(ODD)
        total += words[i : i + count]
    return mixed(total)


def digests(words: Hashes, offsets: Index) -> Hashes:
    """A digest of each text's words in order."""
    up, down = powers(1 << len(words).bit_length())
    running = np.zeros(len(words) + 1, np.uint64)
    np.cumsum(words * up[: len(words)], out=running[1:])
    total = (running[offsets[1:]] - running[offsets[:-1]]) * down[offsets[:-1]]
    return mixed(total + np.diff(offsets).astype(np.uint64) * np.uint64(ODD))


def shingled(words: Hashes, offsets: Index, width: int, sample: int) -> Shingled:
    """Sampled shingles and digests of texts given as hashed words. Texts shorter than a shingle have none."""
    lengths = np.diff(offsets)
    hashes = rolled(words, width)
    kept = np.flatnonzero(hashes <= np.uint64((1 << 64) // sample - 1))
    text = np.repeat(np.arange(len(lengths)), np.diff(np.searchsorted(kept, offsets)))
    inside = kept + width <= offsets[text + 1]
    kept, text = kept[inside], text[inside]
    place = np.minimum((kept - offsets[text]) // STEP, FARTHEST).astype(np.uint64)
    key = (text.astype(np.uint64) << np.uint64(44)) | (hashes[kept] >> np.uint64(32) << np.uint64(12)) | place
    key.sort()
    key = key[np.diff(key >> np.uint64(12), prepend=np.uint64(0xFFFFFFFFFFFFFFF)) != 0]
    counts = np.bincount((key >> np.uint64(44)).astype(np.int64), minlength=len(lengths))
    return Shingled(
        hashes=(key >> np.uint64(12)).astype(np.uint32),
        places=(key & np.uint64(0xFF)).astype(np.uint8),
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        digests=digests(words, offsets),
        lengths=lengths.astype(np.int32),
    )

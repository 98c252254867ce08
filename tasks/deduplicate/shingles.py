"""Hashed words to shingles: the sample of them by which texts are compared, and a digest of the whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.knowledge import Rules
from tasks.deduplicate.words import ODD, Hashes, Index, hashes_of, mix, mixed, powers

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


def rolled(words: Hashes, width: int) -> Hashes:
    """The hash of each run of `width` words."""
    count = max(len(words) - width + 1, 0)
    total = np.zeros(count, np.uint64)
    for i in range(width):
        total += words[i : i + count] * np.uint64(mix(i) | 1)
    return mixed(total)


def digests(words: Hashes, offsets: Index) -> Hashes:
    """A digest of each text's words in order."""
    lengths = np.diff(offsets)
    place = np.arange(len(words)) - np.repeat(offsets[:-1], lengths)
    longest = int(lengths.max(initial=0))
    running = np.zeros(len(words) + 1, np.uint64)
    np.cumsum(words * powers(1 << longest.bit_length())[place], out=running[1:])
    return mixed(running[offsets[1:]] - running[offsets[:-1]] + lengths.astype(np.uint64) * np.uint64(ODD))


def shingled(words: Hashes, offsets: Index, width: int, sample: int) -> Shingled:
    """Sampled shingles and digests of texts given as hashed words. Texts shorter than a shingle have none."""
    lengths = np.diff(offsets)
    hashes = rolled(words, width)
    kept = np.flatnonzero(hashes <= np.uint64((1 << 64) // sample - 1))
    text = np.searchsorted(offsets, kept, "right") - 1
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

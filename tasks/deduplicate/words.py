"""Texts to hashed words, many texts at once.

A batch of texts is one array of bytes (UTF-8). It is folded in place, words are found where it turns from
breaks to letters and back, and a word's hash is read off eight bytes at a time: what is done for each
character is done by the processor's widest instructions, the rest for each word.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.characters import APOSTROPHES, FILLER, IS_SINGLE, LOWERED, SPACE, Bytes, Index, drop_inner_dots, fold_in_place

Hashes = NDArray[np.uint64]

ODD = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
END = b"\0"  # between two texts; none of them holds it
PAD = 16  # breaks behind the last text, so that eight bytes can be read from any place
EIGHT = 8
DELETED = bytes([FILLER]) + APOSTROPHES
LONG = 128  # bytes of a word that are hashed with those of other words; a longer one is no word of a language
SIEVES = ((5, 22), (3, 20))  # bits by which numbers are told apart before they are looked for: more than the list has, and at most
FIRST = np.array([(1 << 8 * n) - 1 for n in range(EIGHT + 1)], np.uint64)  # masks of so many bytes of eight


def mix(value: int) -> int:
    """A number spread over 64 bits (splitmix64)."""
    value = (value + ODD) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def mixed(values: Hashes) -> Hashes:
    """`mix` on an array, without its last steps: enough where the input is spread already."""
    values = (values ^ (values >> np.uint64(31))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(29))


def _bounds(text: Bytes, singles: bool) -> tuple[Index, Index]:
    """Start and end of each word of a folded batch, which begins and ends with a break."""
    word = text > SPACE  # all other breaks have become one
    if not singles:
        turns = np.flatnonzero(word[1:] != word[:-1]) + 1
        return turns[::2], turns[1::2]
    single, inner = IS_SINGLE[text], (text & 0xC0) == 0x80
    within = single.copy()
    for _ in range(3):
        within[1:] |= within[:-1] & inner[1:]
    start = word.copy()
    start[1:] &= ~word[:-1] | single[1:] | (within[:-1] & ~inner[1:])
    end = word.copy()
    end[:-1] &= ~word[1:] | start[1:]
    return np.flatnonzero(start), np.flatnonzero(end) + 1


def _hashes(text: bytearray, start: Index, end: Index) -> Hashes:
    """The hash of each word of a folded batch: not spread over its bits, `mixed` does that once words are put together."""
    eights: Hashes = np.ndarray((len(text) - EIGHT + 1,), "<u8", buffer=text, strides=(1,))  # the eight bytes from each place on
    left = end - start
    words: Hashes = (eights[start] & FIRST[np.minimum(left, EIGHT)]) * np.uint64(ODD)
    more = np.flatnonzero(left > EIGHT)
    for done in range(EIGHT, LONG, EIGHT):
        rest = left[more] - done
        words[more] = (mixed(words[more]) ^ (eights[start[more] + done] & FIRST[np.minimum(rest, EIGHT)])) * np.uint64(ODD)
        more = more[rest > EIGHT]
        if not len(more):
            break
    for word in more.tolist():
        words[word] = int.from_bytes(blake2b(text[start[word] : end[word]], digest_size=8).digest(), "little")
    return words


def hashed_words(texts: Sequence[bytes]) -> tuple[Hashes, Index]:
    """Hashes of the words of all texts (UTF-8) in order, and where each text's words begin (one more than texts)."""
    joined = END.join(text.replace(END, b" ") if END in text else text for text in texts).replace(b"%", b" % ")
    batch = bytearray(b"%b%b%b" % (END, joined, END * PAD))
    view = np.frombuffer(batch, np.uint8)
    singles = False if joined.isascii() else fold_in_place(view)
    drop_inner_dots(view)
    folded = batch.translate(LOWERED, DELETED)
    view = np.frombuffer(folded, np.uint8)
    ends = np.flatnonzero(view == 0)[: len(texts) + 1]
    start, end = _bounds(view, singles)
    return _hashes(folded, start, end), np.searchsorted(start, ends).astype(np.int64)


def hashes_of(words: Sequence[str]) -> list[int]:
    """The hash that each word gets in a text. Raises ValueError for one that is more or less than one word."""
    hashes, offsets = hashed_words([word.encode() for word in words])
    if wrong := [word for word, count in zip(words, np.diff(offsets).tolist(), strict=False) if count != 1]:
        raise ValueError(f"{wrong[0]!r} is not one word")
    return [int(value) for value in hashes]


class Listed:
    """A sorted list of distinct numbers in which many are looked for; most of those that are not there are told by their first bits."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values
        top = int(values[-1]).bit_length() if len(values) else 0
        fine, coarse = (min(len(values).bit_length() + more, most) for more, most in SIEVES)
        self._fine, self._coarse = (values.dtype.type(max(top - bits, 0)) for bits in (fine, coarse))
        self._sieve = np.zeros(1 << fine, np.bool_)
        self._sieve[values >> self._fine] = True
        counts = np.bincount((values >> self._coarse).astype(np.intp), minlength=1 << coarse)
        self._first = np.cumsum(counts) - counts  # of each range of numbers

    def places(self, numbers: NDArray[Any]) -> tuple[Index, Index]:
        """The places of the numbers that are listed, and where they are in the list."""
        if not len(self.values):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        maybe = np.flatnonzero(self._sieve.take((numbers >> self._fine).astype(np.intp), mode="clip"))
        sought = numbers[maybe]
        at = self._first.take((sought >> self._coarse).astype(np.intp), mode="clip")
        low = np.flatnonzero(self.values.take(at, mode="clip") < sought)
        while len(low):
            at[low] += 1
            low = low[self.values.take(at[low], mode="clip") < sought[low]]
            low = low[at[low] < len(self.values)]
        found = self.values.take(at, mode="clip") == sought
        return maybe[found], at[found]


def among(values: NDArray[Any], listed: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are in a sorted list."""
    found = np.zeros(len(values), np.bool_)
    found[Listed(listed).places(values)[0]] = True
    return found


def identity_keys(identities: Sequence[str]) -> Hashes:
    """64 bits of each identity."""
    joined = b"".join(blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in identities)
    return np.frombuffer(joined, np.uint64)

"""Texts to hashed words, many texts at once.

A batch of texts is one array of code points. Each code point is folded (case, accents, width,
quotes) by a table that is filled for the characters that occur, and the words' hashes are read off
one running sum. A character of a script without spaces is a word of its own.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Index = NDArray[np.int64]

BREAK, LETTER, SINGLE, DROP, DOT = range(5)
ODD = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
END = 0  # the code point between two texts; none of them holds it
# Scripts without spaces between words: ranges of code points.
SPACELESS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF),
             (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF))  # fmt: skip
SIEVE = 0x3FFFFF
DROPPED = frozenset("'\u2018\u2019\u02bc\uff07`\u00b4\u00ad\u200b\u200c\u200d\u2060\ufeff\u0640")
DOTS = frozenset(".,")
WIDER = (("ß", "ss"), ("\ufb01", "fi"), ("\ufb02", "fl"))  # letters that are folded to two


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


def fold(character: str) -> str:
    """A character as it is compared: lower case, compatibility form, no accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)) or plain


@cache
def trait(code: int) -> tuple[int, int]:
    """Kind and value of a code point; the value is what it adds to the hash of its word."""
    character = chr(code)
    if character in DROPPED or 0x300 <= code <= 0x36F or 0x64B <= code <= 0x652:
        return DROP, 0
    if character in DOTS:
        return DOT, 0
    if character == "%":
        return SINGLE, mix(code)
    folded = fold(character)
    if unicodedata.category(folded[0])[0] not in "LNM":
        return BREAK, 0
    value = sum(mix(ord(c)) * (i + 1) for i, c in enumerate(folded)) & MASK
    return (SINGLE if any(a <= code <= b for a, b in SPACELESS) else LETTER), value


def tables(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint8], Hashes]:
    """Kind and value by code point, filled for those that occur."""
    top = int(codes.max(initial=0)) + 1
    seen = np.zeros(top, np.bool_)
    seen[codes] = True
    kinds, values = np.zeros(top, np.uint8), np.zeros(top, np.uint64)
    for code in np.flatnonzero(seen).tolist():
        kinds[code], values[code] = trait(code)
    return kinds, values


@cache
def powers(length: int) -> Hashes:
    """ODD to the power of 0, 1, 2 … modulo 2**64."""
    steps = np.full(length, ODD, np.uint64)
    steps[:1] = 1
    return np.cumprod(steps, dtype=np.uint64)


@cache
def inverses(length: int) -> Hashes:
    """The inverses of `powers`."""
    steps = np.full(length, pow(ODD, -1, 1 << 64), np.uint64)
    steps[:1] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _without_dropped(codes: NDArray[np.uint32], kinds: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Take out apostrophes and the like, dots inside abbreviations and separators inside numbers."""
    kind = kinds[codes]
    inner = np.flatnonzero(kind[1:-1] == DOT) + 1
    kind[inner[(kind[inner - 1] != LETTER) | (kind[inner + 1] != LETTER)]] = BREAK
    keep = kind < DROP
    return codes[keep], kind[keep]


def _bounds(kind: NDArray[np.uint8]) -> tuple[Index, Index]:
    """Start and end of each word."""
    word, single = kind != BREAK, kind == SINGLE
    if not single.any():
        turns = np.flatnonzero(word[1:] != word[:-1]) + 1  # a text begins and ends with a break
        return turns[::2], turns[1::2]
    start, end = word.copy(), word.copy()
    start[1:] &= ~word[:-1] | single[1:] | single[:-1]
    end[:-1] &= ~word[1:] | single[:-1] | single[1:]
    return np.flatnonzero(start), np.flatnonzero(end) + 1


def hashed_words(texts: Sequence[str]) -> tuple[Hashes, Index]:
    """Hashes of the words of all texts in order, and where each text's words begin (one more than texts)."""
    joined = "\0".join(text.replace("\0", " ") if "\0" in text else text for text in texts)
    for letter, letters in WIDER:
        joined = joined.replace(letter, letters)
    codes = np.frombuffer(f"\0{joined}\0".encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds, values = tables(codes)
    codes, kind = _without_dropped(codes, kinds)
    size = 1 << len(codes).bit_length()
    running = np.empty(len(codes) + 1, np.uint64)
    running[0] = 0
    np.cumsum(values[codes] * powers(size)[: len(codes)], out=running[1:])
    start, end = _bounds(kind)
    words = (running[end] - running[start]) * inverses(size)[start]
    offsets = np.searchsorted(start, np.flatnonzero(codes == END))
    return mixed(words), offsets.astype(np.int64)


def hashes_of(words: Sequence[str]) -> list[int]:
    """The hash that each word gets in a text. Raises ValueError for one that is more or less than one word."""
    hashes, offsets = hashed_words(words)
    if wrong := [word for word, count in zip(words, np.diff(offsets).tolist(), strict=False) if count != 1]:
        raise ValueError(f"{wrong[0]!r} is not one word")
    return [int(value) for value in hashes]


def among(values: NDArray[Any], listed: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are in a sorted list; most are told apart by their last bits, before they are looked for."""
    found = np.zeros(len(values), np.bool_)
    if len(listed):
        sieve = np.zeros(SIEVE + 1, np.bool_)
        sieve[listed & listed.dtype.type(SIEVE)] = True
        maybe = np.flatnonzero(sieve[values & values.dtype.type(SIEVE)])
        found[maybe] = listed[np.minimum(np.searchsorted(listed, values[maybe]), len(listed) - 1)] == values[maybe]
    return found


def identity_keys(identities: Sequence[str]) -> Hashes:
    """64 bits of each identity."""
    joined = b"".join(blake2b(i.encode("utf-8", "surrogatepass"), digest_size=8).digest() for i in identities)
    return np.frombuffer(joined, np.uint64)

"""What the characters of many lines are, told for all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

# Scripts without spaces.
UNSPACED = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
QUOTES = frozenset('"“”„«»「」『』')
MARKS = frozenset("|»›→•@©#/")
COMMAS = frozenset(",،、，;")
JOINERS = frozenset("'’-.")
CHARACTERS_A_WORD = 1.7  # in scripts without spaces, as Chinese segmenters count news
BREAK = "\n"  # behind each line
UNKNOWN = 0xFFFF
ALPHA, DIGIT, UPPER, LOWER, SPACE, COMMA, QUOTE, MARK, WIDE, WORD, JOINER = range(11)  # kinds of characters, in the order of `class_of`


@cache
def class_of(character: str) -> int:
    """What a character is, a bit for each kind."""
    wide = any(first <= ord(character) <= last for first, last in UNSPACED)
    kinds = (
        character.isalpha(),
        character.isdigit(),
        character.isupper(),
        character.islower(),
        character.isspace(),
        character in COMMAS,
        character in QUOTES,
        character in MARKS,
        wide,
        (character.isalnum() or character == "_") and not wide,
        character in JOINERS,
    )
    return sum(1 << bit for bit, holds in enumerate(kinds) if holds)


KNOWN = np.full(0x110000, UNKNOWN, np.uint16)  # `class_of` by code point, of the characters that have been asked for
LOWERED = np.zeros(0x110000, np.uint32)  # the code point of the small letter, of the same characters


def codes_of(text: str) -> Codes:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def classes(codes: Codes) -> npt.NDArray[np.uint16]:
    """The kinds of all characters of a text."""
    kinds = KNOWN.take(codes)
    if (kinds == UNKNOWN).any():
        for code in np.unique(codes[kinds == UNKNOWN]).tolist():
            KNOWN[code] = class_of(chr(code))
            LOWERED[code] = ord(chr(code).lower()[0])
        kinds = KNOWN.take(codes)
    return kinds


def lowered(codes: Codes) -> Codes:
    """The code points in small letters, of a text whose classes have been asked for."""
    return LOWERED.take(codes)


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of lines in a row, a line break behind each, and where the lines begin and end."""

    codes: Codes
    kinds: npt.NDArray[np.uint16]
    starts: Integers
    ends: Integers

    def mask(self, bit: int) -> Flags:
        """Which characters are of a kind."""
        return np.asarray(self.kinds & np.uint16(1 << bit), dtype=bool)

    def counted(self, mask: Flags) -> Integers:
        """For each line how many of its characters a mask marks."""
        return self.within(np.flatnonzero(mask))

    def within(self, places: Integers) -> Integers:
        """For each line how many of these places, in order, lie in it."""
        return np.searchsorted(places, self.ends) - np.searchsorted(places, self.starts)

    def first(self, bit: int) -> Flags:
        """For each line whether its first character is of a kind."""
        return np.asarray(self.kinds[self.starts] & np.uint16(1 << bit), dtype=bool)


def characters_of(texts: Sequence[str]) -> Characters:
    """The characters of lines."""
    codes = codes_of(BREAK.join((*texts, "")))
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
    return Characters(codes, classes(codes), np.concatenate((np.zeros(min(1, len(ends)), np.int64), ends[:-1] + 1)), ends)


def words_in(all_of: Characters) -> list[float]:
    """Words of each line, joined ones as one; scripts without spaces count by characters, scaled to words."""
    letters, joiners = all_of.mask(WORD), all_of.mask(JOINER)
    begins = letters.copy()
    begins[1:] &= ~letters[:-1]
    begins[2:] &= ~(joiners[1:-1] & letters[:-2])
    plain, unspaced = all_of.counted(begins), all_of.counted(all_of.mask(WIDE))
    return list(map(float, unspaced / CHARACTERS_A_WORD + plain))

"""The characters of a page's lines by kind, counted for all lines at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

MARK, DIGIT, QUOTE, CELL, COPYRIGHT, WORD, LOWER, CJK, CAPITAL, SMALL, SPACE, KNOWN = (1 << bit for bit in range(12))  # kinds
LISTED = {MARK: ",;:،，、؛", QUOTE: '"“”„«»「」‘’', CELL: "|\t", COPYRIGHT: "©"}
LETTERS = (("a", "z"), ("à", "ö"), ("ø", "ÿ"), ("а", "я"), ("ё", "ё"))  # lower case as most scripts of news have it
WIDE = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"))  # scripts without spaces
KINDS = np.zeros(0x110000, np.uint16)  # of the characters that have been asked for


@dataclass(frozen=True, slots=True)
class Signs:
    """The kinds of all characters of some lines in a row, a line break behind each, and where the lines begin."""

    kinds: NDArray[np.uint16]
    starts: NDArray[np.intp]

    def are(self, kind: int) -> NDArray[np.bool_]:
        """Which characters are of a kind."""
        return np.asarray((self.kinds & np.uint16(kind)) != 0)

    def counts(self, kind: int) -> Column:
        """For each line how many of its characters are of a kind."""
        return np.add.reduceat(self.are(kind), self.starts, dtype=np.intp).astype(float)

    def words(self) -> tuple[Column, Column]:
        """For each line how many words it has, blanks between them, and how many of these are written as in a title."""
        blank, capital, small = self.are(SPACE), self.are(CAPITAL), self.are(SMALL)
        cased = capital | small
        before = np.concatenate([[False], cased[:-1]])
        begins = np.flatnonzero(~blank & np.concatenate([[True], blank[:-1]]))
        if not len(begins):
            return np.zeros(len(self.starts)), np.zeros(len(self.starts))
        odd = (capital & before) | (small & ~before)  # a capital amid a word, or none at its beginning
        titled = np.logical_or.reduceat(cased, begins) & ~np.logical_or.reduceat(odd, begins)
        line = np.searchsorted(self.starts, begins, side="right") - 1
        count = len(self.starts)
        return np.bincount(line, minlength=count).astype(float), np.bincount(line[titled], minlength=count).astype(float)

    def lower(self) -> Column:
        """For each line 1 where its first letter, digit or underscore is a lower-case letter, else 0."""
        words = np.flatnonzero(self.are(WORD))
        first = np.searchsorted(words, self.starts)
        at = np.append(words, len(self.kinds))[first]
        inside = at < np.append(self.starts[1:], len(self.kinds))
        found = np.append(self.kinds, np.uint16(0))[at] & np.uint16(LOWER)
        return np.asarray(inside & (found != 0), float)


def signs_of(texts: Sequence[str]) -> Signs:
    """The characters of lines; `texts` is not empty."""
    whole = "\n".join((*texts, ""))
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds = KINDS[codes]
    if not kinds.all():
        for character in set(whole):
            KINDS[ord(character)] = kind_of(character)
        kinds = KINDS[codes]
    ends = np.cumsum([len(text) + 1 for text in texts])
    return Signs(kinds, np.concatenate([[0], ends[:-1]]))


@cache
def kind_of(character: str) -> int:
    """What a character is, a bit for each kind."""
    found = KNOWN
    for kind, listed in LISTED.items():
        found |= kind if character in listed else 0
    found |= (CAPITAL if character.isupper() or character.istitle() else 0) | (SMALL if character.islower() else 0)
    found |= SPACE if character.isspace() else 0
    found |= DIGIT if character.isdecimal() else 0
    found |= WORD if character.isalnum() or character == "_" else 0
    found |= LOWER if any(low <= character <= high for low, high in LETTERS) else 0
    return found | (CJK if any(low <= character <= high for low, high in WIDE) else 0)

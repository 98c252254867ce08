"""How the matches of a pattern begin: the first letters and digits of each, read off the pattern.

A line can only match a pattern bound to its beginning when its own first letters and digits go on as one of these does. Lines
look up their beginning and meet a handful of patterns instead of thousands.
"""

from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from typing import Any

from tasks.strip.gate import folded

LENGTH = 3  # letters and digits of a beginning; three tell languages and words apart, more only make the index larger
MOST = 1024  # beginnings of one pattern; a pattern with more of them keeps shorter ones

Heads = frozenset[str]
NONE: Heads = frozenset()
IOTA_BELOW = "\u0345"
END = "\0"  # behind the beginning of a line that has no more letters and digits
DIGITS = "0123456789"
KNOWN = {codes.CATEGORY_SPACE: "", codes.CATEGORY_NOT_WORD: "", codes.CATEGORY_DIGIT: "0"}  # what these add to a beginning
ZERO_WIDTH = (codes.AT, codes.ASSERT, codes.ASSERT_NOT)
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


def heads_of(tree: Any, *, whole: bool = False) -> Heads:
    """Beginnings, as `head` gives them, of which each match of a parsed pattern has one; {""} where nothing is known.

    `whole` says that nothing but marks follows a match in its line.
    """
    going, done = _row(tree, frozenset({""}))
    found = done | (frozenset(one + END for one in going) if whole else going)
    return frozenset(head for head in found if not any(head[:end] in found for end in range(len(head))))


def head(line: str) -> str:
    """The first letters and digits of a line, folded, all digits as 0, with END behind them where it has no more."""
    start = line[:LENGTH]
    if len(start) == LENGTH and start.isascii() and start.isalpha():
        return start.lower()
    found = ""
    for character in line:
        if character.isalnum():
            found += letters(character)
            if len(found) >= LENGTH:
                return found[:LENGTH]
    return found + END


@cache
def letters(character: str) -> str:
    """What a character adds to a beginning."""
    return "".join("0" if one.isdecimal() else one for one in folded(character) if one.isalnum())


def _row(parts: Any, heads: Heads) -> tuple[Heads, Heads]:
    """The beginnings after parts that stand in a row: those that go on behind them, and those that are long enough or unknown there."""
    done = NONE
    for code, value in parts:
        going, ended = _part(code, value, heads)
        if len(going) + len(done) + len(ended) > MOST:
            return NONE, _shorter(going | done | ended)
        heads, done = going, done | ended
    return heads, done


def _shorter(heads: Heads) -> Heads:
    """Too many beginnings, cut until they are few enough."""
    cut = (frozenset(head[:length] for head in heads) for length in range(LENGTH - 1, 0, -1))
    return next((found for found in cut if len(found) <= MOST), frozenset({""}))


def _part(code: Any, value: Any, heads: Heads) -> tuple[Heads, Heads]:
    if code is codes.LITERAL:
        return _longer(heads, _letters(value))
    if code is codes.IN:
        letters = _members(value)
        return (NONE, heads) if letters is None else _longer(heads, letters)
    if code is codes.SUBPATTERN:
        return _row(value[-1], heads)
    if code is codes.BRANCH:
        each = [_row(branch, heads) for branch in value[1]]
        return NONE.union(*(going for going, _ in each)), NONE.union(*(done for _, done in each))
    if code in REPEATS:
        return _repeated(value, heads)
    return (heads, NONE) if code in ZERO_WIDTH else (NONE, heads)


def _letters(code: int) -> Heads:
    """What a literal adds; a pattern without case takes the iota below a vowel, which is no letter, for an iota."""
    found = letters(chr(code)) if chr(code) != IOTA_BELOW else "ι"
    return frozenset({found, ""}) if "ι" in found else frozenset({found})


def _members(value: Any) -> Heads | None:
    """What a set adds to a beginning, nothing for white space and marks; None for sets that are better left alone."""
    found: set[str] = set()
    for kind, what in value:
        if kind is codes.LITERAL:
            found |= _letters(what)
        elif kind is codes.CATEGORY and what in KNOWN:
            found.add(KNOWN[what])
        elif kind is codes.RANGE and chr(what[0]) in DIGITS and chr(what[1]) in DIGITS:
            found.add("0")
        else:
            return None
    return frozenset(found)


def _repeated(value: Any, heads: Heads) -> tuple[Heads, Heads]:
    """A part that may be missing, or come again: once more than once, what follows is unknown."""
    least, most, inner = value
    going, done = _row(inner, heads)
    skipped = heads if least == 0 else NONE
    if most == 1 or (going <= heads and not done):
        return going | skipped, done
    return skipped, done | going


def _longer(heads: Heads, letters: Heads) -> tuple[Heads, Heads]:
    found = {head + letter for head in heads for letter in letters}
    return frozenset(one for one in found if len(one) < LENGTH), frozenset(one[:LENGTH] for one in found if len(one) >= LENGTH)

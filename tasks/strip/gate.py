"""What a text must hold for a pattern to match: literals read off the pattern, so that most lines never meet the pattern.

A pattern that may match anywhere in a line is tried at every character of it; looking for a few plain strings first is some
thirty times cheaper and changes nothing in what matches. The longer the strings, the fewer lines hold one by chance: so they
are put together over alternatives, optional parts and white space.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from re import IGNORECASE
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LARGEST_SET = 8  # characters of a set that is worth taking apart
MOST, LONGEST = 256, 10  # strings of one promise, and letters from which a string is long enough
RARE = 9.0  # letters, marks counting double, from which a string is rare
COMMON = " .,:;-–'’()\"”?!"
MANY_BLANKS = (range(9, 14), range(28, 32), range(0x2000, 0x200B))
BLANKS = "".join(chr(i) for some in MANY_BLANKS for i in some) + "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
BLANK = str.maketrans(BLANKS, " " * len(BLANKS))
ZERO_WIDTH = (codes.AT, codes.ASSERT, codes.ASSERT_NOT)
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)

Strings = frozenset[str]
EMPTY: Strings = frozenset({""})


def folded(text: str) -> str:
    """A text in which all that a pattern without case takes for the same letter is the same (dotless and dotted i among them)."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("ı", "i").replace("\u0307", "")


def spaced(text: str) -> str:
    """A text with each white space a blank."""
    if not text.isprintable():
        for blank in BLANKS:
            if blank in text:
                text = text.replace(blank, " ")
    return text


def parsed(pattern: str) -> Any:
    """The parse tree of a pattern. Raises re.error."""
    return parser.parse(pattern)


def required(tree: Any, *, exact: bool = False) -> Strings | None:
    """Strings of which every match of a parsed pattern holds at least one, each white space a blank; None where it promises none.

    They are folded, but for those with capitals where case counts (`exact`): these stand in the text as they are.
    """
    return _Row(exact).over(tree).best


def is_raw(literal: str) -> bool:
    """Whether a string is looked for in the text itself, not in the folded one."""
    return literal != folded(literal)


@dataclass
class _Row:
    """A walk over the parts that stand in a row: the strings that end here, and the best promise so far."""

    exact: bool
    ending: Strings = EMPTY  # what has been read since the last part that can be anything
    best: Strings | None = None

    def over(self, parts: Any) -> "_Row":
        """This walk, gone over parts."""
        for code, value in parts:
            if code in ZERO_WIDTH:
                continue
            strings = _strings(code, value)
            if strings is not None and (longer := _joined(self.ending, strings)) is not None and not _long(self.ending):
                self.ending = longer
                continue
            self.offer(self.ending)
            self.ending = strings or EMPTY
            if strings is None:
                self.offer(_within(code, value, self.exact), done=True)
        self.offer(self.ending)
        return self

    def offer(self, strings: Strings | None, *, done: bool = False) -> None:
        """Take strings for the promise if they are rarer than those so far; those that are done are folded already."""
        promise = strings if done or strings is None else _promised(strings, self.exact)
        if promise is not None and (self.best is None or _worth(promise) > _worth(self.best)):
            self.best = promise


def _strings(code: Any, value: Any) -> Strings | None:
    """All that one part can match, where that is a handful of strings; None where it is more, or where case changes in it."""
    if code is codes.LITERAL:
        return frozenset({chr(value)})
    if code is codes.IN:
        return _members(value)
    if code is codes.SUBPATTERN and not value[1] and not value[2]:
        return _all(value[-1])
    if code is codes.BRANCH:
        each = [_all(branch) for branch in value[1]]
        return _united(each)
    if code in REPEATS and value[1] == 1:
        return _united([EMPTY, _all(value[2])])
    return None


def _members(value: Any) -> Strings | None:
    """The characters of a small set; white space counts as a blank."""
    plain = all(kind is codes.LITERAL or what is codes.CATEGORY_SPACE for kind, what in value)
    return frozenset(chr(what) if kind is codes.LITERAL else " " for kind, what in value) if plain and len(value) <= LARGEST_SET else None


def _all(parts: Any) -> Strings | None:
    """All strings that parts in a row can match."""
    found: Strings | None = EMPTY
    for code, value in parts:
        strings = EMPTY if code in ZERO_WIDTH else _strings(code, value)
        found = _joined(found, strings) if found is not None and strings is not None else None
    return found


def _united(each: Iterable[Strings | None]) -> Strings | None:
    found: Strings = frozenset()
    for one in each:
        if one is None:
            return None
        found |= one
    return found if len(found) <= MOST else None


def _joined(heads: Strings, tails: Strings) -> Strings | None:
    """Each string with each behind it; None where these are too many."""
    return frozenset(head + tail for head in heads for tail in tails) if len(heads) * len(tails) <= MOST else None


def _long(strings: Strings) -> bool:
    return min(map(len, strings)) >= LONGEST


def _promised(strings: Strings, exact: bool) -> Strings | None:
    """Strings as they are looked for; one letter or digit of ASCII, or a blank, stands in every line and is no promise."""
    plain = frozenset(text if exact and text != text.lower() else folded(text) for text in (text.translate(BLANK) for text in strings))
    weak = any(len(text) < 2 and ((text.isascii() and text.isalnum()) or not text.strip()) for text in plain)
    return None if weak or any(not text.strip() for text in plain) else plain


def _within(code: Any, value: Any, exact: bool) -> Strings | None:
    """What a larger part promises: groups and repetitions what is in them, branches all that each of them promises."""
    if code is codes.SUBPATTERN:
        return required(value[-1], exact=exact and not value[1] & IGNORECASE)
    if code in REPEATS and value[0] >= 1:
        return required(value[2], exact=exact)
    if code is codes.BRANCH:
        promises = [required(branch, exact=exact) for branch in value[1]]
        known = [promise for promise in promises if promise is not None]
        return frozenset().union(*known) if len(known) == len(promises) else None
    return None


def _worth(promise: Strings) -> tuple[float, int]:
    """How rare the most common of the strings is at least, up to where all are rare enough; then the fewer the better."""
    return min(min(map(rarity, promise)), RARE), -len(promise)


def rarity(text: str) -> float:
    """How rare a string is in news of any language, roughly: blanks and marks of sentences are common, other marks are not."""
    return sum(0.5 if c in COMMON else 1.0 if c.isascii() and c.islower() else 2.0 for c in text)


def reduced(literals: Strings) -> tuple[str, ...]:
    """The literals without those that hold another one, sorted."""
    return tuple(sorted(one for one in literals if not any(other in one and other != one for other in literals)))


def gate_of(tree: Any, *, exact: bool = False) -> tuple[str, ...] | None:
    """Strings of which a text holds at least one where a parsed pattern matches, as `required` says; None where it promises none."""
    promise = required(tree, exact=exact)
    return None if promise is None else reduced(promise)


def passes(gate: tuple[str, ...] | None, text: str) -> bool:
    """Whether a text can match."""
    plain = folded(text)
    return gate is None or any(literal in spaced(text if is_raw(literal) else plain) for literal in gate)

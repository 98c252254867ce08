"""What a text must hold for a pattern to match: literals read off the pattern, so that most lines never meet the pattern.

A pattern that may match anywhere in a line is tried at every character of it; looking for a few plain strings first is some
thirty times cheaper and changes nothing in what matches.
"""

from re import IGNORECASE
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LARGEST_SET = 8  # characters of a set that is worth taking apart


def folded(text: str) -> str:
    """A text in which all that a pattern without case takes for the same letter is the same (dotless and dotted i among them)."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("ı", "i").replace("\u0307", "")


def parsed(pattern: str) -> Any:
    """The parse tree of a pattern. Raises re.error."""
    return parser.parse(pattern)


def required(tree: Any, *, exact: bool = False) -> frozenset[str] | None:
    """Strings of which every match of a parsed pattern holds at least one; None where it promises none.

    They are folded, but for those with capitals where case counts (`exact`): these stand in the text as they are.
    """
    return _sequence(tree, exact)


def is_raw(literal: str) -> bool:
    """Whether a string is looked for in the text itself, not in the folded one."""
    return literal != folded(literal)


def _sequence(parts: Any, exact: bool) -> frozenset[str] | None:
    """The best promise of the parts that stand in a row: the one whose shortest string is longest."""
    best: frozenset[str] | None = None
    run = ""
    for code, value in [*parts, (None, None)]:
        if code is codes.LITERAL:
            run += chr(value)
            continue
        for promise in (_literal(run, exact), _part(code, value, exact)):
            if promise is not None and (best is None or _worth(promise) > _worth(best)):
                best = promise
        run = ""
    return best


def _literal(run: str, exact: bool) -> frozenset[str] | None:
    """One letter or digit of ASCII stands in every line and is no promise."""
    plain = run if exact and run != run.lower() else folded(run)
    return frozenset({plain}) if len(plain) > 1 or not ((plain.isascii() and plain.isalnum()) or not plain.strip()) else None


def _part(code: Any, value: Any, exact: bool) -> frozenset[str] | None:
    """What one part promises: groups and repetitions what is in them, branches all that each of them promises."""
    if code is codes.SUBPATTERN:
        return _sequence(value[-1], exact and not value[1] & IGNORECASE)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and value[0] >= 1:
        return _sequence(value[2], exact)
    if code is codes.IN and len(value) <= LARGEST_SET and all(kind is codes.LITERAL for kind, _ in value):
        each = [_literal(chr(character), exact) for _, character in value]
        return None if None in each else frozenset().union(*(one for one in each if one is not None))
    if code is codes.BRANCH:
        promises = [_sequence(branch, exact) for branch in value[1]]
        known = [promise for promise in promises if promise is not None]
        return frozenset().union(*known) if len(known) == len(promises) else None
    return None


def _worth(promise: frozenset[str]) -> tuple[int, int]:
    return min(map(len, promise)), -len(promise)


def reduced(literals: frozenset[str]) -> tuple[str, ...]:
    """The literals without those that hold another one, sorted."""
    return tuple(sorted(one for one in literals if not any(other in one and other != one for other in literals)))


def gate_of(tree: Any, *, exact: bool = False) -> tuple[str, ...] | None:
    """Strings of which a text holds at least one where a parsed pattern matches, as `required` says; None where it promises none."""
    promise = required(tree, exact=exact)
    return None if promise is None else reduced(promise)


def passes(gate: tuple[str, ...] | None, text: str) -> bool:
    """Whether a text can match."""
    plain = folded(text)
    return gate is None or any(literal in (text if is_raw(literal) else plain) for literal in gate)

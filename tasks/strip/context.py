"""What the line model sees of a line's company: what passes found near it, how its length goes with its neighbours', and
whether it speaks of what the story speaks of. No language assumed: words compare by their beginnings, scripts without spaces by
pairs of characters.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from tasks.strip.lines import UNSPACED
from tasks.strip.verdicts import Verdict

Matrix = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
GROUPS = (
    ("comments",),
    ("timestamp",),
    ("related",),
    ("newsletter", "donation", "paywall", "social", "consent"),
    ("share",),
    ("caption", "credit"),
    ("copyright", "author-bio", "syndication"),
    ("navigation",),
    ("byline",),
    ("headline",),
)
GROUP_OF = {kind: at for at, group in enumerate(GROUPS) for kind in group}
CLOSE, MOST, LONG_AGO = 3, 3.0, 60.0  # lines to each side; times that a group counts; lines after which it no longer matters
STEM, SHORTEST = 5, 4  # letters by which words compare, and letters of the words that do
PRIMES = np.array([1_000_003, 8_191, 524_287, 131_071, 6_700_417], dtype=np.int64)
COMMON = 5.0  # lines of the story that take a word up, at most counted
NEXT = 2  # lines to each side that are next to a line
WORD, WIDE, UNKNOWN = 1, 2, 255  # kinds of characters


def found_around(verdicts: Sequence[Verdict | None]) -> dict[str, Matrix]:
    """For each group of debris how much of it stands near, before and behind each line, and how long ago it stood last."""
    count = len(verdicts)
    marks = np.zeros((len(GROUPS), count))
    for index, verdict in enumerate(verdicts):
        if verdict is not None and (group := GROUP_OF.get(verdict.kind)) is not None:
            marks[group, index] = 1.0
    at = np.arange(count)
    sums = np.concatenate([np.zeros((len(GROUPS), 1)), np.cumsum(marks, axis=1)], axis=1)
    near = sums[:, np.minimum(at + CLOSE + 1, count)] - sums[:, np.maximum(at - CLOSE, 0)]
    last = np.maximum.accumulate(np.where(marks > 0, at, -1000), axis=1)
    tables = {
        "near": near,
        "before": np.minimum(sums[:, :-1], MOST),
        "behind": np.minimum(sums[:, -1:] - sums[:, 1:], MOST),
        "since": np.minimum(at - last, LONG_AGO),
    }
    return {f"{group[0]}_{side}": values[row] for side, values in tables.items() for row, group in enumerate(GROUPS)}


@cache
def kind_of(character: str) -> int:
    """Whether a character is one of a script without spaces, or of a word."""
    return WIDE if UNSPACED.match(character) else WORD if character.isalnum() or character == "_" else 0


KNOWN = np.full(0x110000, UNKNOWN, np.uint8)  # `kind_of` by code point, of the characters that have been asked for


def kinds_of(codes: Integers, text: str) -> npt.NDArray[np.uint8]:
    """The kinds of all characters of a text."""
    kinds = KNOWN[codes]
    if (kinds == UNKNOWN).any():
        for character in set(text):
            KNOWN[ord(character)] = kind_of(character)
        kinds = KNOWN[codes]
    return kinds


def stems(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """The distinct stems of each line as pairs of line and stem, sorted by line; a stem is a number."""
    lowered = [*(text.lower() for text in texts), ""]
    whole = "\n".join(lowered)
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    kinds = kinds_of(codes, whole)
    ends = np.cumsum([len(text) + 1 for text in lowered])
    at = np.concatenate([word_starts(kinds == WORD), pair_starts(kinds == WIDE)])
    return distinct(np.searchsorted(ends, at, side="right"), numbers(codes, kinds, at))


def word_starts(letters: Flags) -> Integers:
    """Where words of some length begin."""
    begins = np.flatnonzero(letters[1:] & ~letters[:-1]) + 1
    begins = np.concatenate([[0], begins]) if len(letters) and letters[0] else begins
    ends = np.flatnonzero(letters[:-1] & ~letters[1:]) + 1  # the last character of all is a line break
    return begins[ends - begins >= SHORTEST]


def pair_starts(wide: Flags) -> Integers:
    """Where pairs of characters of a script without spaces begin."""
    return np.flatnonzero(wide[:-1] & wide[1:])


def numbers(codes: Integers, kinds: npt.NDArray[np.uint8], at: Integers) -> Integers:
    """A number for what begins at each place: the first letters of a word, or a pair of characters."""
    places = np.minimum(at[:, None] + np.arange(STEM), len(codes) - 1)
    going = kinds[places] == kinds[at][:, None]
    going[:, 2:] &= (kinds[at] == WORD)[:, None]
    going = np.logical_and.accumulate(going, axis=1)
    return np.asarray((codes[places] * going) @ PRIMES % (1 << 31))


def distinct(lines: Integers, found: Integers) -> tuple[Integers, Integers]:
    """Pairs without repetitions, sorted by line."""
    pairs = np.unique((lines << 31) | found)
    return pairs >> 31, pairs & ((1 << 31) - 1)


def topics(texts: Sequence[str], story: Matrix) -> dict[str, Matrix]:
    """How much of each line the other lines of the story take up, and the lines next to it."""
    count = len(texts)
    lines, named = stems(texts)
    _, ids = np.unique(named, return_inverse=True)
    size = np.bincount(lines, minlength=count).astype(float)
    share = 1.0 / np.maximum(1.0, size)
    own = story[lines]
    others = np.bincount(ids, weights=own)[ids] - own if len(ids) else np.zeros(0)
    order = np.argsort(ids, kind="stable")
    here, there = lines[order], ids[order]
    follows = (there[1:] == there[:-1]) & (here[1:] - here[:-1] <= NEXT)
    beside = np.zeros(len(order), bool)
    beside[1:] |= follows
    beside[:-1] |= follows
    return {
        "topic": np.bincount(lines, weights=others > 0, minlength=count) * share,
        "topic_often": np.bincount(lines, weights=np.minimum(others, COMMON), minlength=count) * share,
        "topic_next": np.bincount(here, weights=beside, minlength=count) * share,
        "log_stems": np.log1p(size),
    }

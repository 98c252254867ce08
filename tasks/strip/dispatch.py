"""Which rules are worth trying on a line: what a line begins with, and what plain strings its document holds, rule out nearly all.

Trying every form of every rule on every line gives the same answers a hundred times slower; a test compares both.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from tasks.strip.gate import folded, is_raw, spaced
from tasks.strip.heads import head
from tasks.strip.knowledge import Form, Rule
from tasks.strip.lines import Line

HEAD, TAIL = 1, 2  # where a line stands: bits of a spot
SPOTS = {"anywhere": 7, "head": HEAD, "tail": TAIL, "edge": HEAD | TAIL}
MIDDLE = 4  # set for every line
TABLE = 1 << 17  # marks of single characters; those of three and of six in a row stand behind them
LOW, SHIFT = np.uint32(TABLE - 1), np.uint32(15)
PADDING = "\0" * 5
MIXERS = tuple(np.uint32(prime) for prime in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35))
BREAK = "\0"  # between lines; a string that runs over one is found nowhere

Marks = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Trial:
    """A form of a rule in the order of rules, and the spots at which the rule may act."""

    rank: int
    rule: Rule
    form: Form
    spots: int
    words: int


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of a document in one string, and where each of them ends in it, its break included."""

    whole: str
    ends: tuple[int, ...]


def text_of(lines: Sequence[str]) -> Text:
    """Lines put together, each white space in them a blank."""
    return Text(spaced(BREAK.join((*lines, ""))), tuple(accumulate(len(line) + 1 for line in lines)))


def folded_of(text: Text, lines: Sequence[str]) -> Text:
    """The same lines folded."""
    whole = folded(text.whole)
    if len(whole) == len(text.whole) and "\u0307" not in text.whole:  # the one mark that folding drops; nothing else shortens a text
        return Text(whole, text.ends)
    return text_of([folded(line) for line in lines])


def codes_of(text: str) -> Numbers:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def marks_in(text: str) -> tuple[Numbers, Numbers, Numbers]:
    """The marks of all single characters, all three and all six in a row."""
    codes = codes_of(text)
    threes = codes[:-2] * MIXERS[0] ^ codes[1:-1] * MIXERS[1] ^ codes[2:] * MIXERS[2]
    sixes = threes[:-3] * MIXERS[1] ^ threes[3:]
    return codes & LOW, (threes >> SHIFT) + np.uint32(TABLE), (sixes >> SHIFT) + np.uint32(2 * TABLE)


def marks_of(text: str) -> tuple[int, int]:
    """Two marks by which a string is looked for: those of its beginning and its end."""
    found = marks_in(folded(text) + PADDING)[(len(text) >= 3) + (len(text) >= 6)]
    return int(found[0]), int(found[-len(PADDING) - 1])


def table_of(text: str) -> Marks:
    """Which marks a text holds."""
    table = np.zeros(3 * TABLE, bool)
    for marks in marks_in(text + PADDING):
        table[marks] = True
    return table


@dataclass(frozen=True, slots=True)
class Literals:
    """Plain strings that are looked for in whole documents, in their order, and two marks for each."""

    texts: tuple[str, ...]
    marks: tuple[Numbers, Numbers]
    raw: frozenset[str]  # those that stand in lines as they are

    def likely(self, plain: str) -> list[str]:
        """Those strings whose marks a folded text has: all that it holds, and hardly another one."""
        table = table_of(plain)
        return [self.texts[at] for at in np.flatnonzero(table[self.marks[0]] & table[self.marks[1]]).tolist()]

    def places(self, plain: Text, raw: Text) -> Iterator[tuple[str, int]]:
        """Each string with each line that holds it, as it is or folded."""
        for literal in self.likely(plain.whole):
            text = raw if literal in self.raw else plain
            found = text.whole.find(literal)
            while found >= 0:
                at = bisect_right(text.ends, found)
                yield literal, at
                found = text.whole.find(literal, text.ends[at])


def literals_of(texts: Iterable[str]) -> Literals:
    """Strings made ready to be looked for together."""
    each = sorted(set(texts))
    marks = np.array([marks_of(text) for text in each], dtype=np.uint32).reshape(-1, 2)
    return Literals(tuple(each), (marks[:, 0].copy(), marks[:, 1].copy()), frozenset(filter(is_raw, each)))


@dataclass(frozen=True, slots=True)
class Dispatch:
    """All rules, those for whole lines first, by what lets a line or a document rule their forms out."""

    rules: tuple[Rule, ...]
    begun: Mapping[str, tuple[Trial, ...]]  # by the beginning of lines that they can match
    behind: tuple[Trial, ...]  # all others, behind plain strings or always to be tried
    literals: Literals
    holding: Mapping[str, tuple[int, ...]]  # for each literal the places in `behind` of the forms it stands for
    always: tuple[int, ...]  # places in `behind` of the forms that promise nothing

    def alive(self, lines: Sequence[str]) -> list[list[Trial]]:
        """For each line the forms behind strings that it holds, and those to be tried always, in order."""
        found: list[set[int]] = [set(self.always) for _ in lines]
        raw = text_of(lines)
        for literal, at in self.literals.places(folded_of(raw, lines), raw):
            found[at].update(self.holding[literal])
        return [[self.behind[at] for at in sorted(one)] for one in found]

    def beginning(self, line: str) -> tuple[Trial, ...]:
        """The bound forms that a line can match by its beginning, in the order of rules."""
        start = head(line)
        while start and start not in self.begun:
            start = start[:-1]
        return self.begun.get(start, ())


def dispatch_of(rules: Sequence[Rule]) -> Dispatch:
    """Rules made ready; the order among those for whole lines, and among the others, stays."""
    ordered = sorted(rules, key=lambda rule: not rule.whole_line)
    trials = [Trial(i, rule, form, SPOTS[rule.place], rule.words) for i, rule in enumerate(ordered) for form in rule.forms]
    behind = tuple(trial for trial in trials if not (trial.form.heads and trial.rule.whole_line))
    holding: dict[str, list[int]] = defaultdict(list)
    for at, trial in enumerate(behind):
        for literal in trial.form.gate or ():
            holding[literal].append(at)
    return Dispatch(
        rules=tuple(ordered),
        begun=by_beginning([trial for trial in trials if trial.form.heads and trial.rule.whole_line]),
        behind=behind,
        literals=literals_of(holding),
        holding={literal: tuple(places) for literal, places in holding.items()},
        always=tuple(at for at, trial in enumerate(behind) if trial.form.gate is None),
    )


def by_beginning(trials: Sequence[Trial]) -> dict[str, tuple[Trial, ...]]:
    """For each beginning the forms that it or a shorter one leads to, in order."""
    places: dict[str, set[int]] = defaultdict(set)
    for at, trial in enumerate(trials):
        for start in trial.form.heads:
            places[start].add(at)
    return {
        start: tuple(trials[at] for at in sorted(set().union(*(places.get(start[:end], ()) for end in range(1, len(start) + 1)))))
        for start in tuple(places)
    }


def leading(line: Line, spot: int, trials: Iterable[Trial], alive: Iterable[Trial]) -> Trial | None:
    """The first of the rules that matches a line: `trials` for its beginning, `alive` what its strings leave of the others."""
    text, words = line.text, line.words
    best: Trial | None = None
    for trial in trials:
        if words <= trial.words and trial.spots & spot and trial.form.pattern.match(text) and not vetoed(trial.rule, text):
            best = trial
            break
    for trial in alive:
        if best is not None and trial.rank >= best.rank:
            break
        if words <= trial.words and trial.spots & spot and found(trial.form, text) and not vetoed(trial.rule, text):
            return trial
    return best


def found(form: Form, text: str) -> bool:
    """Whether a form matches a line, which no white space ends; one for the end is not looked for further up than it reaches."""
    return form.pattern.search(text, max(0, len(text) - form.reach)) is not None


def vetoed(rule: Rule, text: str) -> bool:
    """Whether a rule says itself that it does not speak for a line."""
    return rule.veto is not None and rule.veto.search(text) is not None


def spots_of(count: int, head_end: int, tail_start: int) -> list[int]:
    """For each line of a document of that many lines where it stands."""
    return [MIDDLE | (HEAD if i < head_end else 0) | (TAIL if i >= tail_start else 0) for i in range(count)]

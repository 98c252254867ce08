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

from tasks.strip.gate import is_raw
from tasks.strip.heads import head
from tasks.strip.knowledge import Form, Rule
from tasks.strip.lines import Line

HEAD, TAIL = 1, 2  # where a line stands: bits of a spot
SPOTS = {"anywhere": 7, "head": HEAD, "tail": TAIL, "edge": HEAD | TAIL}
MIDDLE = 4  # set for every line
TABLE = 1 << 16  # hashes of three characters; characters themselves are marked behind them
MIXERS = tuple(np.uint32(prime) for prime in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35))

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
class Literals:
    """Plain strings that are looked for in whole documents, and the marks that each of them leaves, one after another."""

    texts: tuple[str, ...]
    marks: Numbers
    starts: npt.NDArray[np.intp]

    def likely(self, text: str) -> list[str]:
        """Those strings all marks of which a text has: all that it holds, and hardly another one."""
        if not self.texts or not text:
            return []
        found = np.logical_and.reduceat(table_of(text)[self.marks], self.starts)
        return [self.texts[at] for at in np.flatnonzero(found).tolist()]

    def places(self, lines: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Each string with each line that holds it."""
        whole = "\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        for text in self.likely(whole):
            found = whole.find(text)
            while found >= 0:
                at = bisect_right(ends, found)
                yield text, at
                found = whole.find(text, ends[at])


def codes_of(text: str) -> Numbers:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def hashes(codes: Numbers) -> Numbers:
    """A hash for each three characters in a row, below TABLE."""
    return np.asarray((codes[:-2] * MIXERS[0] ^ codes[1:-1] * MIXERS[1] ^ codes[2:] * MIXERS[2]) >> np.uint32(16))


def marks_of(text: str) -> Numbers:
    """The marks of a string: its hashes, or its characters where it is shorter than three."""
    codes = codes_of(text)
    return hashes(codes) if len(codes) > 2 else codes % np.uint32(TABLE) + np.uint32(TABLE)


def table_of(text: str) -> Marks:
    """Which marks a text holds."""
    codes = codes_of(text)
    table = np.zeros(2 * TABLE, bool)
    table[hashes(codes)] = True
    table[codes % np.uint32(TABLE) + np.uint32(TABLE)] = True
    return table


def literals_of(texts: Iterable[str]) -> Literals:
    """Strings made ready to be looked for together."""
    each = sorted(set(texts))
    marks = [marks_of(text) for text in each]
    starts = np.cumsum([0, *(len(one) for one in marks)], dtype=np.intp)[:-1]
    return Literals(tuple(each), np.concatenate(marks) if marks else np.zeros(0, np.uint32), starts)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """All rules, those for whole lines first, by what lets a line or a document rule their forms out."""

    rules: tuple[Rule, ...]
    begun: Mapping[str, tuple[Trial, ...]]  # by the beginning of lines that they can match
    behind: tuple[Trial, ...]  # all others, behind plain strings or always to be tried
    folded: Literals  # looked for in folded lines
    raw: Literals  # looked for in lines as they are
    holding: Mapping[str, tuple[int, ...]]  # for each literal the places in `behind` of the forms it stands for
    always: tuple[int, ...]  # places in `behind` of the forms that promise nothing

    def alive(self, lines: Sequence[str], plain: Sequence[str]) -> list[list[Trial]]:
        """For each line, as it is and folded, the forms behind strings that it holds, and those to be tried always, in order."""
        found: list[set[int]] = [set(self.always) for _ in lines]
        for literals, texts in ((self.folded, plain), (self.raw, lines)):
            for literal, at in literals.places(texts):
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
        folded=literals_of(literal for literal in holding if not is_raw(literal)),
        raw=literals_of(literal for literal in holding if is_raw(literal)),
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
        if words <= trial.words and trial.spots & spot and trial.form.pattern.search(text) and not vetoed(trial.rule, text):
            return trial
    return best


def vetoed(rule: Rule, text: str) -> bool:
    """Whether a rule says itself that it does not speak for a line."""
    return rule.veto is not None and rule.veto.search(text) is not None


def spots_of(count: int, head_end: int, tail_start: int) -> list[int]:
    """For each line of a document of that many lines where it stands."""
    return [MIDDLE | (HEAD if i < head_end else 0) | (TAIL if i >= tail_start else 0) for i in range(count)]


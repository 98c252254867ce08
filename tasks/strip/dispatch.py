"""Which rules are worth trying on a line: what a line begins with, and what plain strings its document holds, rule out nearly all.

Trying every form of every rule on every line gives the same answers a hundred times slower; a test compares both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.strip.characters import codes_of
from tasks.strip.gate import folded, is_raw, rarity, spaced
from tasks.strip.heads import head
from tasks.strip.knowledge import Form, Rule
from tasks.strip.lines import Line

HEAD, TAIL = 1, 2  # where a line stands: bits of a spot
SPOTS = {"anywhere": 7, "head": HEAD, "tail": TAIL, "edge": HEAD | TAIL}
MIDDLE, OUTSIDE = 4, 8  # set for every line; set for those that are no main content of their page
MIXERS = tuple(np.uint32(prime) for prime in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35))
BREAK = "\0"  # between lines; a string that runs over one is found nowhere

Numbers = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]
Counts = npt.NDArray[np.float64]


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
    """Lines, each white space in them a blank, as they are and folded; the folded ones also in one string, a break behind each."""

    raw: tuple[str, ...]
    plain: tuple[str, ...]
    whole: str


def text_of(lines: Sequence[str]) -> Text:
    """Lines made ready for looking for strings in them."""
    joined = spaced(BREAK.join(lines))
    raw, plain = joined.split(BREAK), folded(joined).split(BREAK)
    if len(raw) != len(lines):  # a line holds the character that parts lines
        raw = [spaced(line).replace(BREAK, " ") for line in lines]
        plain = [folded(line) for line in raw]
    return Text(tuple(raw), tuple(plain), BREAK.join((*plain, "")))


def grams_of(codes: Numbers) -> Iterator[tuple[int, Numbers]]:
    """For each length from one to six a number for each stretch of so many code points in a row; five are left out."""
    twos = codes[:-1] * MIXERS[0] ^ codes[1:] * MIXERS[1]
    threes = twos[:-1] ^ codes[2:] * MIXERS[2]
    yield 1, codes * MIXERS[0]
    yield 2, twos
    yield 3, threes
    yield 4, twos[:-2] * MIXERS[2] ^ twos[2:]
    yield 6, threes[:-3] * MIXERS[1] ^ threes[3:]


def gram_of(literal: str, common: Counter[int]) -> tuple[int, int, int]:
    """By what a string is looked for: the length of a stretch of it, the number of that, and where in the string it begins.

    It is the longest there is, of these the rarest: `common` counts the numbers over all strings.
    """
    plain = folded(literal)
    size, numbers = [one for one in grams_of(codes_of(plain)) if one[0] <= len(plain)][-1]
    at = min(range(len(numbers)), key=lambda start: (common[int(numbers[start])], -rarity(plain[start : start + size])))
    return size, int(numbers[at]), at


@dataclass(frozen=True, slots=True)
class Grams:
    """The strings that are looked for by stretches of one length: which numbers to stop at, and for each number the strings."""

    shift: np.uint32  # leaves the upper bits of a number
    wanted: npt.NDArray[np.bool_]  # by these bits: whether to stop there
    words: Counts  # in lines of so many words at most
    literals: Mapping[int, tuple[tuple[str, int], ...]]  # each with the place of the stretch in it, or -1 if it stands in lines as it is

    def found(self, numbers: Numbers, ends: Places, words: Counts) -> Iterator[tuple[int, int, tuple[tuple[str, int], ...]]]:
        """Places at which a string may be, with their lines and the strings."""
        bits = numbers >> self.shift
        at = np.flatnonzero(self.wanted.take(bits))
        lines = np.searchsorted(ends, at, side="right")
        here = words[lines] <= self.words[bits[at]]
        for place, line, number in zip(at[here].tolist(), lines[here].tolist(), numbers[at[here]].tolist(), strict=True):
            if literals := self.literals.get(number):
                yield place, line, literals


@dataclass(frozen=True, slots=True)
class Literals:
    """Plain strings that are looked for all at once, in as many lines as there are."""

    grams: Mapping[int, Grams]

    def places(self, text: Text, words: Sequence[float]) -> set[tuple[str, int]]:
        """Each string with each line that holds it, as it is or folded, but for lines of more words than it is wanted in."""
        found: set[tuple[str, int]] = set()
        ends = np.cumsum(np.fromiter(map(len, text.plain), np.intp, len(text.plain)) + 1)
        counts = np.array(words)
        for size, numbers in grams_of(codes_of(text.whole)):
            for place, line, literals in self.grams[size].found(numbers, ends, counts):
                for literal, inside in literals:
                    if text.whole.startswith(literal, place - inside) if inside >= 0 else literal in text.raw[line]:
                        found.add((literal, line))
        return found


def literals_of(words: Mapping[str, float]) -> Literals:
    """Strings made ready to be looked for together; each with the words of a line in which it is wanted, at most."""
    common = Counter(number for one in words for _, numbers in grams_of(codes_of(folded(one))) for number in set(numbers.tolist()))
    chosen = [(literal, *gram_of(literal, common)) for literal in sorted(words)]
    return Literals({size: grams_for([one for one in chosen if one[1] == size], words) for size, _ in grams_of(codes_of(""))})


def grams_for(chosen: Sequence[tuple[str, int, int, int]], words: Mapping[str, float]) -> Grams:
    """The strings of one length of stretches, from what `gram_of` says of each; the fewer, the smaller the tables."""
    bits = 7 + len(chosen).bit_length()
    shift = np.uint32(32 - bits)
    most, by_number = np.full(1 << bits, -1.0), defaultdict(list)
    for literal, _, number, at in chosen:
        by_number[number].append((literal, -1 if is_raw(literal) else at))
        most[number >> int(shift)] = max(most[number >> int(shift)], words[literal])
    return Grams(shift, most >= 0, most, {number: tuple(each) for number, each in by_number.items()})


@dataclass(frozen=True, slots=True)
class Dispatch:
    """All rules, those for whole lines first, by what lets a line or a document rule their forms out."""

    rules: tuple[Rule, ...]
    begun: Mapping[str, tuple[Trial, ...]]  # by the beginning of lines that they can match
    behind: tuple[Trial, ...]  # all others, behind plain strings or always to be tried
    literals: Literals
    holding: Mapping[str, tuple[int, ...]]  # for each literal the places in `behind` of the forms it stands for
    always: tuple[int, ...]  # places in `behind` of the forms that promise nothing

    def alive(self, lines: Sequence[str], words: Sequence[float]) -> list[Sequence[Trial]]:
        """For each line the forms behind strings that it holds, and those to be tried always, in order."""
        found: dict[int, set[int]] = {}
        for literal, at in self.literals.places(text_of(lines), words):
            found.setdefault(at, set(self.always)).update(self.holding[literal])
        least = [self.behind[at] for at in self.always]
        return [[self.behind[at] for at in sorted(found[line])] if line in found else least for line in range(len(lines))]

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
    behind = tuple(trial for trial in trials if not told_by_beginning(trial))
    holding: dict[str, list[int]] = defaultdict(list)
    for at, trial in enumerate(behind):
        for literal in trial.form.gate or ():
            holding[literal].append(at)
    return Dispatch(
        rules=tuple(ordered),
        begun=by_beginning([trial for trial in trials if told_by_beginning(trial)]),
        behind=behind,
        literals=literals_of({literal: max(behind[at].words for at in places) for literal, places in holding.items()}),
        holding={literal: tuple(places) for literal, places in holding.items()},
        always=tuple(at for at, trial in enumerate(behind) if trial.form.gate is None),
    )


def told_by_beginning(trial: Trial) -> bool:
    """Whether the beginning of a line tells best if a form is worth trying: one letter, or a figure, says less than its strings."""
    heads = trial.form.heads
    return bool(heads) and trial.rule.whole_line and (trial.form.gate is None or min(map(len, heads)) > 1)


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

"""Debris rules on lines: which rule speaks for which line, within the place the rule may act in."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.strip.dispatch import OUTSIDE, Dispatch, leading, spots_of
from tasks.strip.knowledge import Rule
from tasks.strip.lines import Line


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matches a line; `start` and `end` are offsets in the source text of what it takes."""

    rule: Rule
    start: int
    end: int

    @property
    def whole(self) -> bool:
        """Whether the whole line goes."""
        return self.rule.whole_line

    def covers(self, line: Line) -> bool:
        """Whether what it takes is all of a line."""
        return self.start <= line.start and line.start + len(line.text) <= self.end


def head_of(lines: Sequence[Line]) -> int:
    """How many lines at the beginning count as the head."""
    return max(6, len(lines) // 4)


def tail_of(lines: Sequence[Line]) -> int:
    """Index from which lines count as the tail."""
    return len(lines) - max(8, int(len(lines) * 0.4))


def crowded(index: int, lines: Sequence[Line], hit_ids: Sequence[Rule | None]) -> bool:
    """Whether the same rule matches several lines in a row around this one, as in a table of figures."""
    rule, count = hit_ids[index], 1
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines) and hit_ids[at] is rule:
            count, at = count + 1, at + step
    return count > 4


def hit_of(line: Line, rule: Rule) -> Hit | None:
    """A rule that matches a line with the stretch it takes."""
    if rule.whole_line:
        return Hit(rule, line.start, line.start + len(line.text))
    match = rule.find(line.text)
    return Hit(rule, line.start + match.start(), line.start + match.end()) if match else None


def hits_of(lines: Sequence[Line], dispatch: Dispatch, main: Sequence[bool] | None = None) -> list[Hit | None]:
    """The first rule that matches each line, rules for whole lines before those that take a part of one.

    `main` says for a page which lines are main content. The others are gone already and rules only name their class, so those
    that would be searched for in the middle of a line are left out there: most lines of a page are such lines.
    """
    return hits_of_each([lines], dispatch, main)[0]


def hits_of_each(documents: Sequence[Sequence[Line]], dispatch: Dispatch, main: Sequence[bool] | None = None) -> list[list[Hit | None]]:
    """What `hits_of` says of each of several documents, faster: their lines are looked through together, and equal ones once."""
    words = {line.text: line.words for lines in documents for line in lines}
    alive = dict(zip(words, dispatch.alive(tuple(words), tuple(words.values())), strict=True))
    known: dict[tuple[str, int], Rule | None] = {}

    def rule_of(line: Line, spot: int) -> Rule | None:
        key = (line.text, spot)
        if key not in known:
            trials = alive[line.text]
            if spot & OUTSIDE:
                trials = [trial for trial in trials if trial.rule.whole_line and trial.rule.bound]
            trial = leading(line, spot, dispatch.beginning(line.text), trials)
            known[key] = trial.rule if trial else None
        return known[key]

    return [hits_in(lines, [rule_of(line, spot) for line, spot in zip(lines, spots_in(lines, main), strict=True)]) for lines in documents]


def spots_in(lines: Sequence[Line], main: Sequence[bool] | None) -> list[int]:
    """For each line of a document where it stands."""
    spots = spots_of(len(lines), head_of(lines), tail_of(lines))
    return spots if main is None else [spot if main[line.index] else spot | OUTSIDE for line, spot in zip(lines, spots, strict=True)]


def hits_in(lines: Sequence[Line], found: Sequence[Rule | None]) -> list[Hit | None]:
    """What the rules that match the lines of a document take."""
    return [None if rule is None or (rule.lonely and crowded(i, lines, found)) else hit_of(lines[i], rule) for i, rule in enumerate(found)]

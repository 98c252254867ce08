"""Debris rules on lines: which rule speaks for which line, within the place the rule may act in."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.strip.dispatch import Dispatch, leading, spots_of
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
    texts = [line.text for line in lines]
    alive = dispatch.alive(texts)
    spots = spots_of(len(lines), head_of(lines), tail_of(lines))
    found: list[Rule | None] = []
    for line, spot, trials in zip(lines, spots, alive, strict=True):
        if main is not None and not main[line.index]:
            trials = [trial for trial in trials if trial.rule.whole_line and trial.rule.bound]
        trial = leading(line, spot, dispatch.beginning(line.text), trials)
        found.append(trial.rule if trial else None)
    return [None if rule is None or (rule.lonely and crowded(i, lines, found)) else hit_of(lines[i], rule) for i, rule in enumerate(found)]

"""Debris rules on lines: which rule speaks for which line, within the place the rule may act in."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def in_place(rule: Rule, index: int, lines: Sequence[Line]) -> bool:
    """Whether a rule may act at that line."""
    if rule.place == "anywhere":
        return True
    head, tail = index < head_of(lines), index >= tail_of(lines)
    return {"head": head, "tail": tail, "edge": head or tail}[rule.place]


def crowded(index: int, lines: Sequence[Line], hit_ids: Sequence[Rule | None]) -> bool:
    """Whether the same rule matches several lines in a row around this one, as in a table of figures."""
    rule, count = hit_ids[index], 1
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines) and hit_ids[at] is rule:
            count, at = count + 1, at + step
    return count > 4


def first_hit(line: Line, lines: Sequence[Line], rules: Sequence[Rule]) -> Hit | None:
    """The first of the rules that matches a line in its place."""
    for rule in rules:
        if line.words <= rule.words and in_place(rule, line.index, lines) and (match := rule.find(line.text)):
            start, end = (0, len(line.text)) if rule.whole_line else match.span()
            return Hit(rule, line.start + start, line.start + end)
    return None


def hits_of(lines: Sequence[Line], rules: Sequence[Rule], main: Sequence[bool] | None = None) -> list[Hit | None]:
    """The first rule that matches each line, rules for whole lines before those that take a part of one.

    `main` says for a page which lines are main content. The others are gone already and rules only name their class, so those
    that would be searched for in the middle of a line are left out there: most lines of a page are such lines.
    """
    every = sorted(rules, key=lambda rule: not rule.whole_line)
    bound = [rule for rule in every if rule.bound and rule.whole_line]
    found = [first_hit(line, lines, every if main is None or main[line.index] else bound) for line in lines]
    matched = [hit.rule if hit else None for hit in found]
    return [None if hit and hit.rule.lonely and crowded(i, lines, matched) else hit for i, hit in enumerate(found)]

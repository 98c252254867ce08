"""Pleas, walls and calls at the end of a story: blocks of good prose that rules know only in part."""

from collections.abc import Mapping

from tasks.strip.lines import WORD, Line
from tasks.strip.matching import tail_of
from tasks.strip.verdicts import Sheet, Verdict

SHORTEST = 4.0  # words of a sentence that can close a story
CALLS = frozenset({"donation", "newsletter", "paywall", "social"})
QUOTES = ('"', "“", "”", "„", "«", "»", "「", "『")


def addressing(line: Line, words: frozenset[str]) -> bool:
    """Whether a line speaks to the reader about the outlet: two words of that kind, and nobody quoted."""
    if any(mark in line.text for mark in QUOTES):
        return False
    tokens = [token.casefold() for token in WORD.findall(line.text)]
    return sum(token in words for token in tokens) >= (1 if line.words <= 8 else 2)


def plea_pass(sheet: Sheet, words: frozenset[str]) -> Mapping[int, Verdict]:
    """Lines around the calls in the tail: a plea takes what stands between and after its lines, and the address above it."""
    calls = [i for i, v in enumerate(sheet.verdicts) if v is not None and v.kind in CALLS and i >= tail_of(sheet.lines)]
    start = beginning(sheet, calls, words)
    if start is None:
        return {}
    kind = next(v.kind for v in sheet.verdicts[start:] if v is not None and v.kind in CALLS)
    found: dict[int, Verdict] = {}
    for i in range(start, len(sheet.lines)):
        verdict = sheet.verdicts[i]
        if verdict is not None and verdict.kind in CALLS:
            kind = verdict.kind
        elif verdict is None:
            found[i] = Verdict(kind, "plea.block", 0.7)
    while sheet.open(start - 1) and address_above(sheet.lines[start - 1], words):
        start -= 1
        found[start] = Verdict(kind, "plea.address", 0.5)
    return found


def run_pass(sheet: Sheet, words: frozenset[str]) -> Mapping[int, Verdict]:
    """Pleas between the paragraphs: lines that speak to the reader, next to a call, as long as nobody is quoted."""
    found: dict[int, Verdict] = {}
    for index, verdict in enumerate(sheet.verdicts):
        if verdict is None or verdict.kind not in CALLS:
            continue
        if sheet.open(index + 1) and boxed(sheet, index + 1):
            found[index + 1] = Verdict(verdict.kind, "plea.box", 0.6)
        for step in (-1, 1):
            at = index + step
            while sheet.open(at) and at not in found and speaking(sheet.lines[at], words):
                found[at] = Verdict(verdict.kind, "plea.run", 0.6)
                at += step
    return found


def boxed(sheet: Sheet, index: int) -> bool:
    """Whether a line stands between two calls without a blank line around it, and quotes nobody."""
    below = index + 1
    called = below < len(sheet.lines) and (verdict := sheet.verdicts[below]) is not None and verdict.kind in CALLS
    line = sheet.lines[index]
    return called and sheet.glued(index) and sheet.glued(below) and not any(mark in line.text for mark in QUOTES)


def speaking(line: Line, words: frozenset[str]) -> bool:
    """Whether a line beside a call belongs to it: it says `we` or `you` more than once, or is a mere scrap that does so."""
    tokens = [token.casefold() for token in WORD.findall(line.text)]
    said = sum(token in words for token in tokens)
    return not any(mark in line.text for mark in QUOTES) and said >= (1 if line.words <= 8 else 3 if line.words <= 40 else 4)


def beginning(sheet: Sheet, calls: list[int], words: frozenset[str]) -> int | None:
    """The first call after which nothing stands that reads as story."""
    for start in calls:
        rest = [line for line in sheet.lines[start:] if sheet.open(line.index) and told(line) and not addressing(line, words)]
        if not rest:
            return start
    return None


def told(line: Line) -> bool:
    """Whether a line can be story: a paragraph, or a whole sentence of some words."""
    return line.story_like or (line.ends and line.words >= SHORTEST)


def address_above(line: Line, words: frozenset[str]) -> bool:
    """A line above a plea that already speaks to the reader."""
    return addressing(line, words) and (line.story_like or not line.ends)

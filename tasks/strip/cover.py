"""From what is kept to a document of which every character is accounted for (law 2)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np

from tasks.records import Span
from tasks.strip.characters import codes_of

# What no reader sees: C0 and C1 controls but for white space, soft hyphen, zero-width and direction marks, tags.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
BLANK = ("whitespace", "cover.whitespace")  # class and rule
JOINERS = "\u200c\u200d"  # they join letters in Persian and Hindi, and emoji: there they stay


WHERE_INVISIBLE = (*range(0x2100), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080))  # where to look for them
HIDDEN = np.zeros(WHERE_INVISIBLE[-1] + 2, bool)
HIDDEN[[at for at in WHERE_INVISIBLE if INVISIBLE.match(chr(at))]] = True


@lru_cache(maxsize=8)  # asked for each line of a text
def all_visible(source: str) -> bool:
    """Whether a text has no invisible characters."""
    return not HIDDEN.take(codes_of(source), mode="clip").any()


def joins(source: str, at: int) -> bool:
    """Whether the joiner at an offset stands between two letters, marks or emoji."""
    if not 0 < at < len(source) - 1:
        return False
    around = unicodedata.category(source[at - 1])[0], unicodedata.category(source[at + 1])[0]
    return around[0] in "LMS" and around[1] in "LMS"


def hidden_at(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Runs of invisible characters in source[start:end]."""
    runs: list[tuple[int, int]] = []
    for found in INVISIBLE.finditer(source, start, end):
        at = found.start()
        if source[at] in JOINERS and joins(source, at):
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def visible_parts(source: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The stretches of source[start:end] between invisible characters, white space at both ends cut."""
    if all_visible(source):
        text = source[start:end].lstrip()
        return ((end - len(text), end - len(text) + len(text.rstrip())),) if text else ()
    parts: list[tuple[int, int]] = []
    at = start
    for first, stop in hidden_at(source, start, end):
        if at < first:
            parts.append((at, first))
        at = stop
    if at < end:
        parts.append((at, end))
    return trimmed(source, parts)


def trimmed(source: str, parts: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches without the white space before the first visible character and after the last one."""
    kept = list(parts)
    while kept and not source[kept[0][0] : kept[0][1]].strip():
        kept.pop(0)
    while kept and not source[kept[-1][0] : kept[-1][1]].strip():
        kept.pop()
    if kept:
        start, end = kept[0]
        kept[0] = (end - len(source[start:end].lstrip()), end)
        start, end = kept[-1]
        kept[-1] = (start, start + len(source[start:end].rstrip()))
    return tuple(kept)


def cover(source: str, kept: Iterable[tuple[int, int]], moved: Iterable[Span]) -> tuple[Span, ...]:
    """Spans for all that is not kept: those given, and between them `whitespace` and `control`.

    `kept` and `moved` are disjoint. What neither covers is white space, invisible characters, or (by a mistake of the
    caller, never by design) text, which then is a span of class `boilerplate` and rule `cover.rest`, so that nothing is lost.
    """
    spans: list[Span] = []
    at = 0
    for start, end, span in sorted([(a, b, None) for a, b in kept] + [(s.start, s.end, s) for s in moved], key=itemgetter(0, 1)):
        if source[at:start].isspace():
            spans.append(Span(at, start, *BLANK))
        elif at < start:
            spans.extend(between(source, at, start))
        if span is not None:
            spans.append(span)
        at = end
    spans.extend(between(source, at, len(source)))
    return tuple(spans)


def between(source: str, start: int, end: int) -> Iterable[Span]:
    """Spans for a stretch that is neither story nor debris: white space, invisible characters, and words by mistake."""
    at = start
    for first, stop in [*hidden_at(source, start, end), (end, end)]:
        for run in re.finditer(r"\s+|\S+", source[at:first]):
            blank = run.group().isspace()
            yield Span(at + run.start(), at + run.end(), *(BLANK if blank else ("boilerplate", "cover.rest")))
        if first < stop:
            yield Span(first, stop, "control", "cover.control")
        at = stop

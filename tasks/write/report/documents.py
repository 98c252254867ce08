"""One document as the page shows it: its source text in segments, the kept story, each value with what it was chosen from. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.write.explain import Explanation, shown_value
from tasks.write.words import hue

LONGEST = 12_000  # characters of a source text, of a story, on a page of many documents
ELSEWHERE = ("body", "head", "document_id", "run_id", "story_id", "copy_of")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the source text; `kind` is empty where it is kept, else the class of what was removed."""

    text: str
    kind: str = ""
    rule: str = ""
    hue: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A column that has a value, where it is from, and the candidates that lost."""

    column: str
    value: str
    source: str
    rule: str
    lost: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as the page shows it."""

    dataset: str
    row: Mapping[str, Any]
    segments: tuple[Segment, ...]
    more: int  # characters of the source text that are not shown
    paragraphs: tuple[str, ...]
    more_kept: int
    values: tuple[Value, ...]
    classes: tuple[tuple[str, str, int], ...]  # class, hue, characters


def _segments(explanation: Explanation, longest: int | None) -> Iterator[Segment]:
    source, at = (explanation.source_text or "")[:longest], 0
    for span in explanation.removed:
        start, end = span["start_offset"], span["end_offset"]
        if start >= len(source):
            break
        if start > at:
            yield Segment(source[at:start])
        yield Segment(source[start:end], span["class"], span["rule"], hue(span["class"]))
        at = end
    if at < len(source):
        yield Segment(source[at:])


def _classes(explanation: Explanation) -> tuple[tuple[str, str, int], ...]:
    sums: dict[str, int] = {}
    for span in explanation.removed:
        sums[span["class"]] = sums.get(span["class"], 0) + span["end_offset"] - span["start_offset"]
    return tuple((kind, hue(kind), count) for kind, count in sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _values(explanation: Explanation) -> Iterator[Value]:
    lost: dict[str, list[Mapping[str, Any]]] = {}
    taken: dict[str, Mapping[str, Any]] = {}
    for found in explanation.evidence:
        if found["rank"]:
            lost.setdefault(found["field"], []).append(found)
        else:
            taken[found["field"]] = found
    for name, value in explanation.row.items():
        empty = value is None or value == []
        if name in ELSEWHERE or (empty and name not in lost):
            continue
        of = taken.get(name, {})
        losers = tuple(lost.get(name, ()))
        yield Value(name, "" if empty else shown_value(value), of.get("source") or "", of.get("rule") or "", losers)


def shown(explanation: Explanation, longest: int | None = LONGEST) -> Shown:
    """A document, its texts cut after `longest` characters (None: whole)."""
    body = explanation.row.get("body") or explanation.row.get("head") or ""
    source = explanation.source_text or ""
    return Shown(
        dataset=explanation.dataset,
        row=explanation.row,
        segments=tuple(_segments(explanation, longest)),
        more=len(source) - len(source[:longest]),
        paragraphs=tuple(body[:longest].split("\n\n")),
        more_kept=len(body) - len(body[:longest]),
        values=tuple(sorted(_values(explanation), key=lambda value: not (value.source or value.lost))),  # what was judged comes first
        classes=_classes(explanation),
    )

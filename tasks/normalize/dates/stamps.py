"""Dates printed in the document: stamps beside the headline, datelines, captions."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.known import known
from tasks.normalize.dates.lines import Reading, label_before, read_line
from tasks.normalize.dates.nearness import told_from_now
from tasks.normalize.dates.places import Story
from tasks.normalize.dates.words import DateWords, fold
from tasks.records import StrippedDocument

OWN = frozenset(("timestamp", "byline"))  # classes of lines whose date is the story's
FOREIGN = frozenset(("caption", "credit", "related", "comments", "author-bio", "advertisement", "consent"))  # or is not
ELEMENTS = frozenset(("date-element", "time-element"))
LONGEST = 260  # characters of a line that may be a stamp with a byline and a section
SHORT = 60
LABELLED = 30  # characters of a label at the start of a line, and of the words behind it
OPENING = 100  # characters of a long line in which its opening words and their date stand
CLOCK = re.compile(r"(?<![\d./])(\d{1,2})\s?[:.hH]\s?([0-5]\d)\s?(?:h|hs|Uhr)?[).\s]*$")
DATELINE_END = re.compile(r"\s[-–—]{1,2}\s|[-–—]{2}|\)\s*[-–—:]|/\.|：|―")
DATELINE = 110  # characters in which a dateline ends


def stamp_candidates(stripped: StrippedDocument, story: Story, context: Context, words: DateWords) -> Iterator[Candidate]:
    """Candidates from all lines that look like stamps rather than prose."""
    kinds, seen = _kinds(stripped), _seen(stripped)
    openings = tuple(label for label in words.labels if label.count(" ") > 1)
    told: str | None = None
    last: Reading | None = None
    above = ""
    for index, block in enumerate(stripped.parsed.blocks):
        start, line = seen(block.start, block.end)
        kind, place = kinds(start), story.place(block.start, block)
        between = kind != "body" and story.headline < index <= story.first
        if len(line) > LONGEST and (between or line[:LABELLED].lower().startswith(openings)):
            line, kind = line[:OPENING], "opening"
        dated, above = above == "related" and index > story.first and not block.tag, kind  # the date of a text's link to another story
        if dated or len(line) > LONGEST or (kind in FOREIGN and not (place == "head" and len(line) <= SHORT)):
            told = last = None
            continue
        readings = read_line(line, words, context.language)
        for reading in readings:
            if kind in OWN or looks_like_stamp(reading, line, kind):
                yield _candidate(reading, told, block.start, place, context, words)
        last = readings[-1] if readings else last
        if kind == "timestamp" and last is not None and (later := _same_day(line, last, last in readings, words)):
            yield _candidate(later, "updated", block.start, place, context, words)
        told = words.labels.get(line.strip(" :\u00a0").lower()) if len(line) < 40 else None


def _same_day(line: str, last: Reading, inside: bool, words: DateWords) -> Reading | None:
    """`(actualizado às 20:05)` behind a date with its clock, or on the line below: an update on the day of that date."""
    begin = last.moment.end if inside else 0
    rest = line[begin:]
    found = CLOCK.search(rest)
    if not found or last.moment.hour is None or last.label == "updated" or len(rest) > SHORT:
        return None
    if not inside and any(c.isdigit() for c in rest[: found.start()]):
        return None
    clock = int(found[1]), int(found[2])
    later = (last.moment.hour, last.moment.minute or 0) <= clock < (24, 0)
    if not later or label_before(fold(rest), 0, found.start(), words) != "updated":
        return None
    moment = replace(last.moment, hour=clock[0], minute=clock[1], second=None, start=begin + found.start(), end=begin + found.end())
    return Reading(moment, found[0].strip(), "updated")


def _seen(stripped: StrippedDocument) -> Callable[[int, int], tuple[int, str]]:
    """A stretch of the source text without invisible characters (direction marks stand around dates), and where it starts."""
    text = stripped.parsed.source_text
    hidden = sorted((span.start, span.end) for span in stripped.spans if span.kind == "control")
    starts = [start for start, _ in hidden]

    def seen(start: int, end: int) -> tuple[int, str]:
        inside = hidden[bisect_left(starts, start) : bisect_left(starts, end)]
        ends = [start, *(stop for _, stop in inside)]
        pieces = [(a, text[a:b]) for a, b in zip(ends, [*(first for first, _ in inside), end], strict=True) if a < b]
        return pieces[0][0] if pieces else start, "".join(piece for _, piece in pieces)

    return seen


def _kinds(stripped: StrippedDocument) -> Callable[[int], str]:
    """The class of what stands at an offset: that of its span, `body` in a paragraph, empty where nobody judged."""
    parts = [(start, end, "body") for paragraph in stripped.paragraphs for start, end in paragraph.parts]
    judged = sorted([(span.start, span.end, span.kind) for span in stripped.spans] + parts)
    starts = [start for start, _, _ in judged]

    def kind(offset: int) -> str:
        index = bisect_right(starts, offset) - 1
        return judged[index][2] if index >= 0 and offset < judged[index][1] else ""

    return kind


def looks_like_stamp(reading: Reading, line: str, kind: str = "") -> bool:
    """Whether a dated line is a stamp: labelled, short, or mostly the date itself; in the story's own text only the last."""
    size = reading.moment.end - reading.moment.start
    if kind == "opening":  # `Press release of 14 April 2022 | Elbheim – The barge …`, `This entry was posted on …`
        return bool(reading.label) and reading.moment.start < OPENING // 2
    if kind in FOREIGN:  # `Elbheim, 14.04.2022` beside the headline is no photo's caption
        return kind == "caption" and size * 2 >= len(line.strip()) and reading.moment.day is not None
    if kind == "body":
        opens = bool(reading.label) and reading.moment.start < LABELLED and reading.moment.hour is not None
        label = len(line) <= SHORT and reading.moment.hour is not None and not line.endswith((".", "!", "?", "”", "»", '"'))
        closes = len(line) <= SHORT and not line[reading.moment.end :].strip() and reading.moment.day is not None
        alone = closes and (bool(reading.label) or line[: reading.moment.start].rstrip().endswith(","))  # `Elbheim, 14 April 2022`
        return size * 2 >= len(line) or label or alone or (opens and len(line) <= 140)  # `Published on 14/04/2022 - 12:30 by Ada Brook`
    if kind == "headline":  # `08.11.2021 | Barge sinks`, `Harbour (1 / 3) 06.11.2023 13:30 von Ada`
        return (reading.moment.start == 0 and len(line) > size) or (reading.moment.hour is not None and reading.moment.day is not None)
    return bool(reading.label) or len(line) <= SHORT or size * 2 >= len(line) or (len(line) <= 140 and reading.moment.hour is not None)


def _candidate(reading: Reading, told: str | None, offset: int, place: str, context: Context, words: DateWords) -> Candidate:
    value = known(reading.moment, reading.raw, "text-timestamp", context, words)
    label = reading.label or told
    field = "modified" if label == "updated" else "published"
    fault = value.fault
    return Candidate(field, value.stamp, f"stamp.{place}", offset + reading.moment.start, value.other, fault, label)


def relabelled(candidates: list[Candidate], story: Story) -> list[Candidate]:
    """A day that an element dates without a word is the update where the words of its line say so.

    What the element states for machines is, only where the head of the page says so too: some print the publication as an update.
    """
    marked = {c.stamp.day for c in candidates if c.field == "modified" and c.stamp.source in ("json-ld", "meta")}
    told: dict[tuple[int, date | None], set[str]] = {}
    for c in candidates:
        if c.stamp.source == "text-timestamp" and c.offset is not None:
            told.setdefault((story.index(c.offset), c.stamp.day), set()).add(c.field)

    def update(c: Candidate) -> bool:
        unmarked = c.field == "published" and c.stamp.source in ELEMENTS and c.offset is not None and c.stamp.day is not None
        called = unmarked and told.get((story.index(c.offset or 0), c.stamp.day)) == {"modified"}
        return called and (c.stamp.day in marked or not c.rule.endswith("]"))

    return [replace(c, field="modified", label="updated") if update(c) else c for c in candidates]


def dateline_candidates(stripped: StrippedDocument, context: Context, words: DateWords) -> Iterator[Candidate]:
    """`BEIJING, April 14 (Xinhua) --`: the date in the dateline of the first paragraphs, or on a line of its own."""
    text = stripped.parsed.source_text
    heads = [(p.parts[0][0], text[p.parts[0][0] : p.parts[0][1]]) for p in stripped.paragraphs[:2] if p.parts]
    heads += [(s.start, text[s.start : s.end]) for s in stripped.spans if s.kind == "dateline"]
    for start, line in heads:
        end = DATELINE_END.search(line[:DATELINE])
        for reading in read_line(line[: end.start() + 1], words, context.language)[:1] if end else ():
            value = known(reading.moment, reading.raw, "dateline", context, words)
            yield Candidate("published", value.stamp, "dateline", start + reading.moment.start, value.other, value.fault)


def relative_candidates(stripped: StrippedDocument, story: Story, context: Context, words: DateWords) -> Iterator[Candidate]:
    """`3 hours ago` and `Thursday` beside the headline, counted from the fetch."""
    text = stripped.parsed.source_text
    for block in stripped.parsed.blocks[max(0, story.headline - 2) : story.first + 2] if context.fetched_at else ():
        line = text[block.start : block.end]
        if len(line) <= SHORT and (found := told_from_now(line, "text-timestamp", context, words)):
            value, label = found
            field = "modified" if label == "updated" else "published"
            yield Candidate(field, value.stamp, "stamp.relative", block.start, None, value.fault, label)

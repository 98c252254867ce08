"""Dates printed in the document: stamps beside the headline, datelines, captions."""

import re
from collections.abc import Iterator
from datetime import timedelta

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.known import known
from tasks.normalize.dates.lines import Reading, read_line, read_relative
from tasks.normalize.dates.places import Story
from tasks.normalize.dates.words import DateWords
from tasks.normalize.dates.zones import day_at
from tasks.records import Stamp, StrippedDocument

LONGEST = 260  # characters of a line that may be a stamp with a byline and a section
SHORT = 60
DATELINE_END = re.compile(r"\s[-–—]{1,2}\s|[-–—]{2}|\)\s*[-–—:]|/\.|：|―")
DATELINE = 110  # characters in which a dateline ends


def stamp_candidates(stripped: StrippedDocument, story: Story, context: Context, words: DateWords) -> Iterator[Candidate]:
    """Candidates from all lines that look like stamps rather than prose."""
    text = stripped.parsed.source_text
    typed = {span.start for span in stripped.spans if span.kind in ("timestamp", "byline")}
    told = None
    for block in stripped.parsed.blocks:
        line = text[block.start : block.end]
        if len(line) > LONGEST:
            told = None
            continue
        for reading in read_line(line, words, context.language):
            if block.start in typed or looks_like_stamp(reading, line):
                yield _candidate(reading, told, block.start, story.place(block.start, block), context, words)
        told = words.labels.get(line.strip(" :\u00a0").lower()) if len(line) < 40 else None


def looks_like_stamp(reading: Reading, line: str) -> bool:
    """Whether a dated line is a stamp: labelled, short, or mostly the date itself."""
    size = reading.moment.end - reading.moment.start
    return bool(reading.label) or len(line) <= SHORT or size * 2 >= len(line) or (len(line) <= 140 and reading.moment.hour is not None)


def _candidate(reading: Reading, told: str | None, offset: int, place: str, context: Context, words: DateWords) -> Candidate:
    value = known(reading.moment, reading.raw, "text-timestamp", context, words)
    label = reading.label or told
    field = "modified" if label == "updated" else "published"
    fault = value.fault
    return Candidate(field, value.stamp, f"stamp.{place}", offset + reading.moment.start, value.other, fault, label)


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
    """`3 hours ago` beside the headline, counted from the fetch."""
    text, now = stripped.parsed.source_text, context.fetched_at
    for block in stripped.parsed.blocks[max(0, story.headline - 2) : story.first + 2] if now else ():
        line = text[block.start : block.end]
        found = read_relative(line, words, context.language) if len(line) <= SHORT else None
        if found and now:
            at = now - timedelta(seconds=found.seconds)
            precision = {60: "minute", 3600: "hour"}.get(found.unit, "day")
            sure = context.timezone is not None or day_at(at, "+14:00") == day_at(at, "-11:00")
            day = day_at(at, context.timezone)
            stamp = Stamp(day if sure else None, at if found.unit == 60 else None, None, precision, None, "text-timestamp", found.raw)
            field = "modified" if found.label == "updated" else "published"
            yield Candidate(field, stamp, "stamp.relative", block.start, None, None if sure else "zone-unknown", found.label)

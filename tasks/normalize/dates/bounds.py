"""What is provable of the day of publication where it is not known, and what is known besides a day."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.grammar import tokenise, weekday_of
from tasks.normalize.dates.known import known
from tasks.normalize.dates.lines import read_line
from tasks.normalize.dates.words import DateWords
from tasks.normalize.dates.zones import day_at
from tasks.records import Stamp, StrippedDocument

LEAD = 400  # characters of the first paragraph in which a weekday is the lead's
COARSE = frozenset(("month", "year"))
MONTH = re.compile(r"(\d{4})(?:-(\d\d))?$")


def caption_candidates(stripped: StrippedDocument, context: Context, words: DateWords) -> Iterator[Candidate]:
    """Days on which the photos were taken: the story is not older."""
    text = stripped.parsed.source_text
    lines = [(s.start, text[s.start : s.end]) for s in stripped.spans if s.kind in ("caption", "credit")]
    lines += [(None, caption.text) for caption in stripped.captions] if not lines else []  # type: ignore[misc]
    for start, line in lines:
        for reading in read_line(line, words, context.language):
            value = known(reading.moment, reading.raw, "caption", context, words)
            offset = None if start is None else start + reading.moment.start
            yield Candidate("published", value.stamp, "caption", offset, value.other, value.fault)


def bounds(published: Stamp, modified: Stamp, candidates: list[Candidate], context: Context) -> tuple[date | None, date | None]:
    """The first and the last day on which the story can have been published; None where nothing proves one."""
    if published.day:
        return published.day, published.day
    photos = [c.stamp.day for c in candidates if c.stamp.source == "caption" and c.stamp.day and not c.fault and not c.other]
    ends = [modified.day] if modified.day else []
    if context.fetched_at:
        ends.append(day_at(context.fetched_at, context.timezone or "+14:00"))
    first, last = max(photos, default=None), min(ends, default=None)
    if published.local and published.precision in COARSE and (match := MONTH.match(published.local)):
        low, high = _month(int(match[1]), int(match[2]) if match[2] else None)
        first, last = max(filter(None, (first, low))), min(filter(None, (last, high)))
    return (first, last) if not (first and last and first > last) else (None, last)


def _month(year: int, month: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def lead_weekday(stripped: StrippedDocument, context: Context, words: DateWords) -> Stamp | None:
    """The one weekday that the lead names, as a stamp of that precision; None where it names none or several."""
    text = stripped.parsed.source_text
    for paragraph in stripped.paragraphs[:2]:
        lead = text[paragraph.parts[0][0] : paragraph.parts[-1][1]][:LEAD]
        found = dict(_weekdays(lead, context.language, words))
        if found:
            return Stamp(precision="weekday", source="weekday", raw=next(iter(found.values()))) if len(found) == 1 else None
    return None


def _weekdays(lead: str, language: str | None, words: DateWords) -> Iterator[tuple[int, str]]:
    tokens = tokenise(lead, words)
    for index, kind in enumerate(tokens.kinds):
        start, end = tokens.spans[index]
        if kind == "W" and end - start > 3 and (number := weekday_of(tokens.text(index), words, language)) is not None:
            yield number, lead[start:end]

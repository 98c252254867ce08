"""Times told from the moment of reading: `3 hours ago`, `yesterday at 18:05`, `Thursday`, counted back from the fetch."""

import re
from datetime import UTC, date, datetime, timedelta

from tasks.normalize.dates.context import Context
from tasks.normalize.dates.known import Known
from tasks.normalize.dates.lines import Relative, read_relative, read_weekday
from tasks.normalize.dates.words import DateWords, fold
from tasks.normalize.dates.zones import day_at
from tasks.records import Stamp

PRECISIONS = {60: "minute", 3600: "hour"}
CLOCK = re.compile(r"(?<![\d:.])([01]?\d|2[0-3])[:h]([0-5]\d)(?![\d:])")


def told_from_now(line: str, source: str, context: Context, words: DateWords) -> tuple[Known, str | None] | None:
    """The value of such a line and its label; None where it is none, or nobody knows when it was read."""
    now = context.fetched_at
    if now is None:
        return None
    found = read_relative(line, words, context.language)
    if found:
        return _counted(found, now, source, context), found.label
    number = read_weekday(line, words, context.language)
    if number is None:
        return None
    day = latest_weekday(day_at(now, context.timezone), number)
    return Known(Stamp(day, precision="day", source=source, raw=line.strip()), fault=None if _sure(now, context) else "zone-unknown"), None


def _counted(found: Relative, now: datetime, source: str, context: Context) -> Known:
    at = now.astimezone(UTC) - timedelta(seconds=found.seconds)
    day, clock = day_at(at, context.timezone), CLOCK.search(fold(found.raw))
    fault = None if _sure(at, context) else "zone-unknown"
    if found.unit == 86400 and clock:
        local = f"{day.isoformat()}T{int(clock[1]):02d}:{clock[2]}"
        return Known(Stamp(day, None, local, "minute", None, source, found.raw), fault=fault)
    precision = PRECISIONS.get(found.unit, "day")
    return Known(Stamp(day, at if found.unit <= 3600 else None, None, precision, None, source, found.raw), fault=fault)


def _sure(at: datetime, context: Context) -> bool:
    """Whether the calendar day of an instant is known: the zone is, or it is the same day nearly everywhere."""
    return context.timezone is not None or day_at(at, "+09:00") == day_at(at, "-08:00")


def latest_weekday(today: date, number: int) -> date:
    """The last such day up to and including today."""
    return today - timedelta(days=(today.weekday() - number) % 7)

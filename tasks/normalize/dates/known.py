"""A moment of the grammar as a value: settled order, zone looked up, plausible or with the reason why not."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tasks.normalize.dates.calendars import LAST
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.grammar import Moment
from tasks.normalize.dates.words import DateWords
from tasks.normalize.dates.zones import day_at, instant, zone_name
from tasks.records import Stamp

PRINTED = frozenset(("text-timestamp", "dateline", "caption"))  # written for readers, so in the order of the country
FRESH = {"dateline": 31, "caption": 31}  # days before the fetch in which a date without a year is of that year; stamps: half a year
WEB = date(1991, 8, 6)  # no page is older; texts may be


@dataclass(frozen=True, slots=True)
class Known:
    """`stamp` holds what is known; `other` the second reading of day and month while it is undecided."""

    stamp: Stamp
    other: date | None = None
    fault: str | None = None


def known(moment: Moment, raw: str, source: str, context: Context, words: DateWords) -> Known:
    """The value of a moment. Nothing is guessed: without a zone there is no instant, without a year no day."""
    if moment.fault:
        return Known(Stamp(source=source, raw=raw), fault=moment.fault)
    day, other = settled(moment, context) if source in PRINTED else (moment.day, moment.other)
    if day is None:
        return _coarse(moment, raw, source, context)
    zone = zone_name(moment.zone, context.country, words)
    if moment.hour is None:
        return Known(Stamp(day=day, precision="day", source=source, raw=raw), other, implausible(day, context))
    minute, second = moment.minute or 0, moment.second or 0
    at = instant(day, moment.hour, minute, second, zone) if zone and not other else None
    parts = (("", moment.hour), (":", moment.minute), (":", moment.second))
    clock = "T" + "".join(f"{sign}{part:02d}" for sign, part in parts if part is not None)
    precision = "hour" if moment.minute is None else "minute" if moment.second is None else "second"
    stamp = Stamp(day=day, at=at, local=f"{day.isoformat()}{clock}", precision=precision, timezone=zone, source=source, raw=raw)
    return Known(stamp, other, implausible(day, context, at))


def settled(moment: Moment, context: Context) -> tuple[date | None, date | None]:
    """The day and, where the order of day and month stays open, the other reading."""
    if moment.other is None or context.month_first is None:
        return moment.day, moment.other
    return (moment.other if context.month_first else moment.day), None


def _coarse(moment: Moment, raw: str, source: str, context: Context) -> Known:
    if moment.year is not None:
        first = date(moment.year, moment.month or 1, 1)
        local, precision = (f"{first:%Y-%m}", "month") if moment.month else (f"{first:%Y}", "year")
        stamp = Stamp(local=local, precision=precision, source=source, raw=raw)
        return Known(stamp, fault=implausible(first, context))
    day = latest_past(moment, context.fetched_at)
    if day is None:
        return Known(Stamp(source=source, raw=raw), fault="no-year")
    fresh = context.fetched_at is not None and (context.fetched_at.date() - day).days <= FRESH.get(source, 180)
    return Known(Stamp(day=day, precision="day", source=source, raw=raw), fault=None if fresh else "year-unknown")


def latest_past(moment: Moment, now: datetime | None) -> date | None:
    """The last day before `now` with the month and day of a moment that has no year (and with its weekday, if it has one)."""
    if now is None or moment.month is None or moment.month_day is None:
        return None
    today = now.astimezone(UTC).date() + timedelta(days=1)
    for year in range(today.year, today.year - 8, -1):
        try:
            day = date(year, moment.month, moment.month_day)
        except ValueError:
            continue
        if day <= today and moment.weekday in (None, day.weekday()):
            return day
    return None


def implausible(day: date, context: Context, at: datetime | None = None) -> str | None:
    """Why a day cannot be that of publication: before the web, or after the page was fetched."""
    if day < WEB:
        return "before-the-web"
    if day.year > LAST:
        return "impossible"
    now = context.fetched_at
    if now and (at > now + timedelta(minutes=10) if at else day > day_at(now, context.timezone or "+14:00")):
        return "after-fetched-at"
    return None


def at_outlet(stamp: Stamp, context: Context) -> Stamp:
    """The stamp with its instant where the outlet's printed zone gives it, and with the calendar day at the outlet."""
    if stamp.at is None and stamp.timezone is None and context.display and stamp.local and stamp.precision in ("minute", "second", "hour"):
        local = datetime.fromisoformat(stamp.local if len(stamp.local) > 13 else f"{stamp.local}:00")
        at = instant(local.date(), local.hour, local.minute, local.second, context.display)
        return replace(stamp, at=at, timezone=context.display)
    return stamp

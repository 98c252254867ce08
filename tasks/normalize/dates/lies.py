"""Markup that writes the local clock and calls it UTC.

At least 4 of 154 outlets do. It shows where another statement of the page has the same minute and second in
another hour, so that one of the two is off by the zone, or where the printed clock is the one that the markup calls UTC
although the outlet is known to print its own zone.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.zones import instant, zone_info, zones_of

FAULT = "local-time-called-utc"
FARTHEST = timedelta(hours=14)


def unmask(candidates: list[Candidate], context: Context) -> list[Candidate]:
    """Fault the statements that are shown to lie; where the outlet's printed zone is known, they are set right instead."""
    stated = [c for c in candidates if c.stamp.at and not c.fault and c.stamp.precision == "second"]
    liars = {c.stamp.at for c in stated if _utc(c) and any(_exposes(other, c, context) for other in stated)}
    clocks = {c.stamp.local[:16] for c in candidates if _printed(c) and c.stamp.local}
    return [_judged(c, liars, clocks, context) if _utc(c) and not c.fault else c for c in candidates]


def _utc(candidate: Candidate) -> bool:
    return candidate.stamp.at is not None and candidate.stamp.timezone == "+00:00"


def _printed(candidate: Candidate) -> bool:
    stamp = candidate.stamp
    return stamp.at is None and not candidate.fault and stamp.precision in ("minute", "second") and candidate.rank > 0


def _exposes(other: Candidate, suspect: Candidate, context: Context) -> bool:
    """Whether another statement of the same field shows that the suspect is off by exactly the outlet's zone."""
    one, two = suspect.stamp.at, other.stamp.at
    if one is None or two is None or suspect.field != other.field or one == two or abs(one - two) > FARTHEST:
        return False
    if not _utc(other):
        return suspect.stamp.local == other.stamp.local
    return one - two in _offsets(two, context)


def _offsets(at: datetime, context: Context) -> set[timedelta | None]:
    zones = (context.timezone,) if context.timezone else zones_of(context.seat) if context.seat else ()
    return {at.astimezone(zone_info(zone)).utcoffset() for zone in zones} - {timedelta(0)}


def _judged(candidate: Candidate, liars: set[datetime | None], clocks: set[str], context: Context) -> Candidate:
    stamp = candidate.stamp
    if stamp.at is None or not stamp.local:
        return candidate
    told = _told_by_print(stamp.local, stamp.at, clocks, context)
    if stamp.at not in liars and not told:
        return candidate
    if context.display is None:
        return replace(candidate, fault=FAULT)
    local = datetime.fromisoformat(stamp.local)
    at = instant(local.date(), local.hour, local.minute, local.second, context.display)
    return replace(candidate, stamp=replace(stamp, at=at, timezone=context.display, day=local.date()))


def _told_by_print(local: str, at: datetime, clocks: set[str], context: Context) -> bool:
    """Whether the page prints that very clock, and the outlet is known to print a zone that is not UTC then."""
    if context.display is None or local[:16] not in clocks:
        return False
    return at.astimezone(zone_info(context.display)).utcoffset() != at.astimezone(UTC).utcoffset()

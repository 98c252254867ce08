"""The calendar day at the outlet where a page states its instants in UTC, and updates that pose as the publication."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.zones import day_at, day_in

PRINTED = frozenset(("text-timestamp", "date-element", "time-element", "url", "microdata"))
SURE = 70  # trust from which a printed day tells the calendar of the outlet
UPDATE = 8  # trust that a day loses where the page calls it the update and states an earlier publication


def localise(candidates: list[Candidate], context: Context) -> list[Candidate]:
    """Move the day of each UTC instant to the outlet's calendar: by the zone it prints, its seat, the day printed beside."""
    printed = {c.stamp.day for c in candidates if _prints(c)}
    if _prints_utc(candidates):
        return candidates
    return [_moved(c, printed, context) if _is_utc(c) else c for c in candidates]


def _prints_utc(candidates: list[Candidate]) -> bool:
    """Whether the page prints the very clock that its markup calls UTC: then the day that its readers see is that of the markup."""
    printed = [c for c in candidates if c.stamp.source == "text-timestamp" and c.rank > 0 and not c.fault]
    own = [c.stamp for c in printed if c.stamp.timezone in (None, "+00:00") and c.stamp.precision in ("minute", "second")]
    clocks = {stamp.local[:16] for stamp in own if stamp.local}
    return any(c.stamp.local[:16] in clocks for c in candidates if c.stamp.local and _is_utc(c) and c.stamp.source != "text-timestamp")


def _is_utc(candidate: Candidate) -> bool:
    return candidate.stamp.at is not None and candidate.stamp.timezone == "+00:00" and not candidate.other


def _prints(candidate: Candidate) -> bool:
    stamp = candidate.stamp
    return bool(not candidate.fault and stamp.day and stamp.source in PRINTED and candidate.rank >= SURE and not _is_utc(candidate))


def _moved(candidate: Candidate, printed: Iterable[date | None], context: Context) -> Candidate:
    at = candidate.stamp.at
    if at is None:
        return candidate
    zone = context.display or context.timezone
    day = day_at(at, zone) if zone else day_in(at, context.seat)
    if day is None:
        near = {d for d in printed if d in (day_at(at, "-11:00"), day_at(at, "+13:00"))}
        day = near.pop() if len(near) == 1 else None
    return replace(candidate, stamp=replace(candidate.stamp, day=day)) if day else candidate


def demote_updates(candidates: list[Candidate]) -> list[Candidate]:
    """Trust a publication less where the page states the same time as its update and an earlier day as its publication."""
    updates: set[object] = {mark for c in candidates if c.field == "modified" and not c.fault for mark in (c.stamp.at, c.stamp.day) if mark}
    earlier = [c for c in candidates if c.field == "published" and not c.fault and c.rank >= SURE and c.stamp.day]
    first = min(earlier, key=lambda c: (c.stamp.day, -c.rank), default=None)
    return [replace(c, rank=c.rank - UPDATE) if first and _poses(c, updates, first) else c for c in candidates]


def _poses(candidate: Candidate, updates: set[object], first: Candidate) -> bool:
    stamp = candidate.stamp
    same = stamp.at in updates if stamp.at else stamp.day in updates
    later = stamp.day and first.stamp.day and stamp.day > first.stamp.day
    return bool(candidate.field == "published" and same and later and stamp.source != "url" and candidate.rule != first.rule)

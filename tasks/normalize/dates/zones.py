"""Zones as printed, turned into instants; nothing is assumed that was not printed or looked up."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from tasks.normalize.dates.words import DateWords


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The IANA zones of a country (ISO 3166 alpha-2), empty where there are none."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == country)


def day_in(at: datetime, country: str | None) -> date | None:
    """The calendar day of an instant in a country, where all its zones agree on one; else None."""
    days = {day_at(at, zone) for zone in zones_of(country)} if country else set()
    return days.pop() if len(days) == 1 else None


@cache
def zone_info(name: str) -> tzinfo:
    """The zone of an IANA name or an offset such as `+05:30`. Raises ZoneInfoNotFoundError where there is none."""
    if name[0] in "+-":
        hours, minutes = name[1:].split(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-shift if name[0] == "-" else shift)
    return ZoneInfo(name)


def zone_name(printed: str | None, country: str | None, words: DateWords) -> str | None:
    """The IANA name or offset that a printed zone means in a country; None where it could mean several."""
    if printed is None or printed[0] in "+-":
        return printed
    entry = words.zones[printed]
    return entry.countries.get(country or "", entry.zone)


def instant(day: date, hour: int, minute: int, second: int, zone: str) -> datetime | None:
    """The UTC instant of a clock reading in a zone; None where the clock skips that hour or shows it twice."""
    info = zone_info(zone)
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=info)
    utc = local.astimezone(UTC)
    if utc.astimezone(info).replace(tzinfo=None) != local.replace(tzinfo=None) or local.replace(fold=1).utcoffset() != local.utcoffset():
        return None
    return utc


def day_at(at: datetime, zone: str | None) -> date:
    """The calendar day of an instant in a zone (UTC where it is unknown)."""
    return at.astimezone(zone_info(zone) if zone else UTC).date()

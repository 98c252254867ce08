"""Years of other calendars as Gregorian days; None where the day does not exist."""

from datetime import date, timedelta

FIRST, LAST = 1800, 2100  # years a date in print may have


def gregorian(year: int, month: int, day: int) -> date | None:
    """The day, also where the year is a Buddhist one; None where there is no such day or year."""
    year = year - 543 if 2400 <= year <= 2700 else year
    if not FIRST <= year <= LAST:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def jalali(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Solar Hijri one (years 1300 to 1500); leap years by the cycle of 33."""
    if not (1300 <= year <= 1500 and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        return None
    leaps = (1, 5, 9, 13, 17, 22, 26, 30)
    if month == 12 and day == 30 and year % 33 not in leaps:
        return None
    passed = sum(y % 33 in leaps for y in range(1300, year))
    days = (year - 1300) * 365 + passed + (month - 1) * 31 - max(0, month - 7) + day - 1
    return date(1921, 3, 21) + timedelta(days=days)

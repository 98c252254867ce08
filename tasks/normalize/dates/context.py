"""What is known around a date: where the outlet sits, how it writes, when the page was fetched."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from tasks.normalize.dates.grammar import base
from tasks.normalize.dates.words import DateWords
from tasks.normalize.facts import OutletFacts

GENERIC = frozenset(("ai", "am", "cc", "co", "fm", "gg", "io", "la", "ly", "me", "sh", "st", "to", "tv", "ws", "eu", "su"))


@dataclass(frozen=True, slots=True)
class Context:
    """`month_first` is None where the order of day and month is not known."""

    language: str | None = None
    country: str | None = None
    seat: str | None = None  # country by which an instant's day is told: the outlet's or the domain's, not the language tag's
    timezone: str | None = None  # seat of the outlet
    display: str | None = None  # zone it prints
    fetched_at: datetime | None = None
    month_first: bool | None = None


def context_of(language: str | None, outlet: OutletFacts | None, url: str | None, fetched: datetime | None, words: DateWords) -> Context:
    """Gather the context; the country falls back to the URL's own domain, then to the region of the language tag."""
    region = (language or "").split("-")[-1] if "-" in (language or "") else ""
    seat = (outlet and outlet.country) or country_of(url)
    country = seat or (region.upper() if len(region) == 2 else None)
    return Context(
        language=language or (outlet.language if outlet else None),
        country=country,
        seat=seat,
        timezone=(outlet.timezone or outlet.display_timezone) if outlet else None,
        display=outlet.display_timezone if outlet else None,
        fetched_at=fetched,
        month_first=month_first(language, country, words),
    )


def country_of(url: str | None) -> str | None:
    """The country whose top-level domain the URL has, unless all the world uses it."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return None
    top = host.rsplit(".", 1)[-1]
    if len(top) != 2 or top in GENERIC or not top.isalpha():
        return None
    return "GB" if top == "uk" else top.upper()


def month_first(language: str | None, country: str | None, words: DateWords) -> bool | None:
    """Whether 04/06 is 6 April: by country, else by language, else unknown."""
    order = words.order
    if country in order.month_first or (language or "").lower() in order.month_first_languages:
        return True
    if country in order.undecided:
        return None
    if country or (language and base(language) not in order.undecided_languages):
        return False
    return None

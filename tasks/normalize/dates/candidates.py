"""Every place that may hold a document's date, read into candidates; none is judged here but by the grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from tasks.normalize.dates.context import Context
from tasks.normalize.dates.known import implausible, known
from tasks.normalize.dates.lines import read_line
from tasks.normalize.dates.nearness import told_from_now
from tasks.normalize.dates.words import FOLDING, DateWords
from tasks.records import Clue, Given, ParsedDocument, Stamp

EPOCH = re.compile(r"\s*(\d{10})(?:\d{3})?(?:\.\d+)?\s*")
YEAR = re.compile(r"\s*((?:19|20)\d\d)\s*")
COMPACT = re.compile(r"\s*((?:19|20)\d\d)(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?\s*(?:Z|[+-]\d\d:?\d\d)?\s*")
URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/\-_.]?)([01]?\d)\2([0-3]?\d)(?!\d)")
URL_DAY_FIRST = re.compile(r"(?<![\d.])([0-3]?\d)([-_.])([01]?\d)\2(20\d\d)(?!\d)")
URL_MONTH = re.compile(r"/((?:19|20)\d\d)/([01]\d)/")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
URL_NAMED = re.compile(rf"/((?:19|20)\d\d)[/-]({'|'.join(MONTHS)})[a-z]*[/-](?:([0-3]?\d)(?=[/-]))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One statement of a date. `other` is the second reading of an open order; `fault` says why it cannot be used."""

    field: str  # published modified
    stamp: Stamp
    rule: str
    offset: int | None = None
    other: date | None = None
    fault: str | None = None
    label: str | None = None  # the word beside it says published or updated
    rank: float = 0.0  # how far it is trusted, higher is better


def given_candidates(given: tuple[Given, ...], context: Context, words: DateWords) -> Iterator[Candidate]:
    """Dates that came with the document in its bundle."""
    for item in given:
        if item.field in ("published", "modified"):
            for candidate in stated(item.value, item.field, "input", item.rule, None, context, words):
                yield replace(candidate, field=item.field)


def clue_candidates(clues: tuple[Clue, ...], context: Context, words: DateWords) -> Iterator[Candidate]:
    """Dates that the page states about itself in its markup."""
    seen: set[tuple[str, str, str]] = set()
    for clue in clues:
        key = (clue.field, clue.raw, clue.rule)
        if clue.field in ("published", "modified") and key not in seen:
            seen.add(key)
            yield from stated(clue.raw, clue.field, clue.source, clue.rule, clue.offset, context, words)


def stated(raw: str, field: str, source: str, rule: str, offset: int | None, context: Context, words: DateWords) -> Iterator[Candidate]:
    """The dates of a string that should hold one: machine formats first, else what the grammar finds in it."""
    if stamp := machine_stamp(raw, source):
        yield Candidate(field, stamp, rule, offset, fault=implausible(stamp.day, context, stamp.at) if stamp.day else None)
        return
    readings = read_line(raw[:200], words, context.language)
    if not readings and (found := told_from_now(raw, source, context, words)):
        value, label = found
        yield Candidate("modified" if label == "updated" else field, value.stamp, rule, offset, None, value.fault, label)
    for reading in readings:
        value = known(reading.moment, reading.raw, source, context, words)
        told = {"updated": "modified", "published": "published"}.get(reading.label or "", field)
        yield Candidate(told, value.stamp, rule, offset, value.other, value.fault, reading.label)


def machine_stamp(raw: str, source: str) -> Stamp | None:
    """Seconds or milliseconds since 1970, `20220414T1352`, a bare year; None for anything else."""
    if match := YEAR.fullmatch(raw.translate(FOLDING)):
        return Stamp(local=match[1], precision="year", source=source, raw=raw.strip())
    if match := EPOCH.fullmatch(raw):
        at = datetime.fromtimestamp(int(match[1]), UTC)
        return Stamp(at.date(), at, at.strftime("%Y-%m-%dT%H:%M:%S"), "second", "+00:00", source, raw.strip())
    if match := COMPACT.fullmatch(raw):
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
        local = f"{day.isoformat()}T{match[4]}:{match[5]}" if match[4] else None
        return Stamp(day, None, local, "minute" if local else "day", None, source, raw.strip())
    return None


def url_candidates(url: str | None, rule: str) -> Iterator[Candidate]:
    """The day, else the month, in the path of a URL."""
    path = (url or "").split("?", 1)[0].split("//", 1)[-1]
    path = path[path.find("/") :] if "/" in path else ""
    for match in URL_DAY.finditer(path):
        if (match[2] or len(match[3]) == len(match[4]) == 2) and (day := _day(match[1], match[3], match[4])):
            yield Candidate("published", Stamp(day, precision="day", source="url", raw=match[0]), rule)
    for match in URL_DAY_FIRST.finditer(path):
        if int(match[1]) > 12 and (day := _day(match[4], match[3], match[1])):
            yield Candidate("published", Stamp(day, precision="day", source="url", raw=match[0]), rule)
    for match in URL_NAMED.finditer(path):
        month = f"{MONTHS.index(match[2].lower()) + 1:02d}"
        if match[3] and (day := _day(match[1], month, match[3])):
            yield Candidate("published", Stamp(day, precision="day", source="url", raw=match[0].strip("/-")), rule)
    for match in URL_MONTH.finditer(path):
        if 1 <= int(match[2]) <= 12:
            known_month = Stamp(local=f"{match[1]}-{match[2]}", precision="month", source="url", raw=match[0].strip("/"))
            yield Candidate("published", known_month, rule)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def all_stated(parsed: ParsedDocument, context: Context, words: DateWords) -> list[Candidate]:
    """Candidates from the bundle, the markup and the URLs, in that order."""
    document = parsed.document
    found = [*given_candidates(document.given, context, words), *clue_candidates(parsed.clues, context, words)]
    urls = dict.fromkeys([(document.url or "", "url"), *((c.raw, c.rule) for c in parsed.clues if c.field == "url")])
    seen: set[str] = set()
    for url, rule in urls:
        if url and url not in seen:
            seen.add(url)
            for candidate in url_candidates(url, rule):
                day = candidate.stamp.day
                found.append(replace(candidate, fault=implausible(day, context)) if day else candidate)
    return found

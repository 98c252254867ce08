"""Lines that hold a date and nothing else, told by their words: every language that config/dates knows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tasks.settings import read_yaml
from tasks.strip.lines import Line
from tasks.strip.verdicts import Sheet, Verdict

TABLES = ("calendar", "marks", "words", "zones")
TOKEN = re.compile(r"[^\W\d_]+|\d+")
DIGIT = re.compile(r"\d")
LETTERS = re.compile(r"[^\W\d_]")
CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h時时시]\s?[0-5]\d(?!\d)")
ALONE = re.compile(r"(?:[01]\d|2[0-3])[:.][0-5]\d(?:\s?(?:h|uhr|hrs?|am|pm))?", re.IGNORECASE)  # the clock line of a live report
NUMERIC = re.compile(
    r"(?<!\d)(?:\d{4}\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2}))(?!\d)"
)
YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")
LONGEST_STAMP = 24.0  # words
STAMP = Verdict("timestamp", "stamp.words")


def strings(value: Any) -> Iterator[str]:
    """All strings of a nested structure, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@dataclass(frozen=True, slots=True)
class DateWords:
    """Words of date lines, in lower case: those that make one, and those of the reading time, which only stand beside a date."""

    words: frozenset[str]
    reading: frozenset[str]


@cache
def load_date_words(folder: Path) -> DateWords:
    """Every word that can stand in a date line: months, weekdays, zones, `updated`, `at`, `Uhr`, `years` …"""
    beside = read_yaml(folder / "debris" / "words.yml")["beside"]
    found: set[str] = set(beside["relative"])
    for table in TABLES:
        for text in strings(read_yaml(folder / "dates" / f"{table}.yml")):
            found.update(TOKEN.findall(text.casefold()))
    return DateWords(frozenset(found), frozenset(beside["reading"]))


def stamp_like(line: Line, dates: DateWords) -> bool:
    """Whether a line is a date or a time of day, with the words around one, and nothing else."""
    text = line.text
    if not DIGIT.search(text) or line.words > LONGEST_STAMP:
        return False
    tokens = TOKEN.findall(text.casefold())
    named = [token for token in tokens if LETTERS.match(token)]
    beside = {token for token in named if token not in dates.words}
    if not beside <= dates.reading:
        return False
    if ALONE.fullmatch(text):
        return True
    dated = bool(NUMERIC.search(text) or (YEAR.search(text) and named) or (CLOCK.search(text) and len(tokens) > 2))
    return dated or (bool(named) and not beside and any(len(token) > 2 for token in named) and len(tokens) >= 2 and has_day(tokens))


def has_day(tokens: list[str]) -> bool:
    """Whether a number that can be a day of the month stands among the words."""
    return any(token.isdigit() and 1 <= int(token) <= 31 for token in tokens)


def stamp_pass(sheet: Sheet, dates: DateWords) -> Mapping[int, Verdict]:
    """Date lines, wherever they stand: an article's own stamps, those of teasers, those of comments."""
    short = [line for line in sheet.lines if line.words <= LONGEST_STAMP and sheet.open(line.index)]
    return {line.index: STAMP for line in short if stamp_like(line, dates)}

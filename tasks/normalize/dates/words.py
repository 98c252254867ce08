"""The words that dates are made of: `config/dates` as lookup tables.

Every form is held as `fold` leaves text: lower case, digits ASCII, no dots, with and without accents.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tasks.settings import CONFIG, ConfigurationError, read_yaml

DIGITS = {n: str(unicodedata.digit(chr(n))) for n in range(0x80, 0x10000) if unicodedata.category(chr(n)) == "Nd"}
SAME = {
    "-": "\u2212\u2010\u2011\u2012\u2013\u2014\u2015\uff0d",
    " ": "\u00a0\u202f\u2009\u3000",
    ",": "\u060c\uff0c\u3001",
    ".": "\u066b\u06d4\uff0e",
    "/": "\uff0f",
    ":": "\uff1a",
    "(": "\uff08",
    ")": "\uff09",
    "'": "\u2019\u02bc",
    "i": "\u0130",
}
SIGNS = {ord(c): sign for sign, look in SAME.items() for c in look}
LETTERS = {0x064A: "ی", 0x0643: "ک"}  # Persian dates are typed on Arabic keyboards too
FOLDING = DIGITS | SIGNS | LETTERS


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Language(_Strict):
    """An entry of `words.yml`."""

    published: list[str] = []
    updated: list[str] = []
    today: list[str] = []
    yesterday: list[str] = []
    ago: list[str] = []
    minute: list[str] = []
    hour: list[str] = []
    day: list[str] = []
    week: list[str] = []
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    yes: dict[str, str] = {}
    no: list[str] = []


class Calendar(_Strict):
    """An entry of `calendar.yml`: twelve months from January, seven weekdays from Monday."""

    months: list[list[str]] = Field(min_length=12, max_length=12)
    weekdays: list[list[str]] = Field(min_length=7, max_length=7)
    am: list[str]
    pm: list[str]


class Marks(_Strict):
    """`marks.yml`."""

    glue: list[str]
    hour: list[str]
    minute: list[str]
    second: list[str]
    year: list[str]
    month: list[str]
    day: list[str]
    ordinal: list[str]
    am: list[str]
    pm: list[str]
    eras: dict[str, int]
    jalali: dict[str, int]


class Zone(_Strict):
    """An entry of `zones.yml`."""

    zone: str | None = None
    countries: dict[str, str] = {}


class Order(_Strict):
    """`order.yml`."""

    month_first: frozenset[str]
    undecided: frozenset[str]
    month_first_languages: frozenset[str]
    undecided_languages: frozenset[str]
    two_digit_year_first: frozenset[str]


@dataclass(frozen=True, slots=True)
class DateWords:
    """All of `config/dates`. Months and weekdays map a form to its number in each language that has it."""

    months: Mapping[str, Mapping[str, int]]
    weekdays: Mapping[str, Mapping[str, int]]
    kinds: Mapping[str, str]  # the letter that the grammar reads a word as
    pairs: frozenset[str]  # first words of names of two words
    afternoon: frozenset[str]
    units: Mapping[str, int]  # seconds
    relative: Mapping[str, str]  # today yesterday ago
    labels: Mapping[str, Literal["published", "updated"]]
    label_heads: Mapping[str, tuple[str, ...]]
    eras: Mapping[str, int]
    jalali: Mapping[str, int]
    zones: Mapping[str, Zone]
    order: Order
    languages: Mapping[str, Language]
    folder: Path  # the configuration they were read from
    token: re.Pattern[str]  # numbers, words, signs of folded text


def fold(text: str) -> str:
    """Text for lookups, the same length: lower case, ASCII digits and signs."""
    folded = text.translate(FOLDING).lower()
    return folded if len(folded) == len(text) else "".join(c.lower()[:1] for c in text.translate(FOLDING))


def forms(word: str) -> tuple[str, ...]:
    """The ways a word of the tables may stand in folded text: with and without accents, never with dots."""
    plain = fold(word).replace(".", "")
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if unicodedata.category(c) != "Mn") if plain.isascii() is False else plain
    latin = all(ord(c) < 0x590 for c in bare)
    return (plain, unicodedata.normalize("NFC", bare)) if latin and bare != plain else (plain,)


def _named(tables: Mapping[str, Iterable[tuple[str, int]]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for language, rows in tables.items():
        for word, number in rows:
            for form in forms(word):
                found.setdefault(form, {}).setdefault(language, number)
    return found


def _months(calendars: Mapping[str, Calendar], languages: Mapping[str, Language]) -> dict[str, dict[str, int]]:
    tables = {code: [(w, n) for n, row in enumerate(c.months, 1) for w in row] for code, c in calendars.items()}
    for code, language in languages.items():
        tables.setdefault(code, []).extend(language.months.items())
    return _named(tables)


def _weekdays(calendars: Mapping[str, Calendar], languages: Mapping[str, Language]) -> dict[str, dict[str, int]]:
    tables = {code: [(w, n) for n, row in enumerate(c.weekdays) for w in row] for code, c in calendars.items()}
    for code, language in languages.items():
        tables.setdefault(code, []).extend((w, n - 1) for w, n in language.weekdays.items())
    return _named(tables)


def _kinds(parts: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Which letter each word is read as; the first part that names a word wins."""
    kinds: dict[str, str] = {}
    for letter, words in parts:
        for word in words:
            for form in forms(word):
                kinds.setdefault(form, letter)
    return kinds


def _labels(languages: Mapping[str, Language]) -> dict[str, Literal["published", "updated"]]:
    found: dict[str, Literal["published", "updated"]] = {}
    for language in languages.values():
        found.update({fold(word): "updated" for word in language.updated})
        for word in language.published:
            found.setdefault(fold(word), "published")
    return found


def _heads(labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Labels by their first two letters, the longest first."""
    heads: dict[str, list[str]] = {}
    for label in sorted(labels, key=lambda word: (-len(word), word)):
        heads.setdefault(label[:2], []).append(label)
    return {head: tuple(words) for head, words in heads.items()}


def _units(languages: Mapping[str, Language]) -> dict[str, int]:
    sizes = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}
    return {form: size for e in languages.values() for unit, size in sizes.items() for word in getattr(e, unit) for form in forms(word)}


def _relative(languages: Mapping[str, Language]) -> dict[str, str]:
    names = ("ago", "yesterday", "today")
    return {fold(word): name for entry in languages.values() for name in names for word in getattr(entry, name)}


def _token(words: Iterable[str]) -> re.Pattern[str]:
    """Cuts folded text: ideographs stand alone unless the tables know the pair, abbreviations keep their inner dots."""
    pairs = sorted({w for w in words if len(w) > 1 and all(0x4E00 <= ord(c) < 0xA000 for c in w)})
    letter = r"[^\s\d!-/:-@\[-`{-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2010-\u206f\u3000-\u303f\u30fb\u4e00-\u9fff\uff5c]"
    return re.compile(rf"\d+|{'|'.join(pairs)}|[ap]\. ?m\b|{letter}{{1,4}}(?:\.{letter}{{1,4}})+|{letter}+|\S")


def _read(path: Path, kind: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@cache
def load_words(config: Path = CONFIG) -> DateWords:
    """Read `dates/` of a configuration folder. Raises ConfigurationError with one line for the first mistake."""
    folder = config / "dates"
    calendars: dict[str, Calendar] = _read(folder / "calendar.yml", dict[str, Calendar])
    languages: dict[str, Language] = _read(folder / "words.yml", dict[str, Language])
    zones: dict[str, Zone] = _read(folder / "zones.yml", dict[str, Zone])
    marks: Marks = _read(folder / "marks.yml", Marks)
    months, weekdays, labels = _months(calendars, languages), _weekdays(calendars, languages), _labels(languages)
    am = [w for c in calendars.values() for w in c.am] + marks.am
    pm = [w for c in calendars.values() for w in c.pm] + marks.pm
    cjk = [("Y", marks.year), ("O", marks.month), ("D", marks.day), ("i", marks.minute), ("s", marks.second), ("h", marks.hour)]
    parts = [("E", marks.eras), ("j", marks.jalali), *cjk, ("z", zones), ("m", months), ("W", weekdays)]
    kinds = _kinds([*parts, ("g", marks.glue), ("p", [*am, *pm]), ("o", marks.ordinal)])
    names = [*months, *weekdays, *kinds]
    return DateWords(
        months=months,
        weekdays=weekdays,
        kinds=kinds,
        pairs=frozenset(n.split(" ")[0] for n in names if " " in n),
        afternoon=frozenset(form for word in pm for form in forms(word)),
        units=_units(languages),
        relative=_relative(languages),
        labels=labels,
        label_heads=_heads(labels),
        folder=config,
        token=_token(kinds),
        eras=marks.eras,
        jalali=marks.jalali,
        zones=zones,
        order=_read(folder / "order.yml", Order),
        languages=languages,
    )

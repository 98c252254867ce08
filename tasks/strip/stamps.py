"""Lines that hold a date and nothing else, told by their words: every language that config/dates knows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tasks.settings import read_yaml
from tasks.strip.lines import Line
from tasks.strip.verdicts import Sheet, Verdict

EXAMPLES = {"yes", "no"}  # of config/dates/words.yml: lines, no words
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


@dataclass(frozen=True)
class DateWords:
    """What stands in date lines, in lower case: words that make one, labels of several words, and what only stands beside a date."""

    words: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    relative: frozenset[str]  # units that tell a date only where the line says `ago`
    ago: frozenset[tuple[str, ...]]
    reading: frozenset[str]

    @cached_property
    def longest(self) -> int:
        """Words of the longest phrase."""
        return max(map(len, self.phrases), default=0)


def tokens_of(text: str) -> tuple[str, ...]:
    """Words and numbers of a text, in lower case."""
    return tuple(TOKEN.findall(text.casefold()))


@cache
def load_date_words(folder: Path) -> DateWords:
    """Every word and label that can stand in a date line: months, weekdays, zones, `updated`, `at`, `Uhr`, `first published` …"""
    beside = read_yaml(folder / "debris" / "words.yml")["beside"]
    tables = {table: read_yaml(folder / "dates" / f"{table}.yml") for table in ("calendar", "marks", "words", "zones")}
    names = [*strings(list(tables["calendar"].values())), *strings(list(tables["marks"].values())), *tables["zones"]]
    labels = [
        tokens_of(text)
        for language in tables["words"].values()
        for key, listed in language.items()
        if key not in EXAMPLES
        for text in strings(listed)
    ]
    ago = frozenset(tokens_of(text) for language in tables["words"].values() for text in strings(language.get("ago", [])))
    singles = {label[0] for label in labels if len(label) == 1}
    return DateWords(
        words=frozenset(singles | {token for name in names for token in tokens_of(name)}),
        phrases=frozenset(label for label in labels if len(label) > 1),
        relative=frozenset(beside["relative"]),
        ago=ago,
        reading=frozenset(beside["reading"]),
    )


def unphrased(tokens: tuple[str, ...], dates: DateWords) -> list[str]:
    """The tokens of a line that are part of no label of several words; the longest label at a place counts."""
    left, at = [], 0
    while at < len(tokens):
        sizes = range(min(dates.longest, len(tokens) - at), 1, -1)
        size = next((size for size in sizes if tokens[at : at + size] in dates.phrases), 0)
        if not size:
            left.append(tokens[at])
        at += size or 1
    return left


def says_ago(tokens: tuple[str, ...], dates: DateWords) -> bool:
    """Whether a word of `ago` stands in a line."""
    return any(tokens[at : at + len(ago)] == ago for ago in dates.ago for at in range(len(tokens) - len(ago) + 1))


def foreign(tokens: tuple[str, ...], dates: DateWords) -> set[str]:
    """The words of a line that tell no date."""
    unknown = {token for token in unphrased(tokens, dates) if LETTERS.match(token) and token not in dates.words}
    return unknown - dates.relative if unknown & dates.relative and says_ago(tokens, dates) else unknown


def stamp_like(line: Line, dates: DateWords) -> bool:
    """Whether a line is a date or a time of day, with the words around one, and nothing else."""
    text = line.text
    if not DIGIT.search(text) or line.words > LONGEST_STAMP:
        return False
    tokens = tokens_of(text)
    named = [token for token in tokens if LETTERS.match(token)]
    beside = foreign(tokens, dates)
    if not beside <= dates.reading:
        return False
    if ALONE.fullmatch(text):
        return True
    dated = bool(NUMERIC.search(text) or (YEAR.search(text) and named) or (CLOCK.search(text) and len(tokens) > 2))
    return dated or (bool(named) and not beside and any(len(token) > 2 for token in named) and len(tokens) >= 2 and has_day(tokens))


def has_day(tokens: tuple[str, ...]) -> bool:
    """Whether a number that can be a day of the month stands among the words."""
    return any(token.isdigit() and 1 <= int(token) <= 31 for token in tokens)


def stamp_pass(sheet: Sheet, dates: DateWords) -> Mapping[int, Verdict]:
    """Date lines, wherever they stand: an article's own stamps, those of teasers, those of comments."""
    short = [line for line in sheet.lines if line.words <= LONGEST_STAMP and sheet.open(line.index)]
    return {line.index: STAMP for line in short if stamp_like(line, dates)}

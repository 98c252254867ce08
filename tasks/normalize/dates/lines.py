"""All that a line says of times: dates with their clock, the words that label them, weekdays and "3 hours ago"."""

from dataclasses import dataclass

from tasks.normalize.dates.clock import with_time
from tasks.normalize.dates.grammar import Moment, Tokens, find_moments, tokenise, weekday_of
from tasks.normalize.dates.words import DateWords, fold

LABEL_REACH = 48  # characters between a label and its date


@dataclass(frozen=True, slots=True)
class Reading:
    """A moment of a line, its text, and whether the line calls it `published` or `updated` (None: neither)."""

    moment: Moment
    raw: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Relative:
    """A time told from now: seconds back, exact to `unit` seconds; 86400 back with unit 86400 is yesterday."""

    seconds: int
    unit: int
    raw: str
    label: str | None = None


def read_line(line: str, words: DateWords, language: str | None) -> list[Reading]:
    """All dates of a line from left to right, faulty ones included (`moment.fault`)."""
    if not any(map(str.isdigit, line)):
        return []
    tokens = tokenise(line, words)
    readings: list[Reading] = []
    passed = 0
    for moment, first, last in find_moments(tokens, words, language):
        timed = moment if moment.fault else with_time(moment, tokens, first, last, words)
        label = label_before(tokens.line, passed, timed.start, words)
        readings.append(Reading(timed, line[timed.start : timed.end].strip(), label))
        passed = timed.end
    return _with_trailing_label(readings, tokens.line, words)


def _with_trailing_label(readings: list[Reading], line: str, words: DateWords) -> list[Reading]:
    """`14 May 2020 (updated)`, `2020-05-14 更新`: a label that stands behind the only date of a short line."""
    if len(readings) != 1 or readings[0].label or len(line) > 60:
        return readings
    rest = line[readings[0].moment.end :].strip(" ()[]|,-:")
    label = words.labels.get(rest)
    return [Reading(readings[0].moment, readings[0].raw, label)] if label else readings


def label_before(line: str, start: int, end: int, words: DateWords) -> str | None:
    """The last label that stands in `line[start:end]`, close to its end; whole words, but in scripts without spaces."""
    begin = max(start, end - LABEL_REACH)
    found, reach = None, -1
    for index in range(begin, end):
        if index < reach or (index and _joins(line[index - 1], line[index])):
            continue
        for label in words.label_heads.get(line[index : index + 2], ()):
            stop = index + len(label)
            if stop <= end and line.startswith(label, index) and not _joins(label[-1], line[stop : stop + 1]):
                found, reach = words.labels[label], stop
                break
    return found


def _joins(left: str, right: str) -> bool:
    """Whether two neighbours are inside one word."""
    return left.isalpha() and right.isalpha() and ord(left) < 0x2E80


def read_relative(line: str, words: DateWords, language: str | None) -> Relative | None:
    """`3 hours ago`, `vor 2 Tagen`, `yesterday`: a short line that holds such a time and little else."""
    if len(line) > 60:
        return None
    if (day := _near_day(fold(line), words)) is not None:
        return Relative(day * 86400, 86400, line.strip(), label_before(fold(line), 0, len(line), words))
    tokens = tokenise(line, words)
    label = label_before(tokens.line, 0, len(tokens.line), words)
    pieces = [tokens.text(i) for i in range(len(tokens.kinds))]
    numbers = [i for i, kind in enumerate(tokens.kinds) if kind == "n"]
    if len(numbers) == 1 and (unit := _unit(pieces, numbers[0], words)) and _says(tokens, "ago", words):
        return Relative(int(pieces[numbers[0]]) * unit, unit, line.strip(), label)
    return None


def _near_day(line: str, words: DateWords) -> int | None:
    """0 where a line begins with a word for today, 1 for yesterday."""
    head = line.strip(" ,.:|-()")
    for word, meaning in words.relative.items():
        if meaning != "ago" and head.startswith(word) and not _joins(word[-1], head[len(word) : len(word) + 1]):
            prose = any(len(piece) > 3 and piece.isalpha() for piece in head[len(word) :].split())
            return None if prose else {"today": 0, "yesterday": 1}[meaning]
    return None


def _unit(pieces: list[str], number: int, words: DateWords) -> int | None:
    following = pieces[number + 1 : number + 2]
    return words.units.get(following[0]) if following else None


def _says(tokens: Tokens, name: str, words: DateWords) -> bool:
    line = f" {tokens.line} "
    ways = [word for word, meaning in words.relative.items() if meaning == name]
    return any(f" {word} " in line or (not word.isascii() and line.rstrip().endswith(word)) for word in ways)


def read_weekday(line: str, words: DateWords, language: str | None) -> int | None:
    """The weekday that a short line consists of (`Thursday`, `Donnerstag, 13:05 Uhr`), 0 for Monday; else None."""
    tokens = tokenise(line, words)
    if len(tokens.kinds) > 8 or not set(tokens.kinds) <= set("Wg,.:nhp()|-"):
        return None
    found = [weekday_of(tokens.text(index), words, language) for index, kind in enumerate(tokens.kinds) if kind == "W"]
    named = [number for number in found if number is not None]
    return named[0] if len(named) == 1 else None

"""Finds dates in a line of any language, in time linear in the line.

The line is cut into numbers, words and signs; each becomes one letter for the part it plays (`n` a number of
one or two digits, `y` a year, `m` a month …), and shapes such as `nmy` are looked for in that short string.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from tasks.normalize.dates.calendars import gregorian, jalali
from tasks.normalize.dates.words import DateWords, fold

GLUE = r"[go'.,]{0,4}"
SHAPES = re.compile(
    rf"(?P<iso>y(?P<s1>[-/.])n(?P=s1)n(?![-/]?n[-/]))"
    rf"|(?P<numeric>n(?P<s2>[-/.])n(?P=s2)(?:y|n(?![:h])))"
    rf"|(?P<cjk>(?:[yn]Y|E[nx]Y)?nOnD)"
    rf"|(?P<viet>nOn{GLUE}y)"
    rf"|(?P<dmy>n(?:{GLUE}|[-/])[mj](?:{GLUE}y|[-/][yn]|'n|(?!{GLUE}n[.,o]{{0,2}}y)))"
    rf"|(?P<mdy>[mj]\.?g?n(?![:h])(?:o?[.,]{{0,2}}y|o?(?![-/]?n)))"
    rf"|(?P<ymd>y(?:[-/]|[goY'.,]{{0,4}})m(?:[-/]|{GLUE})n)"
    rf"|(?P<gada>y\.?gn\.?m(?!{GLUE}y))"
    rf"|(?P<month>m{GLUE}y|y{GLUE}m|yYnO)"
)
BEFORE_NUMERIC = re.compile(r"[nyxf][-/.]$")
RANGE_BEFORE = re.compile(r"(?<![:.h])n[o.]?-$")
WEEKDAY_BEFORE = re.compile(r"W[,.go(|]{0,3}$")
WEEKDAY_AFTER = re.compile(r"[,.go(D-]{0,2}W")
SIGNS = {"·": "|", "•": "|", "∙": "|", "/": "/", "–": "-", "»": "|", "@": "g", "，": ",", "~": "-"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """A folded line in pieces: where each stands, and one letter for each in `kinds`."""

    line: str
    kinds: str
    spans: tuple[tuple[int, int], ...]

    def text(self, index: int) -> str:
        """The folded piece."""
        start, end = self.spans[index]
        return self.line[start:end]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a line says of a time; offsets are in the line, `hour` and the rest are None where it does not say.

    `other` is the second reading where day and month could change places; `fault` says why the string is no usable
    date (`impossible` `range` `weekday-mismatch` `language`).
    """

    start: int
    end: int
    day: date | None = None
    other: date | None = None
    year: int | None = None
    month: int | None = None
    month_day: int | None = None  # where no year is printed
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    zone: str | None = None  # as printed: `et`, `+09:00`
    weekday: int | None = None  # 0 is Monday
    fault: str | None = None


def kind_of_number(digits: str) -> str:
    """The letter of a number: by how many digits it has, and whether it could be a year."""
    if len(digits) <= 2:
        return "n"
    if len(digits) == 4:
        return "y" if 1300 <= int(digits) <= 2700 else "f"
    return "x"


def tokenise(line: str, words: DateWords) -> Tokens:
    """Cut a line into pieces and name the part each plays."""
    folded = fold(line)
    kinds: list[str] = []
    spans: list[tuple[int, int]] = []
    previous = ""
    for match in words.token.finditer(folded):
        piece, span = match.group(), match.span()
        joined = f"{previous} {piece}" if previous in words.pairs else ""
        if joined and (kind := words.kinds.get(joined)) and span[0] == spans[-1][1] + 1:
            kinds[-1], spans[-1] = kind, (spans[-1][0], span[1])
        else:
            kinds.append(_kind(piece, words))
            spans.append(span)
        previous = piece
    return Tokens(folded, "".join(kinds), tuple(spans))


def _kind(piece: str, words: DateWords) -> str:
    if piece.isdecimal():
        return kind_of_number(piece)
    if len(piece) == 1 and not piece.isalpha():
        return SIGNS.get(piece, words.kinds.get(piece, piece))
    return words.kinds.get(piece) or words.kinds.get(piece.replace(".", "").replace(" ", ""), "w")


def find_moments(tokens: Tokens, words: DateWords, language: str | None) -> Iterator[tuple[Moment, int, int]]:
    """All dates of a line, from left to right, without their times, each with the pieces it takes (end exclusive).

    `language` is a BCP 47 tag or None.
    """
    for match in SHAPES.finditer(tokens.kinds):
        first, last = match.span()
        if not _attached(tokens, first, last, match.lastgroup or ""):
            moment = _read_shape(match, tokens, words, language)
            yield _with_weekday(moment, tokens, first, last, words, language), first, last


def _attached(tokens: Tokens, first: int, last: int, shape: str) -> bool:
    """Whether the numbers belong to something longer: a version, a telephone number, a word."""
    start, end = tokens.spans[first][0], tokens.spans[last - 1][1]
    before, after = tokens.line[max(0, start - 1) : start], tokens.line[end : end + 1]
    if before and ((before.isascii() and before.isdigit()) or before in "$€£_#"):
        return True
    if before.isascii() and before.isalpha() and not tokens.line[max(0, start - 2) : max(0, start - 1)].isalpha():
        return True  # `v1.2.2022`; a word that runs into its date (`am09.02.2022`) is markup gone wrong
    if _is_numeric(tokens.kinds, first, last):
        return bool(BEFORE_NUMERIC.search(tokens.kinds[max(0, first - 2) : first]) and before in "-/.") or after in ("%", "_")
    return False


def _is_numeric(kinds: str, first: int, last: int) -> bool:
    return not any(letter in kinds[first:last] for letter in "mjOYE")


def _read_shape(match: re.Match[str], tokens: Tokens, words: DateWords, language: str | None) -> Moment:
    first, last = match.span()
    empty = Moment(tokens.spans[first][0], tokens.spans[last - 1][1])
    indices = [i for i in range(first, last) if tokens.kinds[i] in "nyxfmjE"]
    values = [(tokens.kinds[i], tokens.text(i)) for i in indices]
    if RANGE_BEFORE.search(tokens.kinds[max(0, first - 4) : first]) and not _is_numeric(tokens.kinds, first, last):
        return replace(empty, fault="range")
    if match["numeric"] and len(values[2][1]) == 1:
        return replace(empty, fault="short-year")
    if match["numeric"]:
        return _numeric(empty, [int(text) for _, text in values], match["s2"], language, words)
    if match["iso"]:
        year, month, day = (int(text) for _, text in values)
        return _named(empty, year, month, day, solar=False)
    return _worded(empty, match, values, words, language)


def _numeric(empty: Moment, numbers: list[int], sign: str, language: str | None, words: DateWords) -> Moment:
    """Three numbers, the year last (or first, where two digits of it are printed in the far east)."""
    first, second, year = numbers
    if year < 100 and base(language) in words.order.two_digit_year_first:
        return _named(empty, 2000 + first, second, year, solar=False)
    year = year + 2000 if year < 70 else year + 1900 if year < 100 else year
    day_first, month_first = gregorian(year, second, first), gregorian(year, first, second)
    if not day_first and not month_first:
        return replace(empty, fault="impossible")
    if sign == "." or not month_first or day_first == month_first:
        return replace(empty, day=day_first or month_first)
    return replace(empty, day=day_first or month_first, other=month_first if day_first else None)


def _worded(empty: Moment, match: re.Match[str], values: list[tuple[str, str]], words: DateWords, language: str | None) -> Moment:
    """Shapes with a name of a month, or with the signs of year, month and day."""
    numbers = [int(text) for kind, text in values if kind in "nyxf"]
    name = next((text for kind, text in values if kind in "mj"), None)
    solar = any(kind == "j" for kind, _ in values)
    month = (words.jalali.get(name) if solar else month_of(name, words, language)) if name else None
    if name and not month:
        return replace(empty, fault="language")
    if match["cjk"]:
        era = next((words.eras[text] for kind, text in values if kind == "E"), 0)
        return _cjk(empty, numbers, era)
    if match["viet"]:
        return _named(empty, numbers[2], numbers[1], numbers[0], solar=False)
    if match["month"]:
        year, month = (numbers[0], month) if month else (numbers[0], numbers[1])
        known = gregorian(year, month, 1)
        return replace(empty, year=known.year, month=known.month) if known else replace(empty, fault="impossible")
    return _day_and_year(empty, numbers, month or 0, solar, year_first=bool(match["ymd"] or match["gada"]))


def _day_and_year(empty: Moment, numbers: list[int], month: int, solar: bool, year_first: bool) -> Moment:
    day, year = (numbers[0], numbers[1] if len(numbers) > 1 else None) if not year_first else (numbers[1], numbers[0])
    if year is None:
        possible = gregorian(2020, month, day) and not solar
        return replace(empty, month=month, month_day=day) if possible else replace(empty, fault="impossible")
    return _named(empty, 2000 + year if year < 100 else year, month, day, solar)


def _cjk(empty: Moment, numbers: list[int], era: int) -> Moment:
    if len(numbers) == 2:
        known = gregorian(2020, numbers[0], numbers[1])
        return replace(empty, month=numbers[0], month_day=numbers[1]) if known else replace(empty, fault="impossible")
    year = numbers[0] + era
    return _named(empty, year if year > 100 else 2000 + year, numbers[1], numbers[2], solar=False)


def _named(empty: Moment, year: int, month: int, day: int, solar: bool) -> Moment:
    """A moment of a known order; a year from 1300 to 1500 is one of the Solar Hijri calendar."""
    known = jalali(year, month, day) if solar or 1300 <= year <= 1500 else gregorian(year, month, day)
    return replace(empty, day=known) if known else replace(empty, fault="impossible")


def base(language: str | None) -> str:
    """The primary subtag of a language tag, in lower case; empty where unknown."""
    return (language or "").split("-")[0].lower()


def month_of(name: str, words: DateWords, language: str | None) -> int | None:
    """The number of a month's name in the language, or where all languages that have the name agree."""
    table = words.months.get(name) or words.months.get(name.replace(".", "")) or {}
    code = {"no": "nb", "tl": "fil", "iw": "he", "in": "id"}.get(base(language), base(language))
    if code in table:
        return table[code]
    if code and len(name) <= 3 and "en" not in table:
        return None  # an abbreviation of another language is a word of this one: `Pro 2`
    numbers = set(table.values())
    return numbers.pop() if len(numbers) == 1 else None


def weekday_of(name: str, words: DateWords, language: str | None) -> int | None:
    """The number of a weekday's name, likewise; abbreviations count only in their own language (`on` is a Norse Wednesday)."""
    table = words.weekdays.get(name) or words.weekdays.get(name.replace(".", "")) or {}
    code = {"no": "nb"}.get(base(language), base(language))
    if code in table:
        return table[code]
    if len(name) <= (3 if code else 2):
        return None
    numbers = set(table.values())
    return numbers.pop() if len(numbers) == 1 else None


def _with_weekday(moment: Moment, tokens: Tokens, first: int, last: int, words: DateWords, language: str | None) -> Moment:
    """Take in the weekday beside a date; it decides between two readings, or shows that something is wrong."""
    if moment.fault:
        return moment
    before = WEEKDAY_BEFORE.search(tokens.kinds[max(0, first - 4) : first])
    after = WEEKDAY_AFTER.match(tokens.kinds, last)
    index = max(0, first - 4) + before.start() if before else after.end() - 1 if after else None
    weekday = None if index is None else weekday_of(tokens.text(index), words, language)
    if weekday is None:
        return moment
    start = tokens.spans[index][0] if before and index is not None else moment.start
    return _checked(replace(moment, weekday=weekday, start=start))


def _checked(moment: Moment) -> Moment:
    fitting = [d for d in (moment.day, moment.other) if d and d.weekday() == moment.weekday]
    if not moment.day or len(fitting) == 2:
        return moment
    return replace(moment, day=fitting[0], other=None) if fitting else replace(moment, fault="weekday-mismatch")

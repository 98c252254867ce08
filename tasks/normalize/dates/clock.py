"""The time of day and the zone printed beside a date."""

import re
from dataclasses import replace

from tasks.normalize.dates.grammar import Moment, Tokens
from tasks.normalize.dates.words import DateWords

TIME = r"(?P<p1>p?)g?(?P<h>n)(?:[:.h](?P<m>n)(?:[:.is](?P<s>n)(?:[.,][nxfy])?)?i?s?[h.]{0,2}(?P<p2>p?)|h|(?P<p3>p))"
ZONE = r"(?P<zone>[,.(|]{0,2}(?:z?[-+](?:n:n|[fyn])|z))?"
AFTER = re.compile(rf"[-,go(|/'.:)W;]{{0,6}}?{TIME}{ZONE}")
BEFORE = re.compile(rf"{TIME}{ZONE}[-,go(|).W;]{{0,5}}$")
REACH = 16  # pieces a time before the date may take


def with_time(moment: Moment, tokens: Tokens, first: int, last: int, words: DateWords) -> Moment:
    """The moment with the time that follows it, else the one that ends where it starts. Indices are of its pieces."""
    after = AFTER.match(tokens.kinds, last)
    found = _read(after, tokens, 0, words, "y" in tokens.kinds[first:last]) if after else None
    if found is None:
        offset = max(0, first - REACH)
        before = BEFORE.search(tokens.kinds[offset:first])
        found = _read(before, tokens, offset, words) if before else None
    if found is None:
        return moment
    hour, minute, second, zone, start, end = found
    return replace(moment, hour=hour, minute=minute, second=second, zone=zone, start=min(start, moment.start), end=max(end, moment.end))


Found = tuple[int, int | None, int | None, str | None, int, int]


def _read(match: re.Match[str], tokens: Tokens, offset: int, words: DateWords, dated: bool = False) -> Found | None:
    """The parts of a time, or None where the numbers are no time; `dated`: it follows a date with its year."""
    at = {name: offset + match.start(name) for name in ("h", "m", "s", "p1", "p2", "p3", "zone") if match[name]}
    if "m" in at and tokens.text(at["m"] - 1) == "." and not (_dotted(match) or (dated and _closing(match, tokens))):
        return None
    hour, minute, second = (int(tokens.text(at[name])) if name in at else None for name in "hms")
    half = next((tokens.text(at[name]) for name in ("p1", "p2", "p3") if name in at), None)
    if "m" in at and (tokens.spans[at["m"]][1] - tokens.spans[at["m"]][0] != 2 and not _spelled(tokens, at["m"])):
        return None
    if hour is None or hour > 23 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    if half is not None:
        hour = _half(hour, half, words)
    last = offset + (match.start("zone") if match["zone"] else match.end()) - 1
    zone, end = _zone(tokens, at["zone"], offset + match.end("zone"), words) if "zone" in at else (None, None)
    return hour, minute, second, zone, tokens.spans[min(at["h"], at.get("p1", at["h"]))][0], end or tokens.spans[last][1]


def _dotted(match: re.Match[str]) -> bool:
    """Whether `13.52` is a time: a word says so before or after it (`klo 13.52`, `13.52 Uhr`)."""
    return any(letter in match[0] for letter in "ghpz")


def _closing(match: re.Match[str], tokens: Tokens) -> bool:
    """Whether `07.15` ends its line, or its part of it, in four digits: `Publicerad 2021-12-13 07.15`."""
    hour = tokens.spans[match.start("h")]
    return hour[1] - hour[0] == 2 and tokens.kinds[match.end() : match.end() + 1] in ("", "|", "(", ")")


def _spelled(tokens: Tokens, index: int) -> bool:
    return tokens.kinds[index + 1 : index + 2] == "i"  # `1時5分`: the minute needs no second digit


def _half(hour: int, half: str, words: DateWords) -> int:
    afternoon = half.replace(".", "").replace(" ", "") in words.afternoon
    if hour > 12:
        return hour
    return hour % 12 + (12 if afternoon else 0)


def _zone(tokens: Tokens, first: int, last: int, words: DateWords) -> tuple[str | None, int | None]:
    """The zone as printed: `+05:30` or a name of the table; None where a sign is no offset (`13:52 - 14.30`)."""
    kinds = tokens.kinds[first:last]
    sign = next((first + i for i, kind in enumerate(kinds) if kind in "+-"), None)
    name = next((tokens.text(first + i) for i, kind in enumerate(kinds) if kind == "z"), None)
    end = tokens.spans[last - 1][1]
    if sign is None:
        return (name, end) if name in words.zones else (None, None)
    offset = _offset(tokens, sign, last, named=name is not None)
    return (offset, end) if offset else (name, None)


def _offset(tokens: Tokens, sign: int, last: int, named: bool) -> str | None:
    digits = [tokens.text(i) for i in range(sign + 1, last) if tokens.kinds[i] in "nfy"]
    close = tokens.spans[sign][1] == tokens.spans[sign + 1][0]
    if len(digits) == 1 and len(digits[0]) == 4:
        digits = [digits[0][:2], digits[0][2:]]
    if not close or (len(digits) == 1 and not named) or int(digits[0]) > 14:
        return None
    return f"{tokens.text(sign)}{int(digits[0]):02d}:{int(digits[1]) if len(digits) > 1 else 0:02d}"

"""Dates of publication in the data that a page keeps for its own scripts, where it states none elsewhere."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tasks.records import Clue

_KEY = r"(?:date_?published|(?:publish(?:ed|ing)?|publication)_?(?:date|at|on|time|datetime))"
_DAY = r"(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_STATED = re.compile(rf"""\b{_KEY}\\{{0,3}}["']\s{{0,2}}:\s{{0,2}}\\{{0,3}}["']?({_DAY}|1\d{{9}}(?:\d{{3}})?)\b""", re.IGNORECASE)
_LETTERS = re.compile("ubli")
LEADS = tuple(len(lead) for lead in ("date_p", "datep", "p"))  # what stands before those letters in a key
MOST = 20  # values of a page that are looked at


def state_clues(tree: Any) -> Iterator[Clue]:
    """The first such date of the scripts, if no other of them names another day; JSON-LD is read elsewhere."""
    found: list[str] = []
    for script in tree.iter("script"):
        text = script.text or ""
        if "ubli" in text and "ld+json" not in script.get("type", "").lower():
            found += list(islice(_stated(text), MOST - len(found)))
    if len({_day(value) for value in found}) == 1:
        yield Clue("published", found[0], "script", "script.published")


def _stated(script: str) -> Iterator[str]:
    """The dates of publication in a script: looked for around the letters that all their keys share, which is much quicker."""
    for letters in _LETTERS.finditer(script):
        for lead in LEADS:
            if letters.start() >= lead and (match := _STATED.match(script, letters.start() - lead)):
                yield match[1]


def _day(value: str) -> str:
    return value[:10] if "-" in value else datetime.fromtimestamp(int(value[:10]), UTC).date().isoformat()

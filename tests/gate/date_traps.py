"""The date traps: strings with their truth, each as the date a bundle gives; right, abstained or wrong.

    .venv/bin/python tests/gate/date_traps.py ../shared/data/dates/traps.json

Strings are first read without a time of fetch; what cannot be told without one is read again as fetched on 16 April 2022.
Exit 1 below 60 right, or where one is wrong or false.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tasks.normalize.dates.decide import decide_dates
from tasks.normalize.dates.words import load_words
from tasks.records import Block, Given, ParsedDocument, RawDocument, Stamp, StrippedDocument

FETCHED = datetime(2022, 4, 16, 12, tzinfo=UTC)
ABSTAIN = ("AMBIG", "NONE")


def answer(text: str, language: str | None, fetched: datetime | None) -> str | None:
    """What is stated of the string as an ISO day, minute, month or year; None where nothing is."""
    raw = RawDocument("0" * 32, "i", "b", "m", None, "s", "text/plain", "utf-8", text, None, fetched, (Given("published", text, "row"),))
    stripped = StrippedDocument(ParsedDocument(raw, text, (Block(0, len(text)),)), (), ())
    dates = decide_dates(stripped, language, None, load_words())
    return shown(dates.published if dates.published.day or dates.published.local else dates.modified)


def shown(stamp: Stamp) -> str | None:
    """A stamp as the traps write it."""
    if stamp.local:
        return stamp.local.replace("T", " ")[:16]
    if stamp.at:
        return f"{stamp.at:%Y-%m-%d %H:%M}"
    return stamp.day.isoformat() if stamp.day else None


def main(path: Path) -> int:
    """Print the counts and each miss."""
    counts = {"right": 0, "abstained": 0, "wrong": 0, "false": 0}
    for trap in json.loads(path.read_text(encoding="utf-8")):
        text, language, truth = trap["text"], trap["lang"], trap["truth"]
        got = answer(text, language, None)
        if got is None and truth != "AMBIG":
            got = answer(text, language, FETCHED)
        if truth in ABSTAIN:
            verdict = "right" if got is None else "false"
        else:
            verdict = "right" if got == truth else "abstained" if got is None else "wrong"
        counts[verdict] += 1
        if verdict != "right":
            print(f"{verdict}: {text!r} is {truth}, not {got}", file=sys.stderr)
    print(json.dumps(counts))
    return 0 if counts["right"] >= 60 and not counts["wrong"] and not counts["false"] else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

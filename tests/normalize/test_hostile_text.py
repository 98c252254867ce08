"""Hostile text costs what other text costs: eight times as much of it takes about eight times as long, in every field at once."""

import time

import pytest

from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import Knowledge
from tasks.records import Clue
from tests.normalize.conftest import make_document

SIZE, FACTOR = 1000, 8
BOUND = 3.0  # times FACTOR: a quadratic pattern takes FACTOR squared
FLOOR = 0.3  # seconds below which nobody waits
KINDS = (
    "headline",
    "byline",
    "timestamp",
    "dateline",
    "caption",
    "credit",
    "body",
    "syndication",
    "copyright",
    "source",
    "author-bio",
    "donation",
)
FIELDS = ("headline", "alternative_headline", "author", "published", "modified", "outlet", "language", "url", "section", "keyword", "type")
# What patterns are made of, long and without the end that they wait for; and what a page may hold by mistake.
UNITS = (
    *("a", "A", "Ab ", "ab, ", "Ada Brook ", "a.b.", "A.", "1", "1.", "12:", "1-", "1/", "2021-", " ", "\u00a0", "-", "—", "(", ")", "[", "/"),
    *(",", ";", ":", ".", "…", "©", "© 2021 ", "“", "'", "’", "|", " | ", "@", "www.", "http://a.b/", "a@b", "&amp;", "é", "中", "中，", "я", "Я "),
    *("by ", "By Ada ", "and ", "von ", "BEIJING ", "BEIJING, ", "AP", "(AP", "(AP) ", "AFP/", "Reporting by ", "Copyright ", "follow ", "© a "),
    *("Join www.", "The ", "The Ledger has ", "published ", "May 1 ", "updated: ", "Photo: ", "记者", "电", "（", "编辑", "١", "ा", "\\"),
)  # fmt: skip


def seconds(knowledge: Knowledge, unit: str, size: int) -> float:
    """Processor time of the room for a document all of whose lines and clues are this unit, over and over."""
    text = unit * (size // len(unit)) + "!"
    lines = [(kind, "Tide mill turns") if kind == "body" else (kind, text) for kind in KINDS]
    clues = tuple(Clue(field, text, source, "meta[name=x]", 0) for field in FIELDS for source in ("meta", "byline-element"))
    document = make_document(
        *lines, ("body", text), ("copyright", text), clues=clues, media_type="text/html", url=f"https://a.example/{text}"
    )
    start = time.process_time()
    normalize_document(document, knowledge)
    return time.process_time() - start


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_text_takes_linear_time(knowledge: Knowledge, unit: str) -> None:
    tries = ((seconds(knowledge, unit, SIZE * FACTOR), seconds(knowledge, unit, SIZE)) for _ in range(3))  # a busy machine may slow one
    assert any(long < FLOOR or long < short * FACTOR * BOUND for long, short in tries)

"""The room's work grows with its input, not faster: documents made to lead its patterns astray."""

import time

import pytest

from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import Knowledge
from tasks.records import Clue
from tests.normalize.conftest import make_document

SMALL, FACTOR = 3_000, 4
MOST = 9.0  # times the small document's cost that one four times as long may cost; a square would be sixteen
SEEDS = (
    "a",
    "A ",
    "1 ",
    " ",
    ".",
    "-",
    "(",
    "|",
    "山",
    "Ab ",
    "By ",
    "by A",
    "12:",
    "12.12.",
    "a-",
    "Ab, ",
    "(A",
    " – ",
    "von A ",
    "a@",
    "May 1, ",
    "（記者",
)
FIELDS = (
    ("headline", "heading", "h1"),
    ("headline", "title-element", "title"),
    ("author", "json-ld", "NewsArticle.author.name"),
    ("author", "byline-element", ".byline"),
    ("published", "meta", "meta[name=date]"),
    ("outlet", "meta", "meta[property=og:site_name]"),
    ("url", "link-element", "link[rel=canonical]"),
)


def cost(knowledge: Knowledge, seed: str, size: int) -> float:
    """Processor seconds, the least of three, for a page whose lines and clues all are this text."""
    text = (seed * size)[:size]
    clues = [Clue(field, text[:1000], source, rule, 0) for field, source, rule in FIELDS]
    kinds = ("headline", "byline", "timestamp", "navigation", "body", "body", "credit", "copyright", "boilerplate")
    document = make_document(*((kind, text + "x") for kind in kinds), clues=clues, media_type="text/html", url="https://ledger.example/a")
    spent = []
    for _ in range(3):
        before = time.process_time()
        normalize_document(document, knowledge)
        spent.append(time.process_time() - before)
    return min(spent)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_room_grows_no_faster_than_its_input(knowledge: Knowledge, seed: str) -> None:
    cost(knowledge, seed, 100)  # caches
    assert cost(knowledge, seed, SMALL * FACTOR) < MOST * max(cost(knowledge, seed, SMALL), 0.002)

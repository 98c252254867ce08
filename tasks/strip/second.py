"""Other articles below the one that a page is about: many outlets go on with the next story where the reader scrolls on."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.records import Block
from tasks.strip.boxes import headline_at
from tasks.strip.containers import Column, Containers, containers_of
from tasks.strip.labels import labels
from tasks.strip.pictures import HEADINGS
from tasks.strip.source_text import Place

HELD = 500.0  # weight of the main content in the element `article` around the headline, at least, to be the article
FIRST = 1_000.0  # weight of the main content between the headline and a second one, at least
HEAD = 100.0  # weight of the main content that an article may have above its own headline
NEAR = 15  # blocks from a headline in which an article names its author or time
ENTRIES = 3  # articles behind the story, from which they may be entries of a live report, or a story told in parts
LINKED = 0.8  # share of a title that is a link, from which it leads elsewhere
SIGNED = frozenset(f"near:{name}" for name in ("author", "avatar", "byline", "date", "publish", "time"))

Mask = NDArray[np.bool_]


def other_articles(
    texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, main: Mask, lengths: Column
) -> Mask | None:
    """Which blocks stand in articles that follow the one which the page is about; None where nothing speaks for any.

    `main` says which blocks are main content, `lengths` are the blocks' weights, `title` is the page's headline.
    """
    headings = [index for index, block in enumerate(blocks) if block.tag == "h1"]
    if len(headings) < 2 and articles_in(places) < 2:
        return None
    first = headline_at(texts, [frozenset(text.lower().split()) for text in texts], blocks, title)
    if first < 0:
        return None
    told = np.concatenate([[0.0], np.cumsum(np.where(main, lengths, 0.0))])  # main content before each block
    around, found = containers_of(places), np.zeros(len(blocks), bool)
    ranges = [*elements_behind(around, first, told, blocks), *headed(around, headings, first, told, blocks)]
    for start, end in ranges:
        found[start:end] = True
    return found if ranges else None


def articles_in(places: Sequence[Place]) -> int:
    """How many elements `article` stand around blocks."""
    known: set[Place] = set()
    for place in places:
        at: Place | None = place
        while at is not None and at not in known:
            known.add(at)
            at = at.parent
    return sum(place.tag == "article" for place in known)


def elements_behind(around: Containers, headline: int, told: Column, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Elements `article` behind the one that holds the headline and a story: each is an article of its own.

    Where they are many, only those whose title is one of the first order or a link: the others may be entries of a live report.
    """
    spans = zip(around.places, around.firsts.tolist(), around.lasts.tolist(), strict=True)
    articles = [(start, end) for place, start, end in spans if place.tag == "article"]
    own = [(start, end) for start, end in articles if start <= headline < end and told[end] - told[start] >= HELD]
    behind = [(start, end) for start, end in articles if own and start >= own[-1][1]]
    outer = list(outer_of(behind))
    yield from outer if len(outer) < ENTRIES else (one for one in outer if leads_elsewhere(blocks[one[0] : one[1]]))


def outer_of(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The ranges that lie in no other; they nest, as elements do."""
    done = -1
    for start, end in sorted(ranges, key=lambda one: (one[0], -one[1])):
        if start >= done and start < end:
            yield start, end
            done = end


def leads_elsewhere(blocks: Sequence[Block]) -> bool:
    """Whether the title of these blocks, their first heading or line, is that of another page: of the first order, or a link."""
    title = next((block for block in blocks if block.tag in HEADINGS), blocks[0])
    return title.tag == "h1" or title.link_length >= LINKED * (title.end - title.start)


def headed(around: Containers, headings: Sequence[int], first: int, told: Column, blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """What has a heading of the first order behind a whole story, an author or time of its own, and an element without the headline."""
    for heading in (index for index in headings if index > first and told[index] - told[first] >= FIRST):
        start, end = outermost(around, heading, first)
        if told[heading] - told[start] <= HEAD and signed(blocks[start : min(heading + NEAR, end)]):
            yield start, end


def outermost(around: Containers, block: int, other: int) -> tuple[int, int]:
    """The blocks in the largest element that holds one block but not another."""
    number = int(around.own[block])
    while number and not around.firsts[around.parents[number]] <= other < around.lasts[around.parents[number]]:
        number = int(around.parents[number])
    return int(around.firsts[number]), int(around.lasts[number])


def signed(blocks: Sequence[Block]) -> bool:
    """Whether any of the blocks stands where pages print an author or a time."""
    return any(not SIGNED.isdisjoint(labels(block.path, block.tag)) for block in blocks)

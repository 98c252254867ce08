"""A second article below the first one: many outlets go on with the next story where the reader scrolls on."""

from collections.abc import Sequence

import numpy as np

from tasks.records import Block
from tasks.strip.boxes import headline_at
from tasks.strip.containers import Column, Containers, containers_of
from tasks.strip.labels import labels
from tasks.strip.source_text import Place

FIRST = 1_000.0  # weight of the main content between the headline and a second one, at least
HEAD = 100.0  # weight of the main content that an article may have above its own headline
NEAR = 15  # blocks from a headline in which an article names its author or time
SIGNED = frozenset(f"near:{name}" for name in ("author", "avatar", "byline", "date", "publish", "time"))


def second_article(
    texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, likely: Column, lengths: Column
) -> slice | None:
    """The blocks of an article that follows the one which the page is about; None where none does.

    It has a heading of the first order, which is not the page's, an element without the page's headline around it, its own author or
    time, and a whole story above it. `likely` says of each block how likely it is main content, `lengths` are the blocks' weights.
    """
    headings = [index for index, block in enumerate(blocks) if block.tag == "h1"]
    if len(headings) < 2:
        return None
    first = headline_at(texts, [frozenset(text.lower().split()) for text in texts], blocks, title)
    if first < 0:
        return None
    told = np.concatenate([[0.0], np.cumsum(np.where(likely >= 0.5, lengths, 0.0))])  # main content before each block
    around = containers_of(places)
    for heading in (index for index in headings if index > first and told[index] - told[first] >= FIRST):
        start, end = outermost(around, heading, first)
        if told[heading] - told[start] <= HEAD and signed(blocks[start : min(heading + NEAR, end)]):
            return slice(start, end)
    return None


def outermost(around: Containers, block: int, other: int) -> tuple[int, int]:
    """The blocks in the largest element that holds one block but not another."""
    number = int(around.own[block])
    while number and not around.firsts[around.parents[number]] <= other < around.lasts[around.parents[number]]:
        number = int(around.parents[number])
    return int(around.firsts[number]), int(around.lasts[number])


def signed(blocks: Sequence[Block]) -> bool:
    """Whether any of the blocks stands where pages print an author or a time."""
    return any(not SIGNED.isdisjoint(labels(block.path, block.tag)) for block in blocks)

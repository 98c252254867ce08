"""What stands around a block in its page: the boxes it lies in, the headline above it, what the page states as its own text."""

from collections.abc import Sequence

import numpy as np

from tasks.records import Block
from tasks.strip.source_text import Place
from tasks.strip.structure import Column, Columns

BOXES = 4  # elements above a block's own that are looked at
HEADED, HEADING = 0.3, 0.3  # how much a block resembles the title to be the printed headline; what an h1 has ahead
ABOVE, BELOW = 30, 60  # blocks from the headline that are told apart
UNHEADED = -31.0  # where no headline is printed
STATED = 400.0  # characters of the page that its JSON-LD states as its body, at least, to count as stating one


def surroundings(
    texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], lengths: Column, title: str, stated: Sequence[bool]
) -> Columns:
    """Named columns with one number for each block. `lengths` are the weights of the texts; `stated` says what JSON-LD holds."""
    count = len(texts)
    body = np.array(stated, float) if len(stated) else np.zeros(count)
    here = np.arange(count, dtype=float)
    headline = headline_at(texts, blocks, title)
    return boxes(texts, blocks, places, lengths) | {
        "titled": np.full(count, float(headline >= 0)),
        "below-title": np.clip(here - headline, -ABOVE, BELOW) if headline >= 0 else np.full(count, UNHEADED),
        "structured": body,
        "has-structured": np.full(count, float((body * lengths).sum() > STATED)),
        "depth": np.array([float(place.depth) for place in places]),
        "words": np.array([float(len(text.split())) for text in texts]),
        "where": here / max(1, count),
        "blocks": np.full(count, np.log1p(count)),
    }


def boxes(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], lengths: Column) -> Columns:
    """For the elements around each block, the nearest first: their share of link text, how many blocks and how much text they hold."""
    own: dict[Place, list[float]] = {}  # most places hold several blocks, so the way up is gone once for each place
    for text, block, place, length in zip(texts, blocks, places, lengths.tolist(), strict=True):
        _add(own, place, length, min(block.link_length, len(text)), 1)
    sums: dict[Place, list[float]] = {}
    for place, (length, linked, count) in own.items():
        above: Place | None = place
        while above is not None:
            _add(sums, above, length, linked, count)
            above = above.parent
    held, linked_part, parts = np.array(list(sums.values())).T
    told = dict(zip(sums, np.column_stack([linked_part / np.maximum(held, 1e-9), np.log1p(parts), np.log1p(held)]), strict=True))
    rows = {place: np.concatenate([told[box] for box in _above(place)]) for place in own}
    table = np.array([rows[place] for place in places]).T
    names = (f"box{up}-{name}" for up in range(BOXES) for name in ("links", "blocks", "text"))
    return dict(zip(names, table, strict=True))


def _add(sums: dict[Place, list[float]], place: Place, length: float, linked: float, count: float) -> None:
    found = sums.get(place)
    if found is None:
        sums[place] = [length, linked, count]
    else:
        found[0] += length
        found[1] += linked
        found[2] += count


def _above(place: Place) -> list[Place]:
    found = []
    for _ in range(BOXES):
        place = place.parent or place
        found.append(place)
    return found


def headline_at(texts: Sequence[str], blocks: Sequence[Block], title: str) -> int:
    """The block that prints the title, -1 where none does: the first one that shares most words with it, headings ahead."""
    words = frozenset(title.lower().split())
    best, at = HEADED, -1
    for index, (text, block) in enumerate(zip(texts, blocks, strict=True)):
        if len(text) > 4 * len(title) + 40:
            continue
        own = set(text.lower().split())
        alike = len(words & own) / max(1, len(words | own)) + (HEADING if block.tag == "h1" else 0.0)
        if alike > best + 1e-9:
            best, at = alike, index
    return at

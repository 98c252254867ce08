"""The place of each block in its page as numbers: containers, links, shape, neighbours.

Nothing here knows a language: a page's layout tells most of what is story and what is furniture.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from tasks.records import Block
from tasks.strip.containers import Column, Containers
from tasks.strip.labels import is_furniture
from tasks.strip.signs import CAPITAL, CELL, CJK, COPYRIGHT, DIGIT, MARK, QUOTE, SMALL, Signs

Columns = dict[str, Column]

LINKED = 0.34  # share of link text from which a block is no running text
LONG, CLOSED = 80, 40  # length from which a block is running text; the same if it ends like a sentence
STORY = 0.8  # share of the page's running text that the story's container holds
UP = 5  # containers above a block that are looked at
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDERS = frozenset(".!?…。！？؟।׃۔")
_CLOSERS = "\"'»”’)]】」』"


def weight(text: str) -> float:
    """The length of a text; a character of a script without spaces counts for what it says."""
    return float(len(text)) if text.isascii() else len(text) + 1.5 * len(_CJK.findall(text))


def weights_of(texts: Sequence[str], signs: Signs) -> Column:
    """The weights of all texts."""
    return np.array([float(len(text)) for text in texts]) + 1.5 * signs.counts(CJK)


def closed(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip().rstrip(_CLOSERS)[-1:] in _ENDERS


class Layout:
    """The containers of a page and how its running text is spread over them."""

    def __init__(self, texts: Sequence[str], blocks: Sequence[Block], around: Containers, lengths: Column) -> None:
        self.blocks, self.around, self.lengths = blocks, around, lengths
        sizes = np.array([max(1, len(text)) for text in texts])
        self.links = np.minimum(1.0, np.array([block.link_length for block in blocks]) / sizes)
        self.closed = np.array([closed(text) for text in texts], float)
        long = (self.lengths >= LONG) | ((self.lengths >= CLOSED) & (self.closed > 0))
        raw = np.where((self.links < LINKED) & long, self.lengths, 0.0)
        self.furniture = self._furniture(raw)
        running = np.where(self.furniture > 0, 0.0, raw)
        self.running = running if running.any() else raw
        self.total = max(1.0, float(self.running.sum()))
        self.sums = around.sums(self.running)

    def _furniture(self, raw: Column) -> Column:
        """Blocks below an element that names itself furniture, unless half of the page's running text is in it."""
        few = (self.around.sums(raw) < float(raw.sum()) / 2).tolist()
        return self.around.marked([at for at, place in enumerate(self.around.places) if few[at] and is_furniture(place.segment)])

    def inside(self) -> Column:
        """The story's container: the deepest element that holds most of the running text."""
        full = np.flatnonzero(self.sums >= STORY * self.total).tolist()
        return self.around.marked(sorted(full, key=lambda at: self.around.places[at].depth)[-1:])

    def shares(self) -> list[Column]:
        """How much of the running text the containers above each block hold, the nearest first."""
        return [self.sums[numbers] / self.total for numbers in self.around.above(UP)]

    def kin(self) -> Column:
        """How much of the running text stands in elements like a block's own."""
        groups: dict[str, float] = {}
        kinds = [_kind(block.path) for block in self.blocks]
        for kind, value in zip(kinds, self.running.tolist(), strict=True):
            groups[kind] = groups.get(kind, 0.0) + value
        return np.array([groups[kind] for kind in kinds]) / self.total


def _kind(path: str) -> str:
    return "/".join(path.rsplit("/", 4)[-4:])


def neighbours(names: Sequence[str], columns: Sequence[Column]) -> Columns:
    """What stands one and two blocks before and after, and around at a distance."""
    rows = np.array(columns)
    count = rows.shape[1]
    edge = np.zeros((len(rows), 2))
    padded = np.hstack([edge, rows, edge])
    total = np.hstack([edge[:, :1], np.cumsum(rows, axis=1)])
    here = np.arange(count)
    seen = {f"{by:+d}": padded[:, 2 + by : 2 + by + count] for by in (-2, -1, 1, 2)}
    for reach in (4, 10):
        low, high = np.maximum(here - reach, 0), np.minimum(here + reach + 1, count)
        seen[f"~{reach}"] = (total[:, high] - total[:, low]) / (2 * reach + 1)
    return {f"{name}{suffix}": found[row] for suffix, found in seen.items() for row, name in enumerate(names)}


def shapes(texts: Sequence[str], words: Sequence[frozenset[str]], heading: frozenset[str], signs: Signs) -> Columns:
    """What each block says by itself, whatever its language; `words` are those of its text, `heading` those of the title."""
    counts, (lengths, titled) = Counter(texts), signs.words()
    return {
        "marks": np.minimum(signs.counts(MARK), 8) / 8,
        "digits": signs.counts(DIGIT) / np.array([len(text) for text in texts]),
        "quote": np.minimum(signs.counts(QUOTE), 1.0),
        "lower": signs.lower(),
        "repeated": np.array([counts[text] > 1 for text in texts], float),
        "heading": np.array([_shared(heading, own) for own in words]) if heading else np.zeros(len(texts)),
        "colon": np.array([text.endswith((":", "：")) for text in texts], float),
        "ellipsis": np.array([text.endswith(("…", "...")) for text in texts], float),
        "copyright": np.minimum(signs.counts(COPYRIGHT), 1.0),
        "cells": np.minimum(signs.counts(CELL), 1.0),
        "upper": ((signs.counts(CAPITAL) > 0) & (signs.counts(SMALL) == 0)).astype(float),
        "title": titled / np.maximum(1, lengths),
        "words": lengths,
        "address": np.array(["@" in text or "http" in text or "www." in text for text in texts], float),
    }


def _shared(heading: frozenset[str], words: frozenset[str]) -> float:
    return 0.0 if heading.isdisjoint(words) else len(heading & words) / max(len(words), len(heading))


def features(
    texts: Sequence[str], words: Sequence[frozenset[str]], blocks: Sequence[Block], around: Containers, title: str, signs: Signs
) -> Columns:
    """Named columns with one number for each block; `title` is the page's own headline, empty where it has none."""
    layout = Layout(texts, blocks, around, weights_of(texts, signs))
    running = (layout.running > 0).astype(float)
    long = np.log1p(layout.lengths)
    columns = _standing(layout, running) | shapes(texts, words, frozenset(title.lower().split()), signs)
    columns |= {f"share{up}": share for up, share in enumerate(layout.shares())}
    columns |= {
        "furniture": layout.furniture,
        "links": layout.links,
        "linked": (layout.links > 0.6).astype(float),
        "closed": layout.closed,
        "long": long,
        "longer": long**2 / 8,
        "short": (layout.lengths < 25).astype(float),
        "running": running,
        "kin": layout.kin(),
        "hidden": np.array([block.hidden for block in blocks], float),
    }
    near = ("running", "links", "long", "furniture", "closed")
    return columns | neighbours(near, [columns[name] for name in near])


def _standing(layout: Layout, running: Column) -> Columns:
    """Where a block stands between the first and the last running text of the story's container."""
    count = len(running)
    inside = layout.inside()
    held = np.flatnonzero(running * inside)
    first, last = (int(held[0]), int(held[-1])) if len(held) else (0, count - 1)
    here = np.arange(count, dtype=float)
    return {
        "inside": inside,
        "before": (here < first).astype(float),
        "after": (here > last).astype(float),
        "before-by": np.clip((first - here) / 10, 0, 3),
        "after-by": np.clip((here - last) / 10, 0, 3),
        "through": np.clip((here - first) / max(1, last - first), 0, 1),
        "page-length": np.full(count, np.log1p(layout.total)),
        "page-paragraphs": np.full(count, np.log1p(len(held))),
    }

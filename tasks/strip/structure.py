"""The place of each block in its page as numbers: containers, links, shape, neighbours.

Nothing here knows a language: a page's layout tells most of what is story and what is furniture.
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.records import Block
from tasks.strip.labels import is_furniture
from tasks.strip.source_text import Place

Column = NDArray[np.float64]
Columns = dict[str, Column]

LINKED = 0.34  # share of link text from which a block is no running text
LONG, CLOSED = 80, 40  # length from which a block is running text; the same if it ends like a sentence
STORY = 0.8  # share of the page's running text that the story's container holds
UP = 5  # containers above a block that are looked at
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CLOSED = re.compile(r"[.!?…。！？؟।׃۔][\"'»”’)\]】」』]*\s*\Z")
_LOWER = re.compile(r"\W*[a-zà-öø-ÿа-яё]")
_DIGIT = re.compile(r"\d")
_MARK = re.compile(r"[,;:،，、؛]")
_QUOTE = re.compile(r"[\"“”„«»「」‘’]")


def weight(text: str) -> float:
    """The length of a text; a character of a script without spaces counts for what it says."""
    return float(len(text)) if text.isascii() else len(text) + 1.5 * len(_CJK.findall(text))


class Layout:
    """The containers of a page and how its running text is spread over them."""

    def __init__(self, texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place]) -> None:
        self.blocks, self.places = blocks, places
        self.lengths = np.array([weight(text) for text in texts])
        self.links = np.array([min(1.0, block.link_length / max(1, len(text))) for block, text in zip(blocks, texts, strict=True)])
        self.closed = np.array([float(_CLOSED.search(text) is not None) for text in texts])
        long = (self.lengths >= LONG) | ((self.lengths >= CLOSED) & (self.closed > 0))
        raw = np.where((self.links < LINKED) & long, self.lengths, 0.0)
        self.furniture = self._furniture(raw)
        running = np.where(self.furniture > 0, 0.0, raw)
        self.running = running if running.any() else raw
        self.total = max(1.0, float(self.running.sum()))
        self.sums = _sums(places, self.running)
        self.best = self._best()

    def _furniture(self, raw: Column) -> Column:
        """Blocks below an element that names itself furniture, unless half of the page's running text is in it."""
        sums, half = _sums(self.places, raw), float(raw.sum()) / 2
        known: dict[Place | None, float] = {None: 0.0}
        for place in self.places:
            for one in _unknown(place, known):
                named = is_furniture(one.segment) and sums.get(one, 0.0) < half
                known[one] = 1.0 if named else known[one.parent]
        return np.array([known[place] for place in self.places])

    def _best(self) -> Place | None:
        """The story's container: the deepest element that holds most of the running text."""
        full = [place for place, value in self.sums.items() if value >= STORY * self.total]
        return max(full, key=lambda place: place.depth, default=None)

    def inside(self) -> Column:
        known: dict[Place | None, float] = {None: 0.0}
        for place in self.places:
            for one in _unknown(place, known):
                known[one] = 1.0 if one is self.best else known[one.parent]
        return np.array([known[place] for place in self.places])

    def shares(self) -> list[Column]:
        """How much of the running text the containers above each block hold, the nearest first."""
        rows = {place: self._shares(place) for place in set(self.places)}
        return list(np.array([rows[place] for place in self.places]).T)

    def _shares(self, place: Place) -> list[float]:
        found = []
        for _ in range(UP):
            found.append(self.sums.get(place, 0.0) / self.total)
            place = place.parent or place
        return found

    def kin(self) -> Column:
        """How much of the running text stands in elements like a block's own."""
        groups: dict[str, float] = {}
        kinds = [_kind(block.path) for block in self.blocks]
        for kind, value in zip(kinds, self.running.tolist(), strict=True):
            groups[kind] = groups.get(kind, 0.0) + value
        return np.array([groups[kind] for kind in kinds]) / self.total


def _sums(places: Sequence[Place], weights: Column) -> dict[Place, float]:
    sums: dict[Place, float] = {}
    for place, value in zip(places, weights.tolist(), strict=True):
        above: Place | None = place if value else None
        while above is not None:
            sums[above] = sums.get(above, 0.0) + value
            above = above.parent
    return sums


def _unknown(place: Place | None, known: dict[Place | None, float]) -> list[Place]:
    """The elements from a place up that are not known yet, outermost first."""
    found = []
    while place is not None and place not in known:
        found.append(place)
        place = place.parent
    return found[::-1]


def _kind(path: str) -> str:
    return "/".join(path.rsplit("/", 4)[-4:])


def neighbours(name: str, column: Column) -> Columns:
    """What stands one and two blocks before and after, and around at a distance."""
    count = len(column)
    padded = np.concatenate([[0.0, 0.0], column, [0.0, 0.0]])
    total = np.concatenate([[0.0], np.cumsum(column)])
    here = np.arange(count)
    near = {f"{name}{by:+d}": padded[2 + by : 2 + by + count] for by in (-2, -1, 1, 2)}
    wide = {
        f"{name}~{reach}": (total[np.minimum(here + reach + 1, count)] - total[np.maximum(here - reach, 0)]) / (2 * reach + 1)
        for reach in (4, 10)
    }
    return near | wide


def _shape(text: str, heading: frozenset[str], count: int) -> tuple[float, ...]:
    length, words = len(text), text.split()
    distinct = {word.lower() for word in words}
    return (
        min(len(_MARK.findall(text)), 8) / 8,
        len(_DIGIT.findall(text)) / length,
        float(_QUOTE.search(text) is not None),
        float(_LOWER.match(text) is not None),
        float(count > 1),
        len(heading & distinct) / max(1, len(distinct), len(heading)) if heading else 0.0,
        float(text.endswith((":", "："))),
        float(text.endswith(("…", "..."))),
        float("©" in text),
        float("|" in text or "\t" in text),
        float(text.isupper()),
        sum(map(str.istitle, words)) / max(1, len(words)),
        float("@" in text or "http" in text or "www." in text),
    )


_SHAPES = "marks digits quote lower repeated heading colon ellipsis copyright cells upper title address"


def features(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str) -> Columns:
    """Named columns with one number for each block; `title` is the page's own headline, empty where it has none."""
    layout = Layout(texts, blocks, places)
    counts, heading = Counter(texts), frozenset(title.lower().split())
    shapes = np.array([_shape(text, heading, counts[text]) for text in texts]).T
    running = (layout.running > 0).astype(float)
    long = np.log1p(layout.lengths)
    columns = _standing(layout, running) | dict(zip(_SHAPES.split(), shapes, strict=True))
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
        "hidden": np.array([float(block.hidden) for block in blocks]),
    }
    for name in ("running", "links", "long", "furniture", "closed"):
        columns |= neighbours(name, columns[name])
    return columns


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

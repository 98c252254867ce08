"""The place of each block in its page as numbers: containers, links, classes, shape, neighbours.

Nothing here knows a language: a page's layout tells most of what is story and what is furniture.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tasks.records import Block
from tasks.strip.source_text import Place

Matrix = NDArray[np.float64]

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CLOSED = re.compile(r"[.!?…。！？؟।׃۔][\"'»”’)\]】」』]*\s*\Z")
_FURNITURE_TAGS = frozenset({"nav", "footer", "aside", "button", "form", "dialog", "menu"})
_TAGS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "div", "figcaption", "blockquote", "dd", "dt", "pre", "section", "summary", "article")
_INNER = ("a", "em", "i", "strong", "b", "span", "time", "small", "button", "label", "cite")
_ABOVE = ("article", "main", "nav", "footer", "header", "aside", "figure", "form", "ul", "ol", "table", "blockquote", "section", "button", "details")
WORDS = """
    article story post entry content body text main prose paragraph rich copy wysiwyg intro lead lede summary standfirst deck excerpt subtitle
    description headline title kicker caption credit image photo media video player gallery slide figure author byline bio avatar meta date time
    publish share social follow facebook twitter whatsapp copy-link print comment disqus reply respond related recommend read-more more also
    latest popular trending most next prev pagination teaser promo card list item feed widget sidebar aside rail right left column inline embed
    newsletter subscribe subscription signup login register paywall piano premium member donate support ad ads advert sponsor banner cookie consent gdpr privacy popup
    modal overlay notice alert footer header nav menu breadcrumb tag topic categor label keyword copyright legal source agency correction
    tool button icon hidden sr-only visually screen-reader skip quote pullquote factbox box info table live liveblog update timeline poll quiz
    search weather stock market rating score product shop price contact address
"""
_WORDS = tuple(WORDS.split())
_STEM = {word: index for index, word in enumerate(_WORDS)}
_NEAR = 3  # elements up from a block whose classes count as its own
_SPLIT = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SHORT = frozenset({"ad", "ads", "nav", "tag", "box", "bio", "list", "item", "live", "text", "time", "date", "more", "also", "next", "prev", "left", "right", "most", "copy", "lead", "deck", "main", "body", "post", "card", "feed", "rail", "info", "icon", "menu", "meta", "poll", "quiz", "shop", "skip", "tool"})
_FINDER = re.compile("|".join(rf"\b{re.escape(w)}s?\b" if w in _SHORT else re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)))
FURNITURE = frozenset(
    "share social comment disqus reply related recommend latest popular trending teaser promo sidebar rail newsletter subscribe subscription "
    "signup login register cookie consent gdpr popup modal footer nav menu breadcrumb advert ads sponsor".split()
)


@lru_cache(maxsize=20_000)
def _stems(segment: str) -> tuple[int, ...]:
    """Which of the known words stand in an element's classes."""
    _, _, labels = segment.partition(".") if "." in segment else segment.partition("#")
    spaced = labels.replace("_", "-").replace(".", "-").replace("#", "-")
    return tuple(sorted({_STEM[_known(found)] for found in _FINDER.findall(spaced)})) if labels else ()


def _known(found: str) -> str:
    return found if found in _STEM else found[:-1]


@lru_cache(maxsize=20_000)
def _is_furniture(segment: str, tag: str) -> bool:
    return tag in _FURNITURE_TAGS or any(_WORDS[index] in FURNITURE for index in _stems(segment))


def weight(text: str) -> float:
    """The length of a text, scripts without spaces and letters weighed by what a character says."""
    return len(text) + 1.5 * len(_CJK.findall(text)) if not text.isascii() else float(len(text))


class Layout:
    """The containers of a page and how its running text is spread over them."""

    def __init__(self, texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place]) -> None:
        self.chains = [_chain(place) for place in places]
        self.lengths = np.array([weight(text) for text in texts])
        spans = np.array([max(1, len(text)) for text in texts], float)
        self.links = np.array([block.link_length for block in blocks], float) / spans
        self.closed = np.array([_CLOSED.search(text) is not None for text in texts], float)
        raw = np.where((self.links < 0.34) & ((self.lengths >= 80) | ((self.lengths >= 40) & (self.closed > 0))), self.lengths, 0.0)
        self.furniture = self._furniture(raw)
        self.running = np.where(self.furniture, 0.0, raw)
        if not self.running.any():
            self.running = raw
        self.sums = self._sums(self.running)
        self.total = max(1.0, float(self.running.sum()))
        self.best = self._best()

    def _sums(self, weights: Matrix) -> dict[int, float]:
        sums: dict[int, float] = {}
        for chain, value in zip(self.chains, weights.tolist(), strict=True):
            if value:
                for place in chain:
                    sums[id(place)] = sums.get(id(place), 0.0) + value
        return sums

    def _furniture(self, raw: Matrix) -> NDArray[np.bool_]:
        """Blocks below an element that names itself furniture, unless half of the page's running text is in it."""
        sums, half = self._sums(raw), float(raw.sum()) / 2
        known: dict[int, bool] = {}
        return np.array([_below(chain, sums, half, known) for chain in self.chains], bool)

    def _best(self) -> int:
        """How deep the story's container lies: the smallest element with four fifths of the running text above it."""
        best, depth = None, 0
        for chain, value in zip(self.chains, self.running.tolist(), strict=True):
            if value:
                for place in chain:
                    if place.depth > depth and self.sums[id(place)] >= 0.8 * self.total:
                        best, depth = place, place.depth
        return id(best)

    def share(self, chain: Sequence[Place], up: int) -> float:
        place = chain[-1 - up] if len(chain) > up else chain[0]
        return self.sums.get(id(place), 0.0) / self.total


def _below(chain: Sequence[Place], sums: dict[int, float], half: float, known: dict[int, bool]) -> bool:
    verdict = False
    for place in chain:
        key = id(place)
        if key not in known:
            known[key] = verdict or (_is_furniture(place.segment, place.tag) and sums.get(key, 0.0) < half)
        verdict = known[key]
    return verdict


def _chain(place: Place | None) -> list[Place]:
    chain = []
    while place is not None:
        chain.append(place)
        place = place.parent
    chain.reverse()
    return chain


@lru_cache(maxsize=20_000)
def _labels(near: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    return tuple(sorted({index for segment, _ in near for index in _stems(segment)}))


def _place_features(chains: Sequence[Sequence[Place]]) -> Matrix:
    """For each block: its tag, the inline element that holds it all, the elements and classes above it, near and far."""
    width = len(_TAGS) + len(_INNER) + len(_ABOVE) + 2 * len(_WORDS)
    rows = np.zeros((len(chains), width))
    known: dict[int, list[int]] = {}
    for row, chain in zip(rows, chains, strict=True):
        place = chain[-1]
        if id(place) not in known:
            known[id(place)] = _columns(chain)
        row[known[id(place)]] = 1.0
    return rows


def _columns(chain: Sequence[Place]) -> list[int]:
    place, at = chain[-1], 0
    columns = [at + _TAGS.index(place.block)] if place.block in _TAGS else []
    at += len(_TAGS)
    columns += [at + _INNER.index(place.tag)] if place.tag in _INNER else []
    at += len(_INNER)
    above = {one.tag for one in chain}
    columns += [at + index for index, tag in enumerate(_ABOVE) if tag in above]
    at += len(_ABOVE)
    columns += [at + index for one in chain[-_NEAR:] for index in _stems(one.segment)]
    at += len(_WORDS)
    columns += [at + index for one in chain[2:-_NEAR] for index in _stems(one.segment)]
    return columns


def _shift(column: Matrix, by: int) -> Matrix:
    """A column moved by some blocks; zero where there is no such neighbour."""
    moved = np.zeros_like(column)
    if by > 0:
        moved[by:] = column[:-by]
    else:
        moved[:by] = column[-by:]
    return moved


def neighbours(column: Matrix) -> list[Matrix]:
    """What stands one and two blocks before and after, and around at a distance."""
    total = np.concatenate([[0.0], np.cumsum(column)])
    here = np.arange(len(column))
    wide = [(total[np.minimum(here + reach + 1, len(column))] - total[np.maximum(here - reach, 0)]) / (2 * reach + 1) for reach in (4, 10)]
    return [_shift(column, 1), _shift(column, 2), _shift(column, -1), _shift(column, -2), *wide]


_STARTS_LOWER = re.compile(r"\W*[a-zà-öø-ÿа-яё]")
_NUMBER = re.compile(r"\d+")
_MARKS = re.compile(r"[,;:،，、؛]")
_QUOTES = re.compile(r"[\"“”„«»「」‘’]")


def _shape_features(texts: Sequence[str], title: str) -> Matrix:
    """For each block what its characters look like, whatever its language."""
    counts = Counter(texts)
    heading = set(title.lower().split())
    rows = []
    for text in texts:
        length, words = len(text), text.lower().split()
        overlap = len(heading.intersection(words)) / max(1, len(set(words)), len(heading)) if heading else 0.0
        rows.append(
            (
                min(len(_MARKS.findall(text)), 8) / 8,
                min(sum(map(len, _NUMBER.findall(text))) / length, 1.0),
                1.0 if _QUOTES.search(text) else 0.0,
                1.0 if _STARTS_LOWER.match(text) else 0.0,
                1.0 if counts[text] > 1 else 0.0,
                overlap,
                1.0 if text.endswith((":", "：")) else 0.0,
                1.0 if text.endswith(("…", "...")) else 0.0,
                1.0 if "©" in text else 0.0,
                1.0 if "|" in text or "\t" in text else 0.0,
                1.0 if text.isupper() else 0.0,
                sum(map(str.istitle, text.split())) / max(1, len(words)),
                1.0 if "@" in text or "http" in text or "www." in text else 0.0,
            )
        )
    return np.array(rows, float)


def _run_features(layout: Layout) -> Matrix:
    """For each block: containers, links, length, and where it stands between the first and last running text."""
    count = len(layout.chains)
    inside = np.array([any(id(place) == layout.best for place in chain) for chain in layout.chains], float)
    held = np.flatnonzero((layout.running > 0) & (inside > 0))
    first, last = (held[0], held[-1]) if len(held) else (0, count - 1)
    here = np.arange(count, dtype=float)
    running = (layout.running > 0).astype(float)
    long, short = np.log1p(layout.lengths), layout.lengths < 25
    groups: dict[str, float] = {}
    paths = [_kind(chain) for chain in layout.chains]
    for path, value in zip(paths, layout.running.tolist(), strict=True):
        groups[path] = groups.get(path, 0.0) + value
    columns = [
        inside,
        (here < first).astype(float),
        (here > last).astype(float),
        np.clip((first - here) / 10, 0, 3),
        np.clip((here - last) / 10, 0, 3),
        np.clip((here - first) / max(1, last - first), 0, 1),
        np.full(count, np.log1p(layout.total)),
        np.full(count, np.log1p(len(held))),
        layout.furniture.astype(float),
        np.minimum(layout.links, 1.0),
        (layout.links > 0.6).astype(float),
        layout.closed,
        long,
        long**2 / 8,
        short.astype(float),
        running,
        np.array([groups[path] for path in paths]) / layout.total,
        *(np.array([layout.share(chain, up) for chain in layout.chains]) for up in range(5)),
        *neighbours(running),
        *neighbours(np.minimum(layout.links, 1.0)),
        *neighbours(long),
        *neighbours(layout.furniture.astype(float)),
        *neighbours(layout.closed),
    ]
    return np.column_stack(columns)


def _kind(chain: Sequence[Place]) -> str:
    return "/".join(place.segment for place in chain[-4:])


def features(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str) -> Matrix:
    """One row for each block, one column for each feature; `title` is the page's own headline, empty where it has none."""
    layout = Layout(texts, blocks, places)
    hidden = np.array([[block.hidden] for block in blocks], float)
    return np.hstack([_run_features(layout), hidden, _shape_features(texts, title), _place_features(layout.chains)])

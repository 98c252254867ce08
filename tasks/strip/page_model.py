"""How likely each block is main content: two logistic steps over the page's structure, their weights a small file.

The first step judges a block by itself, the second one by what the first said of the blocks around it and of those
in elements like its own. Nothing in it reads words, so it holds for any language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.records import Block
from tasks.settings import CONFIG, ConfigurationError, read_csv
from tasks.strip.labels import labels
from tasks.strip.source_text import Place
from tasks.strip.structure import Column, Columns, features, neighbours, weight

FILE = "page_model.csv"
EDGE = 1e-4  # keeps logits finite
GRAVE = 8  # words from which a block counts for where the story begins and ends
FULL = 30  # words beyond which a block weighs no more
LETTERS = 6  # characters of a word and its space


@dataclass(frozen=True)
class PageModel:
    """Weights by feature name, of both steps."""

    first: dict[str, float]
    second: dict[str, float]


@cache
def load_page_model(folder: Path = CONFIG) -> PageModel:
    """The weights in `page_model.csv` (columns step, feature, weight). Raises ConfigurationError where a weight is no number."""
    steps: dict[str, dict[str, float]] = {"1": {}, "2": {}}
    for number, row in enumerate(read_csv(folder / FILE), 2):
        try:
            steps[row["step"]][row["feature"]] = float(row["weight"])
        except (KeyError, ValueError):
            raise ConfigurationError(f"{folder / FILE}: line {number}: needs step 1 or 2, a feature and a number") from None
    return PageModel(steps["1"], steps["2"])


def likelihoods(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, model: PageModel) -> Column:
    """For each block how likely it is main content, 0 to 1."""
    if not blocks:
        return np.zeros(0)
    columns = features(texts, blocks, places, title)
    first = probability(_dot(columns, model.first) + _labelled(blocks, model.first))
    return probability(_dot(columns | around(blocks, texts, first), model.second) + _labelled(blocks, model.second))


def probability(logits: Column) -> Column:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -15, 15))), dtype=np.float64)


def logit(likely: Column) -> Column:
    return np.asarray(np.log((likely + EDGE) / (1 - likely + EDGE)), dtype=np.float64)


def _dot(columns: Columns, weights: dict[str, float]) -> Column:
    total = np.full(len(next(iter(columns.values()))), weights.get("bias", 0.0))
    for name, column in columns.items():
        if value := weights.get(name):
            total += value * column
    return total


def _labelled(blocks: Sequence[Block], weights: dict[str, float]) -> Column:
    known = {key: sum(weights.get(label, 0.0) for label in labels(*key)) for key in {(block.path, block.tag) for block in blocks}}
    return np.array([known[block.path, block.tag] for block in blocks])


def around(blocks: Sequence[Block], texts: Sequence[str], first: Column) -> Columns:
    """What the first step's answers say around each block, for the second step."""
    words = np.array([weight(text) / LETTERS for text in texts])
    capped = np.minimum(words, FULL)
    here = np.arange(len(first), dtype=float)
    grave = np.flatnonzero((first > 0.5) & (words >= GRAVE))
    begin, end = (grave[0], grave[-1]) if len(grave) else (0, len(first) - 1)
    before, after = (here < begin).astype(float), (here > end).astype(float)
    gap = np.where(before > 0, begin - here, np.where(after > 0, here - end, 0.0))
    heavy, loads = neighbours("heavy", first * capped), neighbours("heavy", capped)
    return {
        "logit": logit(first),
        "first": first,
        **neighbours("first", first),
        **{name: column / (loads[name] + 1) for name, column in heavy.items()},
        "kin-first": _kin(blocks, first, words),
        "before-story": before,
        "after-story": after,
        "gap": np.minimum(gap, 20) / 20,
        "far-gap": np.log1p(gap),
    }


def _kin(blocks: Sequence[Block], first: Column, words: Column) -> Column:
    """The mean answer for the blocks on the same path, by their words."""
    sums: dict[str, list[float]] = {}
    for block, likely, count in zip(blocks, first.tolist(), words.tolist(), strict=True):
        total = sums.setdefault(block.path, [0.0, 0.0])
        total[0] += likely * (count + 0.5)
        total[1] += count + 0.5
    return np.array([sums[block.path][0] / sums[block.path][1] for block in blocks])

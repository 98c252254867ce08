"""How likely each block is main content: boosted trees over the page's structure, their questions a readable table.

Nothing in it reads words, so it holds for any language.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from tasks.records import Block
from tasks.settings import CONFIG, ConfigurationError, read_csv
from tasks.strip.boxes import surroundings
from tasks.strip.labels import labels
from tasks.strip.source_text import Place
from tasks.strip.structure import Column, Columns, features, weight
from tasks.strip.trees import Forest, Tree, forest_of, tree_of

FILE = "page_model.csv"
EDGE = 1e-4  # keeps logits finite


@cache
def load_page_model(folder: Path = CONFIG) -> Forest:
    """The trees in `page_model.csv` (columns questions, leaves). Raises ConfigurationError where a row is no tree."""
    trees: list[Tree] = []
    for number, row in enumerate(read_csv(folder / FILE), 2):
        try:
            trees.append(tree_of(row["questions"], row["leaves"]))
        except (KeyError, ValueError) as error:
            raise ConfigurationError(f"{folder / FILE}: line {number}: it should hold questions and leaves: {error}") from None
    return forest_of(trees)


def likelihoods(
    texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, stated: Sequence[bool], model: Forest
) -> Column:
    """For each block how likely it is main content, 0 to 1. `stated` says for each whether the page's JSON-LD holds it as its body."""
    if not blocks:
        return np.zeros(0)
    return probability(model.logits(described(texts, blocks, places, title, stated) | labelled(blocks, set(model.names))))


def described(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, stated: Sequence[bool]) -> Columns:
    """All features of the blocks but for their labels."""
    lengths = np.array([weight(text) for text in texts])
    return features(texts, blocks, places, title) | surroundings(texts, blocks, places, lengths, title, stated)


def labelled(blocks: Sequence[Block], wanted: set[str]) -> Columns:
    """A column of zeros and ones for each of the labels that are wanted."""
    numbers: dict[tuple[str, str], int] = {}
    here = np.array([numbers.setdefault((block.path, block.tag), len(numbers)) for block in blocks])
    found: dict[str, Column] = {}
    for key, number in numbers.items():
        for label in labels(*key):
            if label in wanted:
                found.setdefault(label, np.zeros(len(numbers)))[number] = 1.0
    return {label: column[here] for label, column in found.items()}


def probability(logits: Column) -> Column:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -15, 15))), dtype=np.float64)


def logit(likely: Column) -> Column:
    return np.asarray(np.log((likely + EDGE) / (1 - likely + EDGE)), dtype=np.float64)

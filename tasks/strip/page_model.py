"""How likely each block is main content: boosted trees over the page's structure, their questions a readable table.

Nothing in it reads words, so it holds for any language.
"""

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from tasks.records import Block
from tasks.settings import CONFIG
from tasks.strip.boxes import surroundings
from tasks.strip.containers import Column, containers_of
from tasks.strip.labels import labels
from tasks.strip.signs import signs_of
from tasks.strip.source_text import Place
from tasks.strip.structure import Columns, features, weights_of
from tasks.strip.trees import Forest, load_forest

FILE = "page_model.csv"
EDGE = 1e-4  # keeps logits finite


@cache
def load_page_model(folder: Path = CONFIG) -> Forest:
    """The trees in `page_model.csv` (columns questions, leaves). Raises ConfigurationError where a row is no tree."""
    return load_forest(folder / FILE)


def likelihoods(
    texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, stated: Sequence[bool], model: Forest
) -> Column:
    """For each block how likely it is main content, 0 to 1. `stated` says for each whether the page's JSON-LD holds it as its body."""
    if not blocks:
        return np.zeros(0)
    return probability(model.logits(described(texts, blocks, places, title, stated) | labelled(blocks, set(model.names))))


def described(texts: Sequence[str], blocks: Sequence[Block], places: Sequence[Place], title: str, stated: Sequence[bool]) -> Columns:
    """All features of the blocks but for their labels."""
    signs, around, words = signs_of(texts), containers_of(places), [frozenset(text.lower().split()) for text in texts]
    columns = features(texts, words, blocks, around, title, signs)
    return columns | surroundings(texts, words, blocks, around, weights_of(texts, signs), title, stated)


def labelled(blocks: Sequence[Block], wanted: Collection[str]) -> Columns:
    """A column of zeros and ones for each of the labels that are wanted."""
    rows = {label: row for row, label in enumerate(wanted)}
    numbers: dict[tuple[str, str], int] = {}
    here = np.array([numbers.setdefault((block.path, block.tag), len(numbers)) for block in blocks], np.intp)
    hits = [(row, number) for key, number in numbers.items() for label in labels(*key) if (row := rows.get(label)) is not None]
    table = np.zeros((len(rows), len(numbers)), np.float32)
    if hits:
        at, number_of = np.array(hits).T
        table[at, number_of] = 1.0
    held = set(at.tolist()) if hits else set()
    return {label: table[row][here] for label, row in rows.items() if row in held}


def probability(logits: Column) -> Column:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -15, 15))), dtype=np.float64)


def logit(likely: Column) -> Column:
    return np.asarray(np.log((likely + EDGE) / (1 - likely + EDGE)), dtype=np.float64)

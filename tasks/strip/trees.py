"""Boosted trees as a table: each level of a tree asks one question, the answers together name a leaf, and leaves add up to a logit.

All trees are asked at once, in plain numpy: a question is a row of comparisons over all blocks of a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks.settings import ConfigurationError, read_csv

NOTHING = ("", float("inf"))  # the question of levels that a tree does not have
AT_ONCE = 128  # blocks that are asked at once: their answers stay near the processor
UNIT = 1_000_000  # leaves add up as whole numbers: the sum is the same whatever else is asked at once

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tree:
    """Questions (`feature > border`, the first one the lowest bit of the leaf's number) and the value of each leaf."""

    questions: tuple[tuple[str, float], ...]
    leaves: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees made ready: the different questions of all of them, and for each level and tree the question it asks."""

    names: tuple[str, ...]
    rows: NDArray[np.intp]  # for each question the row of its feature
    borders: NDArray[np.float32]  # for each question; nothing is above that of the one for levels that a tree does not have
    asked: NDArray[np.intp]  # levels x trees
    leaves: NDArray[np.int32]  # trees x leaves, in millionths

    def logits(self, columns: Mapping[str, NDArray[np.generic]]) -> Column:
        """The sum of the leaves for each block; a feature that is not among the columns is nought."""
        count = len(next(iter(columns.values())))
        table = np.zeros((max(1, len(self.names)), count), np.float32)
        for row, name in enumerate(self.names):
            if name in columns:
                table[row] = columns[name]
        parts = [self._added(table[:, start : start + AT_ONCE]) for start in range(0, count, AT_ONCE)]
        return np.asarray(np.concatenate(parts) / UNIT if parts else np.zeros(0))

    def _added(self, table: NDArray[np.float32]) -> NDArray[np.int64]:
        """The sum of the leaves for some blocks, a column each."""
        answers = (table.take(self.rows, axis=0) > self.borders[:, None]).view(np.uint8)
        place = np.zeros((len(self.leaves), table.shape[1]), np.uint8)
        for level, questions in enumerate(self.asked):
            place |= answers.take(questions, axis=0) << np.uint8(level)
        first = np.arange(len(self.leaves)) * self.leaves.shape[1]
        return np.asarray(self.leaves.ravel().take(place + first[:, None]).sum(axis=0, dtype=np.int64))


def tree_of(splits: str, values: str) -> Tree:
    """A tree as the table holds it: `inside>0.5 links>0.34` and its leaves, separated by blanks. Raises ValueError."""
    asked = [split.rpartition(">") for split in splits.split()]
    tree = Tree(tuple((name, float(border)) for name, _, border in asked), tuple(map(float, values.split())))
    if len(tree.leaves) != 1 << len(tree.questions):
        raise ValueError(f"{len(tree.questions)} questions have {1 << len(tree.questions)} leaves, here are {len(tree.leaves)}")
    return tree


def forest_of(trees: Iterable[Tree]) -> Forest:
    """Trees made ready to be asked together."""
    each = tuple(trees)
    names = tuple(sorted({name for tree in each for name, _ in tree.questions}))
    at = {name: row for row, name in enumerate(names)}
    levels = max((len(tree.questions) for tree in each), default=0)
    questions = {NOTHING: 0}
    asked, leaves = np.zeros((levels, len(each)), np.intp), np.zeros((len(each), 1 << levels), np.int32)
    for number, tree in enumerate(each):
        leaves[number, : len(tree.leaves)] = np.rint(np.array(tree.leaves) * UNIT)
        for level, question in enumerate(tree.questions):
            asked[level, number] = questions.setdefault(question, len(questions))
    rows = np.array([at.get(name, 0) for name, _ in questions], np.intp)
    return Forest(names, rows, np.array([border for _, border in questions], np.float32), asked, leaves)


def load_forest(path: Path) -> Forest:
    """The trees of a CSV file (columns questions, leaves). Raises ConfigurationError where a row is no tree."""
    trees: list[Tree] = []
    for number, row in enumerate(read_csv(path), 2):
        try:
            trees.append(tree_of(row["questions"], row["leaves"]))
        except (KeyError, ValueError) as error:
            raise ConfigurationError(f"{path}: line {number}: it should hold questions and leaves: {error}") from None
    return forest_of(trees)

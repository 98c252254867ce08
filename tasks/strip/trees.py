"""Boosted trees as a table: each level of a tree asks one question, the answers together name a leaf, and leaves add up to a logit.

All trees are asked at once, in plain numpy: a question is a row of comparisons over all blocks of a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tree:
    """Questions (`feature > border`, the first one the lowest bit of the leaf's number) and the value of each leaf."""

    questions: tuple[tuple[str, float], ...]
    leaves: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees made ready: for each level and tree the row of its feature and the border, for each tree its leaves."""

    names: tuple[str, ...]
    rows: NDArray[np.intp]  # levels x trees
    borders: NDArray[np.float32]  # levels x trees; nothing is above the border of a level that a tree does not have
    leaves: Column  # trees x leaves

    def logits(self, columns: Mapping[str, Column]) -> Column:
        """The sum of the leaves for each block; a feature that is not among the columns is nought."""
        count = len(next(iter(columns.values())))
        table = np.zeros((max(1, len(self.names)), count), np.float32)
        for row, name in enumerate(self.names):
            if name in columns:
                table[row] = columns[name]
        place = np.zeros((len(self.leaves), count), np.uint16)
        for level, (rows, borders) in enumerate(zip(self.rows, self.borders, strict=True)):
            place |= (table[rows] > borders[:, None]).astype(np.uint16) << np.uint16(level)
        first = np.arange(len(self.leaves)) * self.leaves.shape[1]
        return np.asarray(np.take(self.leaves.ravel(), place + first[:, None]).sum(axis=0))


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
    rows, borders = np.zeros((levels, len(each)), np.intp), np.full((levels, len(each)), np.inf, np.float32)
    leaves = np.zeros((len(each), 1 << levels))
    for number, tree in enumerate(each):
        leaves[number, : len(tree.leaves)] = tree.leaves
        for level, (name, border) in enumerate(tree.questions):
            rows[level, number], borders[level, number] = at[name], border
    return Forest(names, rows, borders, leaves)

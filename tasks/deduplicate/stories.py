"""Texts to stories: each text points at its best longer neighbour, and a tree is a story."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.knowledge import Matching
from tasks.deduplicate.overlaps import Overlaps, Texts, candidates, common_shingles, compare, without
from tasks.deduplicate.words import Index


@dataclass(frozen=True, slots=True)
class Forest:
    """For each text the longer one that it is found in best (itself at a root), and how much of it is there."""

    parent: Index
    strength: NDArray[np.float64]


def accepted(texts: Texts, overlaps: Overlaps, rules: Matching, containment: float | None = None) -> NDArray[np.bool_]:
    """Which pairs are one story: enough of the shorter one is in the longer one, and at its head where that is much longer.

    `containment` takes the place of what the rules ask for.
    """
    asked = np.where(overlaps.shared < rules.little, rules.little_containment, rules.containment)
    enough = (overlaps.shared >= rules.shared) & (overlaps.containment() >= (asked if containment is None else containment))
    level = texts.words[overlaps.b] < rules.longer * texts.words[overlaps.a]
    found: NDArray[np.bool_] = enough & (level | (overlaps.at_head >= rules.head * overlaps.shared))
    return found


def planted(count: int, overlaps: Overlaps, good: NDArray[np.bool_]) -> Forest:
    """The forest of the accepted pairs among `count` texts."""
    pick = np.flatnonzero(good)
    strength = overlaps.containment()
    order = pick[np.lexsort((overlaps.b[pick], -overlaps.similarity()[pick], -strength[pick], overlaps.a[pick]))]
    first = order[np.diff(overlaps.a[order], prepend=-1) != 0]
    trees = Forest(np.arange(count), np.ones(count))
    trees.parent[overlaps.a[first]] = overlaps.b[first]
    trees.strength[overlaps.a[first]] = strength[first]
    return trees


def roots(parent: Index) -> Index:
    """The end of each text's way through its parents."""
    while not np.array_equal(parent, above := parent[parent]):
        parent = above
    return parent


def forest(texts: Texts, rules: Matching) -> Forest:
    """The texts as trees, found twice: shingles met in many loose groups (debris, boilerplate) do not count the second time."""
    a, b = candidates(texts, 2)
    overlaps = compare(texts, a, b, rules.slack)
    loose = planted(len(texts), overlaps, accepted(texts, overlaps, rules, rules.loose))
    rest = without(texts, common_shingles(texts, roots(loose.parent), rules.common))
    overlaps = compare(rest, a, b, rules.slack)
    return planted(len(texts), overlaps, accepted(rest, overlaps, rules))


def _cut(nodes: list[int], trees: Forest, article: dict[int, int]) -> dict[int, int]:
    """The parts of one tree that holds several published articles: its strongest edges first, none joins two articles."""
    part = {node: node for node in nodes}
    holds = {node: article[node] for node in nodes if node in article}

    def top(node: int) -> int:
        while part[node] != node:
            node = part[node]
        return node

    for node in sorted(nodes, key=lambda n: (-float(trees.strength[n]), n)):
        one, other = top(node), top(int(trees.parent[node]))
        if one != other and (one not in holds or other not in holds or holds[one] == holds[other]):
            part[one] = other
            if one in holds:
                holds[other] = holds[one]
    return {node: top(node) for node in nodes}


def apart(trees: Forest, standing: Index) -> tuple[Index, Index]:
    """A group for each text and the published article that it has, -1 for none.

    `standing` is the article that a text belongs to already. Where a tree joins several of them it is cut.
    """
    group = roots(trees.parent)
    placed = np.flatnonzero(standing >= 0)
    pairs = np.unique(np.stack([group[placed], standing[placed]], axis=1), axis=0)
    several = np.unique(pairs[1:, 0][np.diff(pairs[:, 0]) == 0])
    nodes = np.flatnonzero(np.isin(group, several))
    for tree in several.tolist():
        mine = nodes[group[nodes] == tree].tolist()
        cut = _cut(mine, trees, {n: int(standing[n]) for n in mine if standing[n] >= 0})
        group[list(cut)] = list(cut.values())
    article = np.full(len(group), -1)
    article[group[placed]] = standing[placed]
    return group, article[group]

"""Trees of texts and the articles that earlier runs have published: none of these joins another."""

import numpy as np

from tasks.deduplicate.characters import Index
from tasks.deduplicate.stories import Forest, roots


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
    nodes = nodes[np.argsort(group[nodes], kind="stable")]
    for tree in np.split(nodes, np.flatnonzero(np.diff(group[nodes])) + 1) if len(nodes) else ():
        mine = tree.tolist()
        cut = _cut(mine, trees, {n: int(standing[n]) for n in mine if standing[n] >= 0})
        group[list(cut)] = list(cut.values())
    article = np.full(len(group), -1)
    article[group[placed]] = standing[placed]
    return group, article[group]

"""Texts to stories: each text points at its best longer neighbour, and a tree is a story."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.knowledge import Matching, Rules
from tasks.deduplicate.overlaps import WHOLE, Overlaps, Texts, candidates, common_shingles, compare, without
from tasks.deduplicate.words import Index

Pairs = tuple[Index, Index]


@dataclass(frozen=True, slots=True)
class Forest:
    """For each text the longer one that it is found in best (itself at a root), and how much of it is there."""

    parent: Index
    strength: NDArray[np.float64]


def accepted(texts: Texts, overlaps: Overlaps, rules: Rules, containment: float | None = None) -> NDArray[np.bool_]:
    """Which pairs are one story: enough of the shorter one is in the longer one, and at its head where that is much longer.

    `containment` takes the place of what the rules ask for.
    """
    matching = rules.matching
    little = overlaps.shared * rules.shingles.sample < matching.little
    asked = np.where(little, matching.little_containment, matching.containment)
    enough = (overlaps.shared >= matching.shared) & (overlaps.containment() >= (asked if containment is None else containment))
    level = texts.words[overlaps.b] < matching.longer * texts.words[overlaps.a]
    found: NDArray[np.bool_] = enough & (level | (overlaps.at_head >= matching.head * overlaps.shared))
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


def _able(rest: Texts, overlaps: Overlaps, matching: Matching) -> NDArray[np.bool_]:
    """Which pairs could still be one story once common shingles are gone: at most the shared ones are left, of fewer."""
    sizes = np.diff(rest.offsets)
    whole = (rest.limits[overlaps.a] == WHOLE) & (rest.limits[overlaps.b] == WHOLE)
    smaller = np.where(whole, np.minimum(sizes[overlaps.a], sizes[overlaps.b]), 0)
    least = min(matching.version, matching.containment, matching.little_containment)
    able: NDArray[np.bool_] = (overlaps.shared >= matching.shared) & (overlaps.shared >= least * smaller)
    return able


def joined(trees: Forest, a: Index, b: Index, strength: NDArray[np.float64]) -> Forest:
    """The forest with the trees of each pair (a, b) made one: the root of the shorter text gets the other root as its parent."""
    for one, two, much in zip(a.tolist(), b.tolist(), strength.tolist(), strict=True):
        low, high = sorted((_root(trees, one), _root(trees, two)))
        if low != high:
            trees.parent[low], trees.strength[low] = high, much
    return trees


def _root(trees: Forest, text: int) -> int:
    while (above := int(trees.parent[text])) != text:
        text = above
    return text


def forest(texts: Texts, rules: Rules, versions: Pairs) -> Forest:
    """The texts as trees, found twice: shingles met in many loose groups (debris, boilerplate) do not count the second time.

    `versions` are pairs of texts (shorter, longer) of one identity, of which less is asked.
    """
    matching, found = rules.matching, candidates(texts, rules.matching.shared, rules.matching.met)
    a, b = (np.concatenate([one, two]) for one, two in zip(versions, found, strict=True))
    versioned = np.arange(len(a)) < len(versions[0])
    overlaps = compare(texts, a, b, matching.slack)
    loose = planted(len(texts), overlaps, accepted(texts, overlaps, rules, matching.loose))
    rest = without(texts, common_shingles(texts, roots(loose.parent), matching.common))
    able = np.flatnonzero(_able(rest, overlaps, matching))
    a, b, versioned = a[able], b[able], versioned[able]
    overlaps = compare(rest, a, b, matching.slack)
    again = versioned & (overlaps.shared >= matching.shared) & (overlaps.containment() >= matching.version)
    trees = planted(len(texts), overlaps, accepted(rest, overlaps, rules))
    return joined(trees, a[again], b[again], overlaps.containment()[again])


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

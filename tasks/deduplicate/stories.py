"""Texts to stories: each text points at its best longer neighbour, and a tree is a story.

Ranges of texts are judged apart: all partners of a text are known where its pairs are, so a range needs no other.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.arrays import load, save
from tasks.deduplicate.characters import Index
from tasks.deduplicate.index import candidates, common_part
from tasks.deduplicate.knowledge import Matching, Rules, load_rules
from tasks.deduplicate.overlaps import HALF, LOW, Overlaps, Texts, at_the_head, compare, load_overlaps, load_texts, save_overlaps
from tasks.deduplicate.words import Hashes

FEWEST = 2  # one shingle in common says nothing


@dataclass(frozen=True, slots=True)
class Forest:
    """For each text the longer one that it is found in best (itself at a root), and how much of it is there."""

    parent: Index
    strength: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Common:
    """The common shingles of texts as text << 32 | hash, sorted, and where each stands in its text."""

    keys: Hashes
    places: NDArray[np.uint8]


def least(smaller: Index, matching: Matching) -> Index:
    """The shingles that two texts share at least, by how many the smaller one has: all of it where it has fewer than are asked for."""
    asked: Index = np.clip(smaller, min(FEWEST, matching.shared), matching.shared)
    return asked


def accepted(texts: Texts, overlaps: Overlaps, rules: Rules, containment: float | None = None) -> NDArray[np.bool_]:
    """Which pairs are one story: enough of the shorter one is in the longer one, and at its head where that is much longer.

    `containment` takes the place of what the rules ask for.
    """
    matching = rules.matching
    little = overlaps.shared * rules.shingles.sample < matching.little
    asked = np.where(little, matching.little_containment, matching.containment)
    enough = (overlaps.shared >= least(np.minimum(overlaps.in_a, overlaps.in_b), matching)) & (
        overlaps.containment() >= (asked if containment is None else containment)
    )
    level = texts.words[overlaps.b] < matching.longer * texts.words[overlaps.a]
    found: NDArray[np.bool_] = enough & (level | (overlaps.at_head >= matching.head * overlaps.shared))
    return found


def planted(low: int, high: int, overlaps: Overlaps, good: NDArray[np.bool_]) -> Forest:
    """The part of the forest that the accepted pairs make of the texts from `low` up to before `high`."""
    pick = np.flatnonzero(good)
    strength = overlaps.containment()
    order = pick[np.lexsort((-overlaps.b[pick], -strength[pick], overlaps.a[pick]))]
    first = order[np.diff(overlaps.a[order], prepend=-1) != 0]
    trees = Forest(np.arange(low, high), np.ones(high - low))
    trees.parent[overlaps.a[first] - low] = overlaps.b[first]
    trees.strength[overlaps.a[first] - low] = strength[first]
    return trees


def roots(parent: Index) -> Index:
    """The end of each text's way through its parents."""
    while not np.array_equal(parent, above := parent[parent]):
        parent = above
    return parent


def save_forest(folder: Path, name: str, number: int, trees: Forest) -> None:
    """Write the part of a forest that a range has."""
    save(folder, f"{name}-parent-{number}", trees.parent)
    save(folder, f"{name}-strength-{number}", trees.strength)


def load_forest(folder: Path, name: str, ranges: int) -> Forest:
    """The whole forest."""
    parents, strengths = ([load(folder, f"{name}-{what}-{number}") for number in range(ranges)] for what in ("parent", "strength"))
    return Forest(np.concatenate(parents), np.concatenate(strengths))


def span(number: int, size: int, count: int) -> tuple[int, int]:
    """The first text of a range and the first one behind it."""
    return min(number * size, count), min((number + 1) * size, count)


def compare_range(folder: Path, number: int, parts: int, config: Path) -> None:
    """Compare the texts of a range with their longer candidates: writes `overlaps`, the versions among them first, and the loose forest.

    A pair is worth it where it is met in enough lists of the index, and in a share of the shingles of the smaller text.
    """
    rules, texts = load_rules(config), load_texts(folder)
    matching, (low, high) = rules.matching, span(number, rules.grouping.texts, len(texts))
    keys, counts = candidates(folder, parts, low, high)
    keys, counts = keys[counts >= FEWEST], counts[counts >= FEWEST]
    sizes, (a, b) = np.diff(texts.offsets), _ends(keys)
    smaller = np.minimum(sizes[a], sizes[b])
    worth = counts >= np.maximum(least(smaller, matching), matching.met * smaller)
    versions = _versions(folder, low, high)
    a, b = _ends(np.concatenate([versions, keys[worth]]))
    overlaps = compare(texts, a, b, matching.slack)
    save_overlaps(folder, f"overlaps-{number}", overlaps)
    save_forest(folder, "loose", number, planted(low, high, overlaps, accepted(texts, overlaps, rules, matching.loose)))


def _ends(keys: Hashes) -> tuple[Index, Index]:
    return (keys >> HALF).astype(np.int64), (keys & LOW).astype(np.int64)


def _versions(folder: Path, low: int, high: int) -> Hashes:
    found = load(folder, "versions")
    one, two = np.searchsorted(found, np.array([low, high], np.uint64) << HALF)
    return found[one:two]


def count_part(folder: Path, part: int, ranges: int, config: Path) -> None:
    """Write which shingles of a part of the index are common: in many stories of the loose forest, or of memory."""
    groups = roots(load_forest(folder, "loose", ranges).parent)
    common_part(folder, part, groups, load_rules(config).matching.common)


def load_common(folder: Path, parts: int) -> Common:
    """The common shingles of all parts."""
    keys, places = (np.concatenate([load(folder, f"{name}-{part}") for part in range(parts)]) for name in ("common", "standing"))
    order = np.argsort(keys)
    return Common(keys[order], places[order])


def _spread(common: Common, which: Index, limits: NDArray[np.uint32]) -> tuple[Index, Hashes]:
    """The common shingles of the named texts up to a hash each: the number in `which`, and the hash."""
    keys = np.stack([which, which + 1]).astype(np.uint64) << HALF
    begin, end = np.searchsorted(common.keys, keys)
    number = np.repeat(np.arange(len(which)), end - begin)
    at = np.arange(len(number)) + np.repeat(begin - (np.cumsum(end - begin) - (end - begin)), end - begin)
    hashes = common.keys[at] & LOW
    kept = hashes <= limits[number]
    return number[kept], hashes[kept]


def without(texts: Texts, overlaps: Overlaps, common: Common, slack: int) -> Overlaps:
    """The overlaps as they are where common shingles do not count."""
    if not len(common.keys):
        return overlaps
    a, b, count = overlaps.a, overlaps.b, len(overlaps.a)
    limits = np.minimum(texts.limits[a], texts.limits[b])
    pair, hashes = _spread(common, a, limits)
    wanted = b[pair].astype(np.uint64) << HALF | hashes
    at = np.minimum(np.searchsorted(common.keys, wanted), len(common.keys) - 1)
    both = common.keys[at] == wanted
    head = at_the_head(texts, a[pair[both]], common.places[at[both]], slack)
    gone = [pair[both], pair, _spread(common, b, limits)[0], pair[both][head]]
    shared, in_a, in_b, at_head = (np.bincount(numbers, minlength=count) for numbers in gone)
    rest = overlaps.shared - shared, overlaps.in_a - in_a, overlaps.in_b - in_b, overlaps.at_head - at_head
    return Overlaps(a, b, *rest)


def judge_range(folder: Path, number: int, parts: int, config: Path) -> None:
    """Judge the pairs of a range anew, common shingles left out: writes the range's part of the forest, and which of its versions join."""
    rules, texts, overlaps = load_rules(config), load_texts(folder), load_overlaps(folder, f"overlaps-{number}")
    low, high = span(number, rules.grouping.texts, len(texts))
    rest = without(texts, overlaps, load_common(folder, parts), rules.matching.slack)
    save_forest(folder, "trees", number, planted(low, high, rest, accepted(texts, rest, rules)))
    versioned = np.arange(len(rest.a)) < len(_versions(folder, low, high))
    again = np.flatnonzero(versioned & (rest.shared >= rules.matching.shared) & (rest.containment() >= rules.matching.version))
    save(folder, f"again-{number}", np.stack([rest.a[again], rest.b[again]]))
    save(folder, f"again-strength-{number}", rest.containment()[again])


def forest(folder: Path, ranges: int) -> Forest:
    """The texts as trees, those of versions made one."""
    trees = load_forest(folder, "trees", ranges)
    for number in range(ranges):
        (a, b), strength = load(folder, f"again-{number}"), load(folder, f"again-strength-{number}")
        _join(trees, a, b, strength)
    return trees


def _join(trees: Forest, a: Index, b: Index, strength: NDArray[np.float64]) -> None:
    """Make the trees of each pair (a, b) one: the root of the shorter text gets the other root as its parent."""
    for one, two, much in zip(a.tolist(), b.tolist(), strength.tolist(), strict=True):
        low, high = sorted((_root(trees, one), _root(trees, two)))
        if low != high:
            trees.parent[low], trees.strength[low] = high, much


def _root(trees: Forest, text: int) -> int:
    while (above := int(trees.parent[text])) != text:
        text = above
    return text

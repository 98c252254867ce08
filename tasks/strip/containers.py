"""The elements that hold a page's blocks as a tree of ranges.

What lies in an element stands in a row in the page, so a sum over an element is a difference of two sums over the blocks before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.strip.source_text import Place

Column = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Containers:
    """Elements from the outermost in, each behind its parent; the blocks of one are those from `firsts` up to `lasts`, end exclusive."""

    places: tuple[Place, ...]
    parents: Indices  # of each element its parent's number; the outermost is its own
    firsts: Indices
    lasts: Indices
    own: Indices  # for each block the number of the element that holds it

    def sums(self, column: Column) -> Column:
        """For each element the sum of a column over the blocks in it."""
        total = np.concatenate([[0.0], np.cumsum(column)])
        return np.asarray(total[self.lasts] - total[self.firsts])

    def marked(self, chosen: Sequence[int]) -> Column:
        """For each block 1 where one of these elements holds it, else 0."""
        found = np.zeros(len(self.own))
        for number in chosen:
            found[self.firsts[number] : self.lasts[number]] = 1.0
        return found

    def above(self, steps: int) -> list[Indices]:
        """For each block the numbers of its element, of that one's parent, and so on; beyond the outermost that one again."""
        found = [self.own]
        for _ in range(steps - 1):
            found.append(self.parents[found[-1]])
        return found


def containers_of(places: Sequence[Place]) -> Containers:
    """The elements around blocks; `places` are those of the blocks, in document order."""
    numbers: dict[Place, int] = {}
    parents: list[int] = []
    firsts: list[int] = []
    own: list[int] = []
    for at, place in enumerate(places):
        if place not in numbers:
            for one in _unknown(place, numbers):
                parents.append(numbers[one.parent] if one.parent else 0)
                numbers[one] = len(firsts)
                firsts.append(at)
        own.append(numbers[place])
    return Containers(tuple(numbers), np.array(parents, np.intp), np.array(firsts, np.intp), _lasts(own, parents), np.array(own, np.intp))


def _unknown(place: Place | None, numbers: dict[Place, int]) -> list[Place]:
    """The elements from a place up that have no number yet, outermost first."""
    found = []
    while place is not None and place not in numbers:
        found.append(place)
        place = place.parent
    return found[::-1]


def _lasts(own: Sequence[int], parents: Sequence[int]) -> Indices:
    """For each element the number of blocks up to the end of its last one."""
    lasts = [0] * len(parents)
    for end in range(len(own), 0, -1):
        number = own[end - 1]
        while not lasts[number]:
            lasts[number] = end
            number = parents[number]
    return np.array(lasts, np.intp)

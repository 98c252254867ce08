"""What a copy is to its article: relation, scores, and the version before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.knowledge import Relations
from tasks.deduplicate.members import Members
from tasks.deduplicate.overlaps import compare
from tasks.deduplicate.words import Index

NAMES = ("version", "exact", "near", "excerpt", "extended")


@dataclass(frozen=True, slots=True)
class Related:
    """For each document its relation (index into NAMES), its scores, and the document of the version before or -1."""

    relation: Index
    similarity: NDArray[np.float64]
    containment: NDArray[np.float64]
    previous: Index


def versions(members: Members) -> tuple[Index, Index]:
    """The pairs of texts (shorter, longer) that follow one another at one identity."""
    sequence = np.lexsort((members.order, members.identity))
    one, two = sequence[:-1], sequence[1:]
    same = (members.identity[one] == members.identity[two]) & (members.text[one] != members.text[two])
    texts = members.text[one[same]], members.text[two[same]]
    return np.minimum(*texts), np.maximum(*texts)


def previous(members: Members, head: Index) -> Index:
    """For each document the last one before it of the same identity and group, -1 where there is none."""
    sequence = np.lexsort((members.order, members.identity, head))
    same = (np.diff(head[sequence]) == 0) & (members.identity[sequence[1:]] == members.identity[sequence[:-1]])
    found = np.full(len(members), -1)
    found[sequence[1:][same]] = sequence[:-1][same]
    return found


def related(members: Members, head: Index, rules: Relations) -> Related:
    """Relations of all documents to the heads of their groups; what the heads themselves get has no meaning."""
    text, other = members.text, members.text[head]
    a, b = np.minimum(text, other), np.maximum(text, other)
    met = compare(members.texts, a, b, 0)
    same = a == b
    similarity, containment = np.where(same, 1.0, met.similarity()), np.where(same, 1.0, met.containment())
    before = previous(members, head)
    changed = (before >= 0) & (members.body != members.body[before])
    kept = (before >= 0) & ~changed
    shorter = text <= other
    relation = np.select([changed, kept | same, similarity >= rules.near, shorter], [0, 1, 2, 3], 4)
    return Related(relation, similarity, containment, before)

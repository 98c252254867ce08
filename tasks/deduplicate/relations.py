"""What a copy is to its article: relation, scores, and the version before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.characters import Index
from tasks.deduplicate.knowledge import Relations
from tasks.deduplicate.members import Members
from tasks.deduplicate.overlaps import Texts, compare

NAMES = ("version", "exact", "near", "excerpt", "extended")


@dataclass(frozen=True, slots=True)
class Related:
    """For each document of this run its relation (index into NAMES), its scores, and the document of the version before or -1."""

    relation: NDArray[np.int8]
    similarity: NDArray[np.float32]
    containment: NDArray[np.float32]
    previous: Index


def previous(members: Members, head: Index) -> Index:
    """For each document the last one before it of the same identity and group, -1 where there is none."""
    sequence = np.lexsort((members.order, members.identity, head))
    same = (np.diff(head[sequence]) == 0) & (members.identity[sequence[1:]] == members.identity[sequence[:-1]])
    found = np.full(len(members), -1)
    found[sequence[1:][same]] = sequence[:-1][same]
    return found


def related(members: Members, texts: Texts, head: Index, rules: Relations) -> Related:
    """Relations of this run's documents to the heads of their groups; what the heads themselves get has no meaning."""
    new = slice(members.earlier, len(members))
    text, other = members.text[new], members.text[head[new]]
    similarity, containment = np.ones(len(text), np.float32), np.ones(len(text), np.float32)
    differs = np.flatnonzero(text != other)
    one, two = text[differs], other[differs]
    met = compare(texts, np.minimum(one, two), np.maximum(one, two), 0)
    similarity[differs], containment[differs] = met.similarity(), met.containment()
    before = previous(members, head)[new]
    changed = (before >= 0) & (members.body[new] != members.body[before])
    same = ((before >= 0) & ~changed) | (text == other)
    relation = np.select([changed, same, similarity >= rules.near, text <= other], [0, 1, 2, 3], 4)
    return Related(relation.astype(np.int8), similarity, containment, before)

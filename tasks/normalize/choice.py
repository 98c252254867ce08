"""How a value is chosen among candidates, and how the losers are kept on record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.records import Evidence

SEVERAL = frozenset({"authors"})  # fields that take each candidate nothing speaks against


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a field could take; `lost` says why it cannot, where something speaks against it."""

    value: str | None
    raw: str | None
    source: str
    rule: str
    lost: str | None = None


def first(candidates: Iterable[Candidate]) -> Candidate | None:
    """The first candidate that nothing speaks against; they come best first."""
    return next((c for c in candidates if c.lost is None and c.value), None)


def record(document_id: str, field: str, candidates: Iterable[Candidate]) -> Iterator[Evidence]:
    """The rows of `evidence` for one field: rank 0 is the value that was taken, the others follow in their order.

    Of a field that takes several values (`authors`) rank 0 is the first, and the others say so.
    """
    listed = list(dict.fromkeys(candidates))
    taken = first(listed)
    if taken is not None:
        yield Evidence(document_id, field, taken.value, taken.raw, taken.source, taken.rule, 0)
    for rank, c in enumerate((c for c in listed if c is not taken), 1):
        also = "taken as well" if field in SEVERAL and c.lost is None and c.value else None
        yield Evidence(document_id, field, c.value, c.raw, c.source, c.rule, rank, c.lost or also or _reason(c, taken))


def _reason(candidate: Candidate, taken: Candidate | None) -> str:
    if taken is None:
        return "empty"
    if candidate.value == taken.value:
        return f"agrees with {taken.source}"
    return f"{taken.source} comes first"

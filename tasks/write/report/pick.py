"""Which documents are worth looking at: the most removed, the least sure, one for each class, flag, reason and outlet that changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.write.columns import id_bytes
from tasks.write.report.count import codes

MOST = 8  # documents of each kind
REJECTS = 2  # of each reason
LEAST_LENGTH = 400  # characters of a source text whose share of debris says something

Scored = tuple[float, str]  # smaller is better; then by document_id


@dataclass(slots=True)
class Picks:
    """The best documents so far for each reason to look at one."""

    debris: list[Scored] = field(default_factory=list)
    unsure: list[Scored] = field(default_factory=list)
    classes: dict[str, Scored] = field(default_factory=dict)
    flags: dict[str, Scored] = field(default_factory=dict)
    outlets: dict[str, Scored] = field(default_factory=dict)  # of the last run alone
    rejects: dict[str, list[str]] = field(default_factory=dict)


def _best(table: pa.Table, scores: "np.ndarray[Any, np.dtype[np.float64]]", most: int = MOST) -> list[Scored]:
    """The rows with the smallest scores; rows are sorted by document_id, so ties are decided by it."""
    order = np.argsort(scores, kind="stable")[:most]
    ids = table["document_id"].take(pa.array(order)).to_pylist()
    return list(zip(scores[order].tolist(), ids, strict=True))


def _kept(mine: dict[str, Scored], found: Iterable[tuple[str, Scored]]) -> None:
    for key, scored in found:
        mine[key] = min(mine.get(key, scored), scored)


def _first_of_each(table: pa.Table, name: str, scores: "np.ndarray[Any, np.dtype[np.float64]]") -> list[tuple[str, Scored]]:
    """The best row for each value of a column, null left out."""
    order = np.argsort(scores, kind="stable")
    place, values = codes(table.take(pa.array(order)), (name,))
    _, first = np.unique(place, return_index=True)
    ids = table["document_id"].take(pa.array(order[first])).to_pylist()
    best = zip(values, scores[order[first]].tolist(), ids, strict=True)
    return [(value[0], (score, document)) for value, score, document in best if value[0] is not None]


def pick_documents(picks: Picks, documents: pa.Table) -> None:
    """Look at rows that went through `with_outlet` and `removed_of`, sorted by document_id."""
    if not documents.num_rows:
        return
    share = -documents["debris"].to_numpy() / np.maximum(documents["source_length"].to_numpy(), LEAST_LENGTH)
    confidence = pc.fill_null(documents["body_confidence"], 1.0).to_numpy().astype(np.float64)
    picks.debris = sorted([*picks.debris, *_best(documents, share)])[:MOST]
    unsure = [scored for scored in _best(documents, confidence) if scored[0] < 1]
    picks.unsure = sorted([*picks.unsure, *unsure])[:MOST]
    recent = documents["recent"].to_numpy(zero_copy_only=False)
    _kept(picks.outlets, _first_of_each(documents.filter(documents["recent"]), "outlet", share[recent]))
    _pick_flags(picks, documents)


def _pick_flags(picks: Picks, documents: pa.Table) -> None:
    flags = documents["flags"].combine_chunks()
    owners = documents["document_id"].take(pc.list_parent_indices(flags)).to_pylist()
    _kept(picks.flags, ((flag, (0.0, owner)) for flag, owner in zip(pc.list_flatten(flags).to_pylist(), owners, strict=True)))


def pick_spans(picks: Picks, documents: pa.Table, spans: pa.Table) -> None:
    """For each class, the document with most of it."""
    if not spans.num_rows:
        return
    owner = np.searchsorted(id_bytes(documents["document_id"]), id_bytes(spans["document_id"]))
    place, values = codes(spans, ("class",))
    length = spans["end_offset"].to_numpy() - spans["start_offset"].to_numpy()
    # Spans of a document stand together: those of one class are summed over (document, class).
    pair, at = np.unique(owner * len(values) + place, return_inverse=True)
    sums = np.bincount(at, weights=length)
    for number, (name,) in enumerate(values):
        mine = np.flatnonzero(pair % len(values) == number)
        best = mine[np.argmax(sums[mine])]
        document = documents["document_id"][int(pair[best] // len(values))].as_py()
        _kept(picks.classes, [(name, (-float(sums[best]), document))])


def pick_rejects(picks: Picks, rejects: pa.Table) -> None:
    """For each reason, the first few by document_id."""
    for document, reason in zip(rejects["document_id"].to_pylist(), rejects["reason"].to_pylist(), strict=True):
        mine = picks.rejects.setdefault(reason, [])
        if len(mine) < REJECTS or document < mine[-1]:
            picks.rejects[reason] = sorted([*mine, document])[:REJECTS]


def reasons(picks: Picks, drifted: Iterable[str]) -> dict[str, list[str]]:
    """document_id -> why to look at it, in the order they are to be shown."""
    found: dict[str, list[str]] = {}

    def add(document: str, why: str) -> None:
        found.setdefault(document, []).append(why)

    for outlet in drifted:
        if outlet in picks.outlets:
            add(picks.outlets[outlet][1], f"outlet that changed: {outlet}")
    for scored in picks.debris:
        add(scored[1], "most removed")
    for scored in picks.unsure:
        add(scored[1], "least sure")
    for kind, scored in sorted(picks.classes.items()):
        add(scored[1], f"most {kind}")
    for flag, scored in sorted(picks.flags.items()):
        add(scored[1], f"flag {flag}")
    for reason, documents in sorted(picks.rejects.items()):
        for document in documents:
            add(document, f"rejected as {reason}")
    return found

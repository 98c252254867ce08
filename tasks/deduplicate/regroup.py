"""What is left of a story after some of its documents were withdrawn: who stands for it now, and what the others are to that one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.deduplicate.heads import STANDING, chosen
from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.members import Members, load
from tasks.deduplicate.relations import NAMES, related
from tasks.deduplicate.shard import sign_shard
from tasks.deduplicate.signatures import MEMORY
from tasks.deduplicate.words import Index
from tasks.records import Assignment


def regroup(rows: pa.Table, config: Path) -> Sequence[Assignment]:
    """The assignment of each row of one story: rows of `copies` (its article's among them), oldest run first.

    The article stays; where it is gone, the best document of the oldest run takes its place, since a copy never points at a later run.
    """
    members = _members(rows, config)
    head, reasons = _head(rows, members, config)
    found = related(members, np.full(len(members), head), load_rules(config).relations)
    ids: list[str] = members.ids.to_pylist()
    previous = [ids[at] if at >= 0 else None for at in found.previous.tolist()]
    names = [NAMES[at] for at in found.relation.tolist()]
    columns = (ids, names, found.similarity.tolist(), found.containment.tolist(), reasons, previous)
    rest = [Assignment(document, ids[head], *told) for document, *told in zip(*columns, strict=True)]
    return [*rest[:head], Assignment(ids[head], ids[head], previous_version=previous[head]), *rest[head + 1 :]]


def _members(rows: pa.Table, config: Path) -> Members:
    """The rows as documents of one run that follow one another as their runs did."""
    kind = pa.struct([pa.field("at", rows["published_at"].type)])
    at = pa.StructArray.from_arrays([rows["published_at"].combine_chunks()], fields=list(kind))
    with TemporaryDirectory(prefix="copydesk-regroup-") as folder:
        pq.write_table(rows.append_column("published", at), Path(folder) / "articles.parquet")
        members = load([sign_shard(Path(folder), config)], MEMORY.empty_table())
    runs = rows["run_id"].combine_chunks()
    number = pc.index_in(runs, value_set=pc.unique(runs)).to_numpy()
    sequence = np.lexsort((members.order, number))
    order = np.empty(len(sequence), np.int64)
    order[sequence] = np.arange(len(sequence))
    return replace(members, order=order)


def _head(rows: pa.Table, members: Members, config: Path) -> tuple[int, list[str]]:
    """Which row stands for the story, and why the others do not."""
    own = pc.equal(rows["document_id"], rows["story_id"]).to_numpy()
    if own.any():
        return int(own.argmax()), [STANDING] * len(members)
    oldest: Index = np.flatnonzero(pc.equal(rows["run_id"], rows["run_id"][0]).to_numpy())
    best, reasons = chosen(members.table.take(pa.array(oldest)), np.zeros(len(oldest), np.int64), load_rules(config).head)
    told = dict(zip(oldest.tolist(), reasons, strict=True))
    return int(oldest[best[0]]), [told.get(at, STANDING) for at in range(len(members))]

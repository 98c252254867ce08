"""What is left of a story after some of its documents were withdrawn: who stands for it now, and what the others are to that one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.deduplicate.files import signatures
from tasks.deduplicate.heads import COLUMNS, STANDING, chosen
from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.members import Members, gather, load_members
from tasks.deduplicate.overlaps import load_texts
from tasks.deduplicate.relations import NAMES, related
from tasks.deduplicate.shard import sign_shard
from tasks.records import Assignment


def regroup(rows: pa.Table, config: Path) -> Sequence[Assignment]:
    """The assignment of each row of one story: rows of `copies` (its article's among them), oldest run first.

    The article stays; where it is gone, the best document of the oldest run takes its place, since a copy never points at a later run.
    """
    rules, ids = load_rules(config), rows["document_id"].to_pylist()
    with TemporaryDirectory(prefix="copydesk-regroup-") as name:
        shard = _signed(rows, Path(name) / "00000", config)
        gather([shard], [], Path(name) / "arrays", config)
        members, texts = _in_order_of_runs(load_members(Path(name) / "arrays"), rows), load_texts(Path(name) / "arrays")
        head, reasons = _head(rows, signatures(shard, COLUMNS), (*rules.head, "document-id"))
        found = related(members, texts, np.full(len(members), head), rules.relations)
    previous = [ids[at] if at >= 0 else None for at in found.previous.tolist()]
    names = [NAMES[at] for at in found.relation.tolist()]
    columns = (ids, names, found.similarity.tolist(), found.containment.tolist(), reasons, previous)
    rest = [Assignment(document, ids[head], *told) for document, *told in zip(*columns, strict=True)]
    return [*rest[:head], Assignment(ids[head], ids[head], previous_version=previous[head]), *rest[head + 1 :]]


def _signed(rows: pa.Table, folder: Path, config: Path) -> Path:
    """The rows as a shard of one run, signed."""
    folder.mkdir()
    at = pa.StructArray.from_arrays([rows["published_at"].combine_chunks()], fields=[pa.field("at", rows["published_at"].type)])
    pq.write_table(rows.append_column("published", at), folder / "articles.parquet")
    return sign_shard(folder, config)


def _in_order_of_runs(members: Members, rows: pa.Table) -> Members:
    """The documents following one another as their runs did."""
    runs = rows["run_id"].combine_chunks()
    number = pc.index_in(runs, value_set=pc.unique(runs)).to_numpy()
    sequence = np.lexsort((members.order, number))
    order = np.empty(len(sequence), np.int64)
    order[sequence] = np.arange(len(sequence))
    return replace(members, order=order)


def _head(rows: pa.Table, signed: pa.Table, order: tuple[str, ...]) -> tuple[int, list[str]]:
    """Which row stands for the story, and why the others do not."""
    own = pc.equal(rows["document_id"], rows["story_id"]).to_numpy()
    if own.any():
        return int(own.argmax()), [STANDING] * len(rows)
    oldest = np.flatnonzero(pc.equal(rows["run_id"], rows["run_id"][0]).to_numpy())
    best, decided = chosen(signed.take(pa.array(oldest)), np.zeros(len(oldest), np.int64), order)
    told = {at: order[number] for at, number in zip(oldest.tolist(), decided.tolist(), strict=True)}
    return int(oldest[best[0]]), [told.get(at, STANDING) for at in range(len(rows))]

"""Stories over all shards of a run, and the memory that the next run gets of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.deduplicate.heads import STANDING, chosen
from tasks.deduplicate.knowledge import Rules, load_rules
from tasks.deduplicate.members import Members, load, turns
from tasks.deduplicate.memory import last_turn, matching
from tasks.deduplicate.overlaps import WHOLE
from tasks.deduplicate.relations import NAMES, Related, related, versions
from tasks.deduplicate.signatures import MEMORY, REMEMBERED
from tasks.deduplicate.stories import Forest, apart, forest
from tasks.deduplicate.words import Index, identity_keys
from tasks.records import Assignment
from tasks.shards import schema_of

ROWS = 16384  # rows of memory that a later run reads at a time


def _standing(members: Members) -> Index:
    """For each text the article of an earlier run that it belongs to already, -1 where there is none."""
    found = np.full(len(members.texts), len(members))
    old = slice(0, members.earlier)
    np.minimum.at(found, members.text[old], members.story[old])
    return np.where(found == len(members), -1, found)


def _heads(members: Members, trees: Forest, rules: Rules) -> tuple[Index, list[str]]:
    """For each document the document that stands for its story, and why."""
    standing = _standing(members)
    group, article = apart(trees, standing)
    new = members.text[members.earlier :]
    head, reasons = chosen(members.table, group[new], rules.head)
    old = article[new]
    kept = np.where(old >= 0, old, head + members.earlier)
    reasons = [STANDING if before else reason for before, reason in zip((old >= 0).tolist(), reasons, strict=True)]
    return np.concatenate([members.story[: members.earlier], kept]), reasons


def _rows(members: Members, head: Index, found: Related, reasons: list[str]) -> pa.Table:
    """Assignment rows of the documents of this run."""
    new = slice(members.earlier, len(members))
    mine = head[new]
    copy = pa.array(mine != np.arange(members.earlier, len(members)))
    before = pa.array(found.previous[new], mask=found.previous[new] < 0)
    columns = {
        "document_id": members.ids[new],
        "story_id": members.ids.take(pa.array(mine)),
        "relation": pa.array(NAMES, pa.string()).take(pa.array(found.relation[new])),
        "similarity": pa.array(found.similarity[new]),
        "containment": pa.array(found.containment[new]),
        "reason": pa.array(reasons, pa.string()),
    }
    for name in ("relation", "similarity", "containment", "reason"):
        columns[name] = pc.if_else(copy, columns[name], pa.scalar(None, columns[name].type))
    columns["previous_version"] = members.ids.take(before)
    schema = schema_of(Assignment)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def assign(shards: Sequence[Path], prior: Sequence[Path], target: Path, config: Path) -> Path:
    """Write an `Assignment` for each article of the shards, in their order.

    `prior` are the files of memory of the release before (any order), `target` the Parquet file to write.
    """
    rules = load_rules(config)
    signatures = [path for shard in shards if (path := shard / "signatures.parquet").exists()]
    members = load(signatures, matching(prior, signatures, 2))
    trees = forest(members.texts, rules, versions(members))
    head, reasons = _heads(members, trees, rules)
    rows = _rows(members, head, related(members, head, rules.relations), reasons)
    pq.write_table(rows, target, compression="zstd", compression_level=1)
    return target


def _packed(ids: pa.ChunkedArray) -> pa.Array:
    return pa.array([bytes.fromhex(value) for value in ids.to_pylist()], pa.binary(16))


def _smallest(rows: pa.Table) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of each document the smallest hashes and their places, as many as are remembered, and up to which hash they are all there."""
    lengths = pc.list_value_length(rows.column("hashes")).combine_chunks().to_numpy()
    hashes = pc.list_slice(rows.column("hashes"), 0, REMEMBERED).combine_chunks()
    places = pc.list_slice(rows.column("places"), 0, REMEMBERED).combine_chunks()
    ends = np.cumsum(np.minimum(lengths, REMEMBERED))
    last = np.append(hashes.flatten().to_numpy(), WHOLE)[np.maximum(ends - 1, 0)]
    return hashes, places, pa.array(np.where(lengths > REMEMBERED, last, WHOLE), pa.uint32())


def memory_rows(shards: Sequence[Path], assignments: Path, prior: Sequence[Path], target: Path) -> Path:
    """Write what later runs must know of this run's documents, sorted by document_id, to be kept beside the files of `prior`."""
    columns = ["document_id", "identity", "fetched_at", "source_bundle", "source_member", "body", "digest", "words", "hashes", "places"]
    rows = pa.concat_tables([pq.read_table(path, columns=columns) for shard in shards if (path := shard / "signatures.parquet").exists()])
    stories = pq.read_table(assignments, columns=["document_id", "story_id"])
    rows = rows.append_column("story_id", stories.column("story_id"))
    hashes, places, limits = _smallest(rows)
    made = {
        "hashes": hashes,
        "places": places,
        "limit": limits,
        "document_id": _packed(rows.column("document_id")),
        "story_id": _packed(rows.column("story_id")),
        "identity": identity_keys(rows.column("identity").to_pylist()),
        "turn": turns(rows, last_turn(prior) + 1),
    }
    table = pa.table([made[name] if name in made else rows.column(name) for name in MEMORY.names], schema=MEMORY)
    pq.write_table(table.sort_by("document_id"), target, compression="zstd", compression_level=3, use_dictionary=False, row_group_size=ROWS)
    return target

"""Stories over all shards of a run, from the trees of their texts to a row for each document."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.articles import apart
from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import signatures
from tasks.deduplicate.heads import COLUMNS, STANDING, chosen
from tasks.deduplicate.knowledge import Rules, load_rules
from tasks.deduplicate.members import Members, load_members
from tasks.deduplicate.overlaps import load_texts
from tasks.deduplicate.relations import NAMES, Related, related
from tasks.deduplicate.stories import Forest, forest
from tasks.records import Assignment
from tasks.shards import schema_of

ROWS = 1 << 16  # assignments written together


def _standing(members: Members, texts: int) -> Index:
    """For each text the article of an earlier run that it belongs to already, -1 where there is none."""
    found = np.full(texts, len(members))
    old = slice(0, members.earlier)
    np.minimum.at(found, members.text[old], members.story[old])
    return np.where(found == len(members), -1, found)


def _several(members: Members, group: Index, article: Index) -> Index:
    """The documents of this run that share their group with others of this run and have no published article, counted from 0."""
    new = members.text[members.earlier :]
    sizes = np.bincount(group[new], minlength=len(group))
    return np.flatnonzero((sizes[group[new]] > 1) & (article[new] < 0))


def _told(shards: Sequence[Path], wanted: Index) -> pa.Table:
    """What the choice of the head needs, of the wanted documents (sorted)."""
    found, at = [], 0
    for shard in shards:
        rows = signatures(shard, COLUMNS)
        one, two = np.searchsorted(wanted, [at, at + len(rows)])
        found.append(rows.take(pa.array(wanted[one:two] - at)))
        at += len(rows)
    return pa.concat_tables(found)


def _heads(members: Members, shards: Sequence[Path], trees: Forest, rules: Rules) -> tuple[Index, NDArray[np.int8], list[str]]:
    """For each document the document that stands for its story, and why: for those of this run a number in the list of reasons."""
    group, article = apart(trees, _standing(members, len(trees.parent)))
    new = members.text[members.earlier :]
    head, reason = np.arange(members.earlier, len(members)), np.zeros(len(new), np.int8)
    names = [STANDING, *rules.head, "document-id"]
    if len(some := _several(members, group, article)):
        best, decided = chosen(_told(shards, some), group[new[some]], tuple(names[1:]))
        head[some], reason[some] = some[best] + members.earlier, decided + 1
    old = article[new]
    return np.concatenate([members.story[: members.earlier], np.where(old >= 0, old, head)]), reason, names


def _hex(ids: NDArray[np.uint8]) -> pa.Array:
    """Ids of 16 bytes as strings."""
    offsets = pa.py_buffer(np.arange(0, 32 * len(ids) + 1, 32, dtype=np.int32))
    return pa.Array.from_buffers(pa.string(), len(ids), [None, offsets, pa.py_buffer(ids.tobytes().hex().encode())])


def _rows(members: Members, head: Index, found: Related, reason: pa.DictionaryArray, which: slice) -> pa.Table:
    """Assignment rows of some documents of this run."""
    mine, before = head[members.earlier :][which], found.previous[which]
    alone = mine == np.arange(members.earlier, len(members))[which]
    columns: dict[str, Any] = {
        "document_id": _hex(members.ids[members.earlier :][which]),
        "story_id": _hex(members.ids[mine]),
        "relation": pa.DictionaryArray.from_arrays(pa.array(found.relation[which], mask=alone), pa.array(NAMES)).dictionary_decode(),
        "similarity": pa.array(found.similarity[which].astype(np.float64), mask=alone),
        "containment": pa.array(found.containment[which].astype(np.float64), mask=alone),
        "reason": pc.if_else(pa.array(alone), pa.scalar(None, pa.string()), reason[which].dictionary_decode()),
        "previous_version": _hex(members.ids[before]).take(pa.array(np.arange(len(before)), mask=before < 0)),
    }
    schema = schema_of(Assignment)
    return pa.table([columns[name] for name in schema.names], schema=schema)


def assign(shards: Sequence[Path], folder: Path, ranges: int, target: Path, config: Path) -> Path:
    """Write an `Assignment` for each article of the shards, in their order; `folder` holds what was gathered and judged."""
    rules, members, texts = load_rules(config), load_members(folder), load_texts(folder)
    head, number, names = _heads(members, shards, forest(folder, ranges), rules)
    found, reason = related(members, texts, head, rules.relations), pa.DictionaryArray.from_arrays(number, names)
    with pq.ParquetWriter(target, schema_of(Assignment), compression="zstd", compression_level=1) as writer:
        for at in range(0, max(len(members) - members.earlier, 1), ROWS):
            writer.write_table(_rows(members, head, found, reason, slice(at, at + ROWS)))
    return target

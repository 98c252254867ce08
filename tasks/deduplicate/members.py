"""The documents of a run, and those of earlier runs that they could belong to, as arrays in files.

`gather` reads each shard twice, one at a time, and writes an array for each thing that is known of a
document (`ids text story identity body order`, the remembered ones first) or of a text (`Texts`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.deduplicate.arrays import blank, load, save, sliced
from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import column, flat, ids_of, shingles, signatures
from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.memory import matching
from tasks.deduplicate.overlaps import WHOLE
from tasks.deduplicate.words import Hashes

EARLIEST = np.iinfo(np.int64).min
PLAIN = ["document_id", "identity", "body", "digest", "words"]
SEQUENCE = ["fetched_at", "source_bundle", "source_member", "document_id"]


@dataclass(frozen=True, slots=True)
class Members:
    """Documents of earlier runs (the first `earlier` of them), then those of this run.

    `text` is the number of a document's text, `story` that of the article of an earlier document (-1 for those of this run),
    `order` tells which of two documents of one identity comes first.
    """

    earlier: int
    ids: NDArray[np.uint8]  # 16 bytes each
    text: Index
    story: Index
    identity: Hashes
    body: Hashes
    order: Index

    def __len__(self) -> int:
        return len(self.text)


def load_members(folder: Path) -> Members:
    """What `gather` wrote."""
    names = ("ids", "text", "story", "identity", "body", "order")
    return Members(int(load(folder, "earlier")[0]), *(load(folder, name) for name in names))


def repeated(keys: Hashes) -> Hashes:
    """The keys that occur more than once, sorted."""
    ordered = np.sort(keys)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def turns(shards: Sequence[Path], identity: Hashes, start: int) -> Index:
    """Numbers from `start` on: documents of one identity are in the order of their versions.

    That is by time of fetching (unknown first), then bundle, member, id.
    """
    found, again, at, parts = np.full(len(identity), start), repeated(identity), 0, []
    for shard in shards if len(again) else ():
        rows = signatures(shard, SEQUENCE)
        here = np.flatnonzero(np.isin(identity[at : at + len(rows)], again))
        parts.append(rows.take(pa.array(here)).append_column("row", pa.array(here + at)))
        at += len(rows)
    if parts:
        rows = pa.concat_tables(parts)
        when = pc.fill_null(pc.cast(rows.column("fetched_at"), pa.int64()), EARLIEST)
        keys = [(name, "ascending") for name in ("at", *SEQUENCE[1:])]
        place = pc.sort_indices(rows.append_column("at", when), sort_keys=keys).to_numpy()
        found[column(rows, "row", np.int64)[place]] = np.arange(len(place)) + start
    return found


def _distinct(words: NDArray[np.int32], digest: Hashes) -> tuple[Index, Index]:
    """Which text each document has, texts numbered from short to long; and of each text the first document."""
    values, first, which = np.unique(digest, return_index=True, return_inverse=True)
    order = np.lexsort((values, words[first]))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[which], first[order]


def _blocks(shards: Sequence[Path], memory: pa.Table) -> Iterator[pa.Table]:
    """The shingles of all documents, those of this run first because their texts are whole."""
    yield from map(shingles, shards)
    yield memory.select(["hashes", "places"])


def _write_texts(folder: Path, blocks: Sequence[pa.Table], first: Index) -> Index:
    """Write the shingles of each text, taken from its first document; returns where each text's begin."""
    sizes = np.concatenate([np.zeros(0, np.int64), *(np.diff(flat(block, "hashes")[1]) for block in blocks)])
    offsets: Index = np.concatenate([[0], np.cumsum(sizes[first])]).astype(np.int64)
    text = np.full(len(sizes), -1)
    text[first] = np.arange(len(first))
    total = int(offsets[-1])
    made = {"hashes": blank(folder, "hashes", total, np.uint32), "places": blank(folder, "places", total, np.uint8)}
    at = 0
    for block in blocks:
        mine = text[at : at + len(block)]
        rows = np.flatnonzero(mine >= 0)
        for name, target in made.items():
            values, ends = flat(block, name)
            taken, begins = sliced(values, ends, rows)
            target[np.arange(len(taken)) + np.repeat(offsets[mine[rows]] - begins[:-1], np.diff(begins))] = taken
        at += len(block)
    return offsets


def _versions(text: Index, identity: Hashes, order: Index) -> Hashes:
    """The pairs of texts that follow one another at one identity, as shorter << 32 | longer, sorted."""
    some = np.flatnonzero(np.isin(identity, repeated(identity)))
    some = some[np.lexsort((order[some], identity[some]))]
    one, two = some[:-1], some[1:]
    same = (identity[one] == identity[two]) & (text[one] != text[two])
    ends = text[one[same]].astype(np.uint64), text[two[same]].astype(np.uint64)
    return np.unique(np.minimum(*ends) << np.uint64(32) | np.maximum(*ends))


def _stories(memory: pa.Table) -> Index:
    """For each remembered document the number of its article."""
    articles = memory.column("story_id").combine_chunks()
    return np.asarray(pc.fill_null(pc.index_in(articles, value_set=memory.column("document_id").combine_chunks()), -1).to_numpy(), np.int64)


def gather(shards: Sequence[Path], prior: Sequence[Path], folder: Path, config: Path) -> tuple[int, int]:
    """Write the arrays of all documents and texts into `folder`; returns how many parts of the index and ranges of texts there are.

    `prior` are the files of memory of the release before (any order).
    """
    rules = load_rules(config)
    memory, familiar = matching(prior, shards, rules)
    folder.mkdir(parents=True, exist_ok=True)
    tables = [signatures(shard, PLAIN) for shard in shards]
    rows, old = pa.concat_tables([*tables, memory.select(PLAIN)]), len(memory)
    words = column(rows, "words", np.int32)
    text, first = _distinct(words, np.where(words == 0, column(rows, "body", np.uint64), column(rows, "digest", np.uint64)))
    offsets = _write_texts(folder, [*_blocks(shards, memory)], first)
    limits = np.append(np.full(len(rows) - old, WHOLE), column(memory, "limit", np.uint32)).astype(np.uint32)
    turn, identity = column(memory, "turn", np.int64), np.roll(column(rows, "identity", np.uint64), old)
    order = np.append(turn, turns(shards, identity[old:], int(turn.max(initial=-1)) + 1))
    text = np.roll(text, old)
    made: dict[str, NDArray[Any]] = {
        "earlier": np.array([old]), "ids": np.roll(ids_of(rows.column("document_id")), old, axis=0), "text": text,
        "story": np.append(_stories(memory), np.full(len(rows) - old, -1)), "identity": identity,
        "body": np.roll(column(rows, "body", np.uint64), old), "order": order, "words": words[first], "limits": limits[first],
        "offsets": offsets, "versions": _versions(text, identity, order), "familiar": familiar,
    }  # fmt: skip
    for name, array in made.items():
        save(folder, name, array)
    parts, ranges = -(-int(offsets[-1]) // rules.grouping.shingles), -(-len(first) // rules.grouping.texts)
    return max(parts, 1), max(ranges, 1)

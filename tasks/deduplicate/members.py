"""The documents of a run, and those of earlier runs that they could belong to, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.overlaps import WHOLE, Texts
from tasks.deduplicate.signatures import SIGNATURES
from tasks.deduplicate.words import Hashes, Index, identity_keys

LATE = np.iinfo(np.int64).max
COMPARED = ["body", "digest", "words", "limit", "hashes", "places"]


@dataclass(frozen=True, slots=True)
class Members:
    """Documents of earlier runs (the first `earlier` of them), then those of this run; and the text of each.

    `story` is the number of the article of an earlier document, -1 for those of this run;
    `order` is the place among all of them as versions follow one another.
    """

    ids: pa.Array
    earlier: int
    text: Index
    texts: Texts
    story: Index
    identity: Hashes
    body: Hashes
    order: Index
    table: pa.Table  # the signatures of this run without their shingles

    def __len__(self) -> int:
        return len(self.ids)


def column(table: pa.Table, name: str, kind: Any) -> NDArray[Any]:
    """A column without nulls as numpy."""
    return np.asarray(table.column(name).to_numpy(), dtype=kind)


def _flat(table: pa.Table, name: str, kind: Any) -> tuple[NDArray[Any], Index]:
    lists = table.column(name).combine_chunks()
    lengths = np.asarray(pc.list_value_length(lists).to_numpy(zero_copy_only=False), np.int64)
    return np.asarray(lists.flatten().to_numpy(), kind), lengths


def _gathered(values: NDArray[Any], offsets: Index, which: Index) -> tuple[NDArray[Any], Index]:
    lengths = (offsets[1:] - offsets[:-1])[which]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    at = np.arange(ends[-1]) + np.repeat(offsets[which] - ends[:-1], lengths)
    return values[at], ends


def distinct(table: pa.Table) -> tuple[Index, Texts]:
    """The distinct texts of signatures (columns COMPARED), and which one each row has.

    Of rows with the same text the first one's shingles are taken.
    """
    words = column(table, "words", np.int32)
    digest = np.where(words == 0, column(table, "body", np.uint64), column(table, "digest", np.uint64))
    values, first, which = np.unique(digest, return_index=True, return_inverse=True)
    order = np.lexsort((values, words[first]))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    hashes, lengths = _flat(table, "hashes", np.uint32)
    places, _ = _flat(table, "places", np.uint8)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    rows = first[order]
    kept, ends = _gathered(hashes, offsets, rows)
    return rank[which], Texts(kept, _gathered(places, offsets, rows)[0], ends, words[rows], column(table, "limit", np.uint32)[rows])


def turns(rows: pa.Table, start: int) -> Index:
    """Numbers from `start` on in the order in which versions follow: time of fetching (unknown first), bundle, member, document_id."""
    at = pc.fill_null(pc.cast(rows.column("fetched_at"), pa.int64()), np.iinfo(np.int64).min)
    keys = ["at", "source_bundle", "source_member", "document_id"]
    found = pc.sort_indices(rows.append_column("at", at), sort_keys=[(name, "ascending") for name in keys]).to_numpy()
    place = np.empty(len(found), np.int64)
    place[found] = np.arange(len(found)) + start
    return place


def load(signatures: Sequence[Path], memory: pa.Table) -> Members:
    """The documents of the shards' signature files and of the rows of memory that could matter to them."""
    rows = pa.concat_tables([pq.read_table(path) for path in signatures] or [SIGNATURES.empty_table()])
    whole = rows.append_column("limit", pa.array(np.full(len(rows), WHOLE)))
    text, texts = distinct(pa.concat_tables([whole.select(COMPARED), memory.select(COMPARED)]))
    text = np.roll(text, len(memory))  # the documents of this run were put first because their texts are whole
    old = [value.hex() for value in memory.column("document_id").to_pylist()]
    ids = pa.concat_arrays([pa.array(old, pa.string()), rows.column("document_id").combine_chunks()])
    articles = pa.array([value.hex() for value in memory.column("story_id").to_pylist()], pa.string())
    story = np.concatenate([pc.index_in(articles, value_set=ids).fill_null(-1).to_numpy(), np.full(len(rows), -1)])
    identity = np.concatenate([column(memory, "identity", np.uint64), identity_keys(rows.column("identity").to_pylist())])
    body = np.concatenate([column(memory, "body", np.uint64), column(rows, "body", np.uint64)])
    turn = column(memory, "turn", np.int64)
    order = np.concatenate([turn, turns(rows, int(turn.max(initial=-1)) + 1)])
    return Members(ids, len(memory), text, texts, story.astype(np.int64), identity, body, order, rows.drop_columns(["hashes", "places"]))

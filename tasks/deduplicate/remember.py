"""What a run leaves to later ones: the memory of its documents."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.deduplicate.arrays import sliced
from tasks.deduplicate.characters import Index
from tasks.deduplicate.files import column, flat, ids_of, packed_lists, shingles, signatures
from tasks.deduplicate.members import turns
from tasks.deduplicate.memory import last_turn
from tasks.deduplicate.overlaps import WHOLE
from tasks.deduplicate.signatures import MEMORY, REMEMBERED

ROWS = 16384  # rows that a later run reads at a time
COMPRESSION = {name: "none" if name == "hashes" else "zstd" for name in MEMORY.names}  # hashes do not get smaller
BUCKET = 8 * ROWS  # rows that are sorted at a time


def _stories(assignments: Path) -> NDArray[np.uint8]:
    """The article of each document of the run, 16 bytes each."""
    batches = pq.ParquetFile(assignments).iter_batches(columns=["story_id"])
    raw = b"".join(bytes.fromhex("".join(batch.column(0).to_pylist())) for batch in batches)
    return np.frombuffer(raw, np.uint8).reshape(-1, 16)


def _smallest(rows: pa.Table) -> dict[str, pa.Array]:
    """Of each document the smallest hashes and their places, as many as are remembered, and up to which hash they are all there."""
    (hashes, offsets), (places, _) = flat(rows, "hashes"), flat(rows, "places")
    lengths = np.diff(offsets)
    kept = np.minimum(lengths, REMEMBERED)
    at, ends = sliced(np.arange(len(hashes)), np.stack([offsets[:-1], offsets[:-1] + kept], axis=1).ravel(), 2 * np.arange(len(rows)))
    last = np.append(hashes, WHOLE)[np.maximum(offsets[:-1] + kept - 1, 0)]
    return {
        "hashes": packed_lists(hashes[at], ends),
        "places": packed_lists(places[at], ends),
        "limit": pa.array(np.where(lengths > REMEMBERED, last, WHOLE), pa.uint32()),
    }


def _bytes(ids: NDArray[np.uint8]) -> pa.Array:
    return pa.Array.from_buffers(pa.binary(16), len(ids), [None, pa.py_buffer(ids.tobytes())])


def _bucket(shards: Sequence[Path], which: tuple[int, int], story: NDArray[np.uint8], turn: Index) -> pa.Table:
    """The rows of memory of the documents whose id begins with two bytes from a number up to before another one, sorted by id."""
    found, at = [MEMORY.empty_table()], 0
    for shard in shards:
        rows = signatures(shard, ["document_id", "identity", "body", "digest", "words"])
        head = ids_of(rows.column("document_id"))[:, :2].astype(np.int64) @ np.array([256, 1])
        here = np.flatnonzero((head >= which[0]) & (head < which[1]))
        made = {name: rows.column(name).take(pa.array(here)) for name in rows.column_names}
        made |= _smallest(shingles(shard).take(pa.array(here)))
        made |= {"story_id": _bytes(story[at + here]), "turn": pa.array(turn[at + here])}
        found.append(pa.table([made[name] for name in MEMORY.names], schema=MEMORY))
        at += len(rows)
    return pa.concat_tables(found).sort_by("document_id")


def memory_rows(shards: Sequence[Path], assignments: Path, prior: Sequence[Path], target: Path) -> Path:
    """Write what later runs must know of this run's documents, sorted by document_id, to be kept beside the files of `prior`."""
    story = _stories(assignments)
    keys = [column(signatures(shard, ["identity"]), "identity", np.uint64) for shard in shards]
    turn = turns(shards, np.concatenate([np.zeros(0, np.uint64), *keys]), last_turn(prior) + 1)
    buckets, rest = -(-len(story) // BUCKET) or 1, MEMORY.empty_table()
    with pq.ParquetWriter(target, MEMORY, compression=COMPRESSION, use_dictionary=False, write_statistics=False) as writer:
        for number in range(buckets):
            rows = pa.concat_tables([rest, _bucket(shards, (number * 65536 // buckets, (number + 1) * 65536 // buckets), story, turn)])
            whole = len(rows) if number + 1 == buckets else len(rows) // ROWS * ROWS
            writer.write_table(rows.slice(0, whole), row_group_size=ROWS)
            rest = rows.slice(whole)
    return target

"""Signatures of a shard: what is known of each article when stories are put together."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.deduplicate.knowledge import Rules, load_rules
from tasks.deduplicate.shingles import Lexicon, Shingled, compared, lexicon, shingled
from tasks.deduplicate.signatures import HASHES, PLACES, SIGNATURES, body_digests, outlet_ranks, own_copies
from tasks.deduplicate.texts import story
from tasks.deduplicate.words import hashed_words

BATCH = 64  # texts hashed together: some hundred thousand characters, which the processor's cache holds
READ = ["document_id", "identity", "source_bundle", "source_member", "fetched_at", "body", "word_count", "published.at",
        "published_earliest", "agency_id", "outlet_id", "outlet_domain", "outlet_source"]  # fmt: skip


@cache
def _lexicon(folder: Path) -> Lexicon:
    return lexicon(load_rules(folder))


def signed(bodies: list[str], rules: Rules, known: Lexicon) -> Shingled:
    """The shingles of many bodies, dateline and tail aside."""
    words, offsets = hashed_words([story(body, rules) for body in bodies])
    words, offsets = compared(words, offsets, known)
    return shingled(words, offsets, rules.shingles.words, rules.shingles.sample)


def _lists(parts: list[Shingled], field: str, kind: pa.ListType) -> pa.Array:
    values = np.concatenate([getattr(p, field) for p in parts])
    ends = np.cumsum(np.concatenate([np.diff(p.offsets) for p in parts]))
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]), pa.int32()), pa.array(values, kind.value_type), type=kind)


def _signatures(rows: pa.Table, rules: Rules, known: Lexicon) -> pa.Table:
    bodies: list[str] = rows.column("body").to_pylist()
    parts = [signed(bodies[i : i + BATCH], rules, known) for i in range(0, len(bodies), BATCH)]
    columns: dict[str, Any] = {name: rows.column(name) for name in READ if name in SIGNATURES.names}
    published = rows.column("published").combine_chunks()
    columns |= {
        "published_at": published.field("at"),
        "body": body_digests(bodies),
        "own": own_copies(rows, rules),
        "outlet_rank": outlet_ranks(rows, rules),
        "digest": np.concatenate([p.digests for p in parts]),
        "words": np.concatenate([p.lengths for p in parts]),
        "hashes": _lists(parts, "hashes", HASHES),
        "places": _lists(parts, "places", PLACES),
    }
    return pa.table([columns[name] for name in SIGNATURES.names], schema=SIGNATURES)


def _batches(path: Path) -> Iterator[pa.Table]:
    for batch in pq.ParquetFile(path).iter_batches(columns=READ, batch_size=4096):
        yield pa.Table.from_batches([batch])


def sign_shard(folder: Path, config: Path) -> Path:
    """Write `signatures.parquet` of a shard from its `articles.parquet`, a row each, in order; returns its path."""
    rules, target = load_rules(config), folder / "signatures.parquet"
    with pq.ParquetWriter(target, SIGNATURES, compression="zstd", compression_level=1, use_dictionary=False) as writer:
        for rows in _batches(folder / "articles.parquet"):
            writer.write_table(_signatures(rows, rules, _lexicon(config)))
    return target

"""Signatures of a shard: what is known of each article when stories are put together."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.deduplicate.files import SHINGLED, SIGNED
from tasks.deduplicate.knowledge import Rules, load_rules
from tasks.deduplicate.shingles import Lexicon, Shingled, compared, lexicon, shingled
from tasks.deduplicate.signatures import HASHES, PLACES, SHINGLES, SIGNATURES, body_digests, outlet_ranks, own_copies, packed
from tasks.deduplicate.texts import story
from tasks.deduplicate.words import hashed_words, identity_keys

BATCH = 300_000  # bytes of text hashed together, so that what is made of them stays in the processor's cache
READ = ["document_id", "identity", "source_bundle", "source_member", "fetched_at", "body", "word_count", "published.at",
        "published_earliest", "agency_id", "outlet_id", "outlet_domain", "outlet_source"]  # fmt: skip


@cache
def _lexicon(folder: Path) -> Lexicon:
    return lexicon(load_rules(folder))


def signed(bodies: list[bytes], rules: Rules, known: Lexicon) -> Shingled:
    """The shingles of many bodies (UTF-8), dateline and tail aside."""
    words, offsets = hashed_words([story(body, rules) for body in bodies])
    words, offsets = compared(words, offsets, known)
    return shingled(words, offsets, rules.shingles.words, rules.shingles.sample)


def _lists(parts: list[Shingled], field: str, kind: pa.ListType) -> pa.Array:
    values = np.concatenate([getattr(p, field) for p in parts])
    ends = np.cumsum(np.concatenate([np.diff(p.offsets) for p in parts]))
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]), pa.int32()), pa.array(values, kind.value_type), type=kind)


def _signatures(rows: pa.Table, bodies: list[bytes], parts: list[Shingled], rules: Rules) -> pa.Table:
    columns: dict[str, Any] = {name: rows.column(name) for name in READ if name in SIGNATURES.names}
    columns |= {
        "document_id": packed(rows.column("document_id").to_pylist()),
        "identity": identity_keys(rows.column("identity").to_pylist()),
        "published_at": rows.column("published").combine_chunks().field("at"),
        "body": body_digests(bodies),
        "own": own_copies(rows, rules),
        "outlet_rank": outlet_ranks(rows, rules),
        "digest": np.concatenate([p.digests for p in parts]),
        "words": np.concatenate([p.lengths for p in parts]),
    }
    return pa.table([columns[name] for name in SIGNATURES.names], schema=SIGNATURES)


def read_articles(folder: Path) -> Iterator[pa.Table]:
    """What is signed of a shard's articles, some thousand at a time."""
    file = pq.ParquetFile(folder / "articles.parquet", pre_buffer=False)
    for batch in file.iter_batches(columns=READ, batch_size=4096, use_threads=False):
        yield pa.Table.from_batches([batch])


def _together(bodies: list[bytes]) -> Iterator[list[bytes]]:
    """The bodies in batches."""
    batch = np.cumsum([len(body) for body in bodies]) // BATCH
    cuts = [0, *(np.flatnonzero(np.diff(batch)) + 1).tolist(), len(bodies)]
    return (bodies[one:two] for one, two in pairwise(cuts))


def sign_rows(batches: Iterable[pa.Table], folder: Path, config: Path) -> None:
    """Write the signatures of articles (columns READ) to a shard's folder, a row each, in order."""
    rules, known = load_rules(config), _lexicon(config)
    with (
        pq.ParquetWriter(folder / SIGNED, SIGNATURES, compression="none", use_dictionary=False, write_statistics=False) as signatures,
        pa.OSFile(str(folder / SHINGLED), "wb") as file,
        pa.ipc.new_file(file, SHINGLES) as shingles,
    ):
        for rows in batches:
            bodies: list[bytes] = rows.column("body").cast(pa.binary()).to_pylist()
            parts = [signed(some, rules, known) for some in _together(bodies)]
            signatures.write_table(_signatures(rows, bodies, parts, rules))
            lists = [_lists(parts, "hashes", HASHES), _lists(parts, "places", PLACES)]
            shingles.write_batch(pa.RecordBatch.from_arrays(lists, schema=SHINGLES))


def sign_shard(folder: Path, config: Path) -> Path:
    """Write `signatures.parquet` and `shingles.arrow` of a shard from its `articles.parquet`; returns the folder."""
    sign_rows(read_articles(folder), folder, config)
    return folder

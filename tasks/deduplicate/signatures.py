"""The signature of an article as columns: what stories are put together by, and what the choice of the head needs."""

from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.deduplicate.knowledge import Rules

REMEMBERED = 60  # shingles of a document that later runs compare: with these a row takes less than 400 bytes
KINDS: dict[str, np.dtype[Any]] = {"hashes": np.dtype("<u4"), "places": np.dtype("u1")}
HASHES = pa.list_(pa.field("element", pa.uint32()))
PLACES = pa.list_(pa.field("element", pa.uint8()))
SIGNATURES = pa.schema(
    [
        ("document_id", pa.binary(16)),
        ("identity", pa.uint64()),  # 64 bits of it
        ("source_bundle", pa.string()),
        ("source_member", pa.string()),
        ("fetched_at", pa.timestamp("us", "UTC")),
        ("word_count", pa.int64()),
        ("published_at", pa.timestamp("us", "UTC")),
        ("published_earliest", pa.date32()),
        ("own", pa.bool_()),  # the agency's own copy
        ("outlet_rank", pa.int8()),  # how good the evidence for the outlet is, 0 the best
        ("body", pa.uint64()),  # digest of the body as printed
        ("digest", pa.uint64()),  # digest of the words that are compared
        ("words", pa.int32()),  # how many words are compared
    ]
)

# The sampled shingles of the same documents: sorted hashes, and where each begins, in steps of words.
SHINGLES = pa.schema([("hashes", HASHES), ("places", PLACES)])

# What later runs must know of a published document; files of these rows lie in the release.
MEMORY = pa.schema(
    [
        ("document_id", pa.binary(16)),
        ("story_id", pa.binary(16)),
        ("identity", pa.uint64()),
        ("turn", pa.int64()),  # of two documents of one identity the later one has the greater
        ("body", pa.uint64()),
        ("digest", pa.uint64()),
        ("words", pa.int32()),
        ("limit", pa.uint32()),  # the hash up to which its shingles are all here
        ("hashes", pa.large_binary()),  # the smallest ones, REMEMBERED at most, four bytes each: read five times as fast as a list
        ("places", pa.large_binary()),  # a byte each
    ]
)


def packed(ids: list[str]) -> pa.Array:
    """Ids of 32 hex digits as 16 bytes each."""
    return pa.Array.from_buffers(pa.binary(16), len(ids), [None, pa.py_buffer(bytes.fromhex("".join(ids)))])


def body_digests(bodies: list[bytes]) -> NDArray[np.uint64]:
    """64 bits of each body (UTF-8) as printed."""
    joined = b"".join(blake2b(body, digest_size=8).digest() for body in bodies)
    return np.frombuffer(joined, np.uint64)


def own_copies(rows: pa.Table, rules: Rules) -> list[bool]:
    """Whether the outlet is the agency itself, by `agency_id`, `outlet_id` and `outlet_domain`."""
    columns = (rows.column(name).to_pylist() for name in ("agency_id", "outlet_id", "outlet_domain"))
    sites = {agency: set(own) for agency, own in rules.agencies.items()}
    return [not sites.get(agency, set()).isdisjoint((outlet, domain)) for agency, outlet, domain in zip(*columns, strict=True)]


def outlet_ranks(rows: pa.Table, rules: Rules) -> pa.Array:
    """The place of `outlet_source` among the evidence of the rules; unknown kinds after them, none at all last."""
    order = pa.array(rules.outlet_evidence, pa.string())
    source = rows.column("outlet_source").combine_chunks()
    place = pc.fill_null(pc.index_in(source, value_set=order), len(order))
    return pc.cast(pc.if_else(pc.is_valid(source), place, len(order) + 1), pa.int8())

"""What a run read, told from its shards, and their publication with it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from tasks.write.expectations import load_expectations
from tasks.write.output import Output
from tasks.write.runs import Bundle, RunInfo, Summary
from tasks.write.shard import publish_run

REJECTED = ["source_bundle", "source_member", "identity", "source_sha256", "document_id"]
# What a bundle says of a document shapes its rows as much as the document's bytes do.
INPUTS = {
    "documents.parquet": [*REJECTED, "source_id", "media_type", "charset", "url", "fetched_at", "given"],
    "rejects-split.parquet": REJECTED,
}


def _rows(shards: Sequence[Path]) -> Iterator[tuple[Any, ...]]:
    for path, columns in ((shard / name, columns) for shard in shards for name, columns in INPUTS.items()):
        if path.exists():
            for batch in pq.ParquetFile(path).iter_batches(columns=columns):
                yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)


def bundle_digests(shards: Sequence[Path], locations: Sequence[str]) -> tuple[Bundle, ...]:
    """Each location with the digest of what was read under its base name, in any order of documents.

    The digests of the rows are added up, so that documents need not be held or sorted.
    """
    totals: dict[str, int] = {}
    for bundle, *rest in _rows(shards):
        row = hashlib.sha256(repr(rest).encode("utf-8", "surrogatepass")).digest()
        totals[bundle or ""] = (totals.get(bundle or "", 0) + int.from_bytes(row)) % (1 << 256)
    every = sum(totals.values()) % (1 << 256)  # stands in where a location does not end in the name that its rows carry
    return tuple(Bundle(location, f"{totals.get(PurePosixPath(location).name, every):064x}") for location in sorted(set(locations)))


def publish_shards(
    output: Output,
    shards: Sequence[Path],
    stories: Path,
    memory: Mapping[str, Path],
    known: Path | None,
    origin: tuple[tuple[str, ...], str, datetime],
    config: Path | None = None,
) -> Summary:
    """Publish a run; `origin` are the bundles' locations, the configuration's digest and when the run started. See `publish_run`.

    `config` is the folder whose expectations are held against the run; none are where it is None.
    """
    locations, configuration, started_at = origin
    run = RunInfo(bundle_digests(shards, locations), configuration, started_at)
    there = {name: path for name, path in memory.items() if path.exists()}
    return publish_run(output, shards, stories, run, memory=there, known=known, expectations=load_expectations(config) if config else ())

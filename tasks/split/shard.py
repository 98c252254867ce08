"""Bundles to shards on disk: documents as they come, cut by their number and size, never all in memory."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tasks.records import RawDocument, Reject
from tasks.settings import Settings, Shards
from tasks.shards import write_records
from tasks.split.bundles import in_order, sources_of
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.source import Source

MEGABYTE = 1_000_000


@dataclass(slots=True)
class _Shard:
    """What gathers until a shard is full."""

    documents: list[RawDocument] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    size: int = 0

    def add(self, record: RawDocument | Reject) -> None:
        if isinstance(record, RawDocument):
            self.documents.append(record)
            self.size += len(record.text)
        else:
            self.rejects.append(record)

    def full(self, shards: Shards) -> bool:
        return len(self.documents) >= shards.documents or len(self.rejects) >= shards.documents or self.size >= shards.megabytes * MEGABYTE

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        write_records(folder / "documents.parquet", self.documents, RawDocument)
        write_records(folder / "rejects-split.parquet", self.rejects, Reject)
        return folder


def split_documents(bundles: Sequence[str], settings: Settings) -> Iterator[RawDocument | Reject]:
    """Every document of the bundles, in an order that does not depend on that of the arguments.

    Raises BundleError where a bundle cannot be had at all.
    """
    limits = settings.pipeline.limits
    for bundle in in_order(bundles):
        for item in sources_of(bundle, limits):
            found = documents(item, limits) if isinstance(item, Source) else iter((item,))
            for one in found:
                yield finish(one, limits)


def split_bundles(bundles: Sequence[str], work: Path, settings: Settings) -> list[Path]:
    """Write the documents and rejects of the bundles to shards below `work/shards`; returns their folders in order, one at least.

    What an earlier try left there is removed first. Raises BundleError where a bundle cannot be had at all.
    """
    root = work / "shards"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    shard, written = _Shard(), list[Path]()
    for record in split_documents(bundles, settings):
        shard.add(record)
        if shard.full(settings.pipeline.shards):
            written.append(shard.write(root / f"{len(written):05d}"))
            shard = _Shard()
    if shard.documents or shard.rejects or not written:  # an empty folder is a run of nothing, not a broken one
        written.append(shard.write(root / f"{len(written):05d}"))
    return written

"""Bundles to shards on disk: documents as they come, cut by their number and size, never all in memory."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tasks.guard import REST, Beat, Crash, Death, supervised
from tasks.records import RawDocument, Reject
from tasks.settings import Limits, Settings, Shards
from tasks.shards import RecordWriter
from tasks.split.bundles import in_order, sources_of
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.source import Refusal, Source
from tasks.split.walk import Place, Walk

MEGABYTE = 1_000_000
WAITING = 4 * MEGABYTE  # characters that are written together


class _Shard:
    """A shard that is being written: documents wait until they are worth a write, so that few are in memory."""

    def __init__(self, folder: Path, beat: Beat) -> None:
        shutil.rmtree(folder, ignore_errors=True)  # what a child that died left there
        folder.mkdir(parents=True)
        self._beat = beat
        self._documents = RecordWriter(folder / "documents.parquet", RawDocument)
        self._rejects = RecordWriter(folder / "rejects-split.parquet", Reject)
        self._waiting: list[RawDocument] = []
        self._refused: list[Reject] = []
        self._size = self._ready = self.count = 0  # characters that wait, and that were written; documents

    def add(self, record: RawDocument | Reject) -> None:
        if isinstance(record, Reject):
            self._refused.append(record)
            return
        self._waiting.append(record)
        self.count += 1
        self._size += len(record.text)
        if self._size >= WAITING:
            self._write()

    def full(self, shards: Shards) -> bool:
        size = self._ready + self._size
        return self.count >= shards.documents or len(self._refused) >= shards.documents or size >= shards.megabytes * MEGABYTE

    def holds(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.count or self._refused)

    def _write(self) -> None:
        self._beat.rest()
        self._documents.write(self._waiting)
        self._ready, self._size = self._ready + self._size, 0
        self._waiting.clear()

    def close(self) -> None:
        """Write what waits; the files are whole then."""
        self._write()
        self._documents.close()
        self._rejects.write(self._refused)
        self._rejects.close()


def items_of(bundles: Sequence[str], told: Callable[[], None] = lambda: None) -> Iterator[Source | Refusal]:
    """The files of the bundles, in an order that does not depend on that of the arguments.

    Raises BundleError where a bundle cannot be had at all.
    """
    return (item for bundle in in_order(bundles) for item in sources_of(bundle, told))


def _records(item: Source | Refusal, limits: Limits, walk: Walk | None = None) -> Iterator[Callable[[], RawDocument | Reject]]:
    """What makes the record of each document of an item."""
    found = documents(item, limits, walk) if isinstance(item, Source) else iter((item,))
    return (partial(finish, one, limits) for one in found)


def split_documents(bundles: Sequence[str], settings: Settings) -> Iterator[RawDocument | Reject]:
    """Every document of the bundles. Raises BundleError where a bundle cannot be had at all."""
    return (made() for item in items_of(bundles) for made in _records(item, settings.pipeline.limits))


class Mark(NamedTuple):
    """How far the work is done: shards written, files behind it, and records of the file after them that are written."""

    shards: int = 0
    files: int = 0
    records: int = 0


@dataclass(slots=True)
class _Splitting:
    """The work on all bundles, which a child does and a new one goes on with where the last one died."""

    bundles: Sequence[str]
    root: Path
    settings: Settings
    mark: Mark = field(default_factory=Mark)
    deaths: dict[int, dict[Place, Crash]] = field(default_factory=lambda: defaultdict(dict))

    def shards(self, beat: Beat) -> Iterator[Mark]:
        """Write shards, tell of each. Runs in the child."""
        written, shard = self.mark.shards, _Shard(self._folder(self.mark.shards), beat)
        for files, records, record in self._behind_mark(beat):
            shard.add(record)
            if shard.full(self.settings.pipeline.shards):
                shard.close()
                written += 1
                yield Mark(written, files, records)
                shard = _Shard(self._folder(written), beat)
        shard.close()
        if shard.holds() or not written:  # an empty folder is a run of nothing, not a broken one
            written += 1
        else:
            shutil.rmtree(self._folder(written))
        yield Mark(written, sys.maxsize)

    def _behind_mark(self, beat: Beat) -> Iterator[tuple[int, int, RawDocument | Reject]]:
        """Each record that no shard holds yet, with the files before its own and its number there."""
        for files, item in enumerate(items_of(self.bundles, beat.wind)):
            if files < self.mark.files:
                continue
            walk = Walk(partial(beat.at, files), self.deaths[files])
            for number, made in enumerate(_records(item, self.settings.pipeline.limits, walk), 1):
                if files > self.mark.files or number > self.mark.records:
                    yield files, number, made()

    def _folder(self, number: int) -> Path:
        return self.root / f"{number:05d}"

    def blame(self, death: Death) -> None:
        """Learn from a child's death. Raises RuntimeError where no file is to blame, or the same place twice."""
        files, number, items, phase, *_ = death.place
        if files == REST or (number, items, phase) in self.deaths[files]:
            raise RuntimeError(f"the process that splits died: {death.crash.detail}")
        self.deaths[files][number, items, phase] = death.crash


def split_bundles(bundles: Sequence[str], work: Path, settings: Settings) -> list[Path]:
    """Write the documents and rejects of the bundles to shards below `work/shards`; returns their folders in order, one at least.

    What an earlier try left there is removed first. Raises BundleError where a bundle cannot be had at all.
    """
    root = work / "shards"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    splitting = _Splitting(bundles, root, settings)
    while splitting.mark.files < sys.maxsize:
        child = supervised(splitting.shards, settings.pipeline.limits)
        try:
            while True:
                splitting.mark = next(child)
        except StopIteration as end:
            if end.value:
                splitting.blame(end.value)
    return [root / f"{number:05d}" for number in range(splitting.mark.shards)]

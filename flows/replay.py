"""What `copydesk verify` needs of the bundles: their source texts once more, and whole runs once more."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tasks.records import Assignment
from tasks.settings import CONFIG, Settings, load_settings


class ReplayError(Exception):
    """A run could not be repeated; the message is the last line it said."""


def source_texts(config: str | None) -> Callable[[Sequence[str]], Iterator[tuple[str, str]]]:
    """Parses the bundles at some locations: `document_id` and source text of each document that is still there."""
    settings = load_settings(Path(config).resolve() if config else CONFIG)

    def parse(locations: Sequence[str]) -> Iterator[tuple[str, str]]:
        there = [place for place in locations if "://" in place or Path(place).exists()]
        with tempfile.TemporaryDirectory(prefix="copydesk-source-") as scratch:
            yield from _parsed(there, Path(scratch), settings)

    return parse


def _parsed(locations: Sequence[str], work: Path, settings: Settings) -> Iterator[tuple[str, str]]:
    import pyarrow.parquet as pq

    from tasks.split.shard import split_bundles
    from tasks.strip.shard import parse_shard

    for folder in split_bundles(locations, work, settings) if locations else ():
        parse_shard(folder, settings.folder, None)
        parsed = pq.ParquetFile(folder / "parsed.parquet")
        for batch in parsed.iter_batches(columns=["document.document_id", "source_text"], batch_size=512):
            ids = batch.column("document").field("document_id").to_pylist()
            yield from zip(ids, batch.column("source_text").to_pylist(), strict=True)


def grouping(config: str | None) -> Callable[[Any], Sequence[Assignment]]:
    """Who stands for a story of which documents were withdrawn, and what the others are to it."""
    from tasks.deduplicate.regroup import regroup

    return partial(regroup, config=Path(config).resolve() if config else CONFIG)


def rerun(config: str | None) -> Callable[[Sequence[str], Path], None]:
    """Cleans the bundles at some locations into an output, in a process of its own. Raises ReplayError."""

    def clean(locations: Sequence[str], out: Path) -> None:
        chosen = ["--config", config] if config else []
        command = [sys.executable, "-m", "flows.cli", "run", *locations, "--out", str(out), *chosen]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this very program
        if done.returncode:
            raise ReplayError((done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1])

    return clean

"""`copydesk compact`: many small files of a dataset become few, in a new release with the same rows."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.write.columns import sort_by_id
from tasks.write.ledger import LEDGER, covering
from tasks.write.output import Output, Release, close_output, current_release, holding, open_output
from tasks.write.parquet import DatasetWriter, write_rows
from tasks.write.partition import BUDGET, bucket_count, read_buckets
from tasks.write.reading import read_file
from tasks.write.release import MEMORY, commit, prior_state, write_memory
from tasks.write.schema import DATASETS

FEW = 2  # files with rows that a dataset may hold before it is worth merging
WHOLE = ("runs", "withdrawn")  # small, and not in order of document_id


def _with_rows(release: Release, dataset: str) -> list[dict[str, Any]]:
    return [f for f in release.manifest["files"] if f["path"].startswith(f"{dataset}/") and f["rows"]]


def _merged(paths: Sequence[Path], count: int, spill: Path) -> Iterator[pa.Table]:
    for table in read_buckets(paths, count, spill):
        yield sort_by_id(table)


def _merge(release: Release, staged: Path, spill: Path, stem: str, dataset: str, count: int) -> None:
    paths = release.files(dataset)
    if dataset in WHOLE:
        write_rows(staged / dataset, dataset, stem, (read_file(path) for path in paths))
        return
    with DatasetWriter(staged / dataset, dataset, stem) as writer:
        for table in _merged(paths, count, spill / dataset):
            writer.write(table)


def _merge_memory(release: Release, staged: Path, stem: str) -> list[dict[str, Any]]:
    """Merge what earlier runs left for the next one, name by name; returns the entries of the files that stay as they are."""
    runs, keep = int(release.manifest["runs"]), []
    for name in sorted({f["path"].split("/")[1] for f in release.manifest["files"] if f["path"].startswith(f"{MEMORY}/")}):
        paths = release.files(f"{MEMORY}/{name}")
        if f"{MEMORY}/{name}" == LEDGER:
            read = frozenset(covering(paths, 1, runs) or paths)  # the others say the same
            keep += [f for f in release.manifest["files"] if release.path / f["path"] in read]
        elif len(paths) < FEW or len({pq.read_schema(path).remove_metadata() for path in paths}) > 1:  # another version wrote some
            keep += [f for f in release.manifest["files"] if f["path"].startswith(f"{MEMORY}/{name}/")]
        else:
            write_memory(staged / MEMORY / name / f"{stem}.parquet", (read_file(path) for path in paths))
    return keep


def compact_output(out: str | os.PathLike[str]) -> Release | None:
    """Merge the files of all datasets into a new release with the same rows, and return it; None where there is nothing to merge.

    The state that the next run starts from stays the same. Raises OutputError where nothing can be written, Conflict where a run
    published meanwhile.
    """
    current_release(out)  # an output that is none is not made one
    output = open_output(out)
    try:
        return _compact(output)
    finally:
        close_output(output)


def _compact(output: Output) -> Release | None:
    prior = output.prior
    if prior is None or all(len(_with_rows(prior, dataset)) < FEW for dataset in DATASETS):
        return None
    work = output.staging / "compact"
    # Rows of one document must stay in one group of files, so all datasets are merged or none.
    stem = f"{prior.manifest['runs']:06d}-compact{prior.number + 1:06d}"
    heavy = [path for dataset in ("articles", "copies", "removed", "evidence") for path in prior.files(dataset)]
    with holding(output):
        for dataset in DATASETS:
            _merge(prior, work / "release", work / "spill", stem, dataset, bucket_count(heavy, BUDGET))
        keep = [f for f in prior.manifest["files"] if f["path"].split("/")[0] in DATASETS and not f["rows"]]
        keep += _merge_memory(prior, work / "release", stem)
        release = commit(output, work / "release", runs=prior.manifest["runs"], keep=keep, state=prior_state(prior))
    shutil.rmtree(work, ignore_errors=True)
    return release

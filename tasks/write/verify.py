"""`copydesk verify`: the laws and the manifest's digests on what is published alone, in bounded memory."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.write.columns import BrokenLawError
from tasks.write.laws import Breach, check_copies, check_counts, check_ids, check_texts, check_twins
from tasks.write.output import MANIFEST, Release, current_release
from tasks.write.release import digest_file
from tasks.write.rerun import Parse, Rerun, check_rerun, check_source
from tasks.write.schema import DATASETS, schema_for
from tasks.write.withdraw import Regroup

__all__ = ["Breach", "verify_output"]

CHECKS: tuple[Callable[[Release], Iterator[Breach]], ...] = (check_ids, check_twins, check_counts, check_texts, check_copies)


def check_files(release: Release) -> Iterator[Breach]:
    """Each file of the manifest is there with its digest, rows and schema, and no other one."""
    listed = {entry["path"]: entry for entry in release.manifest["files"]}
    there = {p.relative_to(release.path).as_posix() for p in release.path.rglob("*") if p.is_file()} - {MANIFEST}
    yield from (Breach("manifest", path, None, "is not in the manifest") for path in sorted(there - listed.keys()))
    for path, entry in sorted(listed.items()):
        yield from _check_file(release.path / path, path, entry)


def _check_file(file: Path, path: str, entry: dict[str, Any]) -> Iterator[Breach]:
    if not file.is_file():
        yield Breach("manifest", path, None, "is missing")
        return
    if digest_file(file) != entry["sha256"]:
        yield Breach("manifest", path, None, "its bytes are not those that the manifest's digest stands for")
    try:
        with pq.ParquetFile(file) as read:
            rows, schema = read.metadata.num_rows, read.schema_arrow
    except (pa.ArrowException, OSError) as error:
        yield Breach("manifest", path, None, f"is no Parquet file ({' '.join(str(error).split())})")
        return
    if rows != entry["rows"]:
        yield Breach("manifest", path, None, f"holds {rows} rows, the manifest says {entry['rows']}")
    dataset = path.split("/")[0]
    if dataset in DATASETS and not schema.equals(schema_for(dataset)):
        yield Breach("schema", path, None, "its schema is not that of the dataset")


def check_links(root: Path) -> Iterator[Breach]:
    """Each dataset is a relative link through the pointer, so that a reader sees all of a release or none of it."""
    for dataset in DATASETS:
        link = root / dataset
        if not link.is_symlink() or os.fspath(link.readlink()) != f"current/{dataset}":
            yield Breach("manifest", dataset, None, f"is not the link current/{dataset}")


def _run_checks(release: Release) -> Iterator[Breach]:
    for check in CHECKS:
        try:
            yield from check(release)
        except (pa.ArrowException, OSError, BrokenLawError, UnicodeDecodeError) as error:
            # What cannot be read cannot be right; the damaged file is named by the manifest's check as well.
            name = check.__name__.removeprefix("check_")
            yield Breach("manifest", name, None, f"could not be checked: {' '.join(str(error).split())[:300]}")


def iterate_breaches(
    out: str | os.PathLike[str], source: Parse | None = None, rerun: Rerun | None = None, regroup: Regroup | None = None
) -> Iterable[Breach]:
    """The breaches of an output as they are found; see `verify_output`."""
    release = current_release(out)
    yield from check_links(Path(out))
    yield from check_files(release)
    yield from _run_checks(release)
    if source is not None:
        yield from check_source(release, source)
    if rerun is not None:
        yield from check_rerun(release, rerun, regroup)


def verify_output(
    out: str | os.PathLike[str], source: Parse | None = None, rerun: Rerun | None = None, regroup: Regroup | None = None
) -> list[Breach]:
    """Laws 1, 2 and 5 and the manifest's digests of the current release; an empty list where all hold.

    `source` parses bundles again: it takes the locations of one run's bundles and gives (document_id, source text) for what it can read.
    `rerun` cleans the bundles of one run (locations) into an output folder, and raises where it cannot: all runs are replayed by it,
    oldest first, into a scratch output, and then again (laws 3 and 4); withdrawals are replayed
    with `regroup`. Raises OutputError where nothing is published.
    """
    return list(iterate_breaches(out, source, rerun, regroup))

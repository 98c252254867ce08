"""A staged folder becomes a release: one rename is the commit point, then the pointer moves."""

import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.turned_away import PROVISIONAL
from tasks.write.columns import strings
from tasks.write.ledger import ledger_files, rows_of
from tasks.write.output import (
    MANIFEST,
    Conflict,
    Output,
    OutputError,
    Release,
    advance_pointer,
    close_output,
    current_release,
    link_or_copy,
    newest_release,
    open_output,
    refresh,
    release_path,
    sync_folder,
)
from tasks.write.parquet import write_empty
from tasks.write.reading import read_file
from tasks.write.schema import DATASETS, SCHEMA_VERSION

__all__ = [
    "Conflict", "Output", "OutputError", "Release", "close_output", "commit", "current_release", "known_documents", "memory_files",
    "open_output", "refresh",
]  # fmt: skip

MEMORY = "memory"
MEMORY_ROWS = 16_384  # in a row group: what a run looks through at a time
UNSTATED = ("runs/", "withdrawn/")  # no part of the prior state
KNOWN = pa.schema([("document_id", pa.string()), ("identity", pa.string()), ("source_text_sha256", pa.string())])


def memory_files(output: Output, name: str) -> list[Path]:
    """The files an earlier run left under a name of the memory (`signatures`, `boilerplate`), in order of run."""
    return output.prior.files(f"{MEMORY}/{name}") if output.prior else []


def write_memory(path: Path, tables: Iterable[pa.Table]) -> None:
    """One file of the memory from tables of one schema; where one table ends does not show."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = pa.concat_tables(tables).combine_chunks()
    pq.write_table(whole, path, compression="zstd", compression_level=3, row_group_size=MEMORY_ROWS)


def permanent_rejects(table: pa.Table) -> pa.Table:
    """The rows (with a column `reason`) that no later run may undo."""
    return table.filter(pc.invert(pc.is_in(table["reason"], strings(sorted(PROVISIONAL)))))


def _known(path: Path, dataset: str) -> pa.Table:
    if dataset != "rejects":
        return read_file(path, KNOWN.names)
    return permanent_rejects(read_file(path, [*KNOWN.names, "reason"])).select(KNOWN.names)


def known_documents(output: Output, target: Path) -> Path | None:
    """Write what the prior release knows (document_id, identity, source_text_sha256) to `target`; None where nothing is published.

    Provisional rejects are left out: their documents are to be tried again.
    """
    if output.prior is None:
        return None
    with pq.ParquetWriter(target, KNOWN, compression="zstd", compression_level=1) as writer:
        for table in _known_tables(output.prior):
            writer.write_table(table.cast(KNOWN))
    return target


def _known_tables(prior: Release) -> Iterator[pa.Table]:
    told = ledger_files(prior)
    if told is not None:
        yield rows_of(told, "known").select(["document_id", "identity", "digest"]).rename_columns(KNOWN.names)
    # What was withdrawn before it was known for good stands in no ledger; the datasets tell all where there is none.
    for dataset in ("withdrawn",) if told is not None else ("articles", "copies", "rejects", "withdrawn"):
        yield from (_known(path, dataset) for path in prior.files(dataset))


def prior_state(prior: Release | None) -> str:
    """Digest of the rows and the memory published so far; `runs`, `withdrawn` and the cut into files do not count."""
    return str(prior.manifest["state"]) if prior else hashlib.sha256(b"").hexdigest()


def run_number(prior: Release | None) -> int:
    """The number of the next run: 1 for the first; `compact` and `withdraw` do not count."""
    return int(prior.manifest["runs"]) + 1 if prior else 1


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _describe(root: Path, path: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(root).as_posix(),
        "sha256": digest_file(path),
        "rows": pq.read_metadata(path).num_rows,
        "bytes": path.stat().st_size,
    }


def next_state(state: str, files: Iterable[Mapping[str, Any]]) -> str:
    """The state after new files: a chain over their digests, so that merging old files leaves it as it is."""
    total = hashlib.sha256(state.encode())
    for entry in sorted((f["path"].split("/")[0], f["sha256"]) for f in files if not f["path"].startswith(UNSTATED)):
        total.update("\0".join(entry).encode())
    return total.hexdigest()


def _link_prior(prior: Release, staged: Path, keep: Sequence[Mapping[str, Any]]) -> None:
    for folder in {entry["path"].rpartition("/")[0] for entry in keep}:
        (staged / folder).mkdir(parents=True, exist_ok=True)
    for entry in keep:
        link_or_copy(f"{prior.path}/{entry['path']}", f"{staged}/{entry['path']}")


def _sync_tree(root: Path, fresh: Iterable[Path]) -> None:
    for path in fresh:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    for folder, _, _ in os.walk(root):
        sync_folder(Path(folder))


def stage_empty(staged: Path) -> None:
    """Give every dataset of a first release a file with the schema and no row group."""
    for dataset in DATASETS:
        (staged / dataset).mkdir(parents=True, exist_ok=True)
        write_empty(staged / dataset / "000000-schema.parquet", dataset)


def commit(
    output: Output, staged: Path, *, runs: int, keep: Sequence[Mapping[str, Any]] | None = None, state: str | None = None
) -> Release:
    """Publish a staged folder that holds the new files alone: earlier ones are linked in, the manifest written, all of it synced,
    renamed to the next release, and the pointer moved.

    `keep` are the manifest entries of the prior release to go on with (all by default), `state` the state where it does not follow
    from the new files (`compact`, `withdraw`). Raises Conflict where another run published since `output.prior`, OutputError where
    the file system refuses.
    """
    try:
        return _commit(output, staged, runs, keep, state)
    except OSError as error:
        raise OutputError(
            f"{output.root}: the release could not be written ({error.strerror or error}); what was published stays as it was, run again"
        ) from error


def _commit(output: Output, staged: Path, runs: int, keep: Sequence[Mapping[str, Any]] | None, state: str | None) -> Release:
    prior = output.prior
    fresh = sorted(p for p in staged.rglob("*") if p.is_file())
    described = [_describe(staged, path) for path in fresh]
    kept = list(prior.manifest["files"] if keep is None else keep) if prior else []
    if prior:
        _link_prior(prior, staged, kept)
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "release": prior.number + 1 if prior else 1,
        "parent": {"release": prior.number, "sha256": digest_file(prior.path / MANIFEST)} if prior else None,
        "runs": runs,
        "state": state or next_state(prior_state(prior), described),
        "files": sorted([*kept, *described], key=lambda f: f["path"]),
    }
    (staged / MANIFEST).write_text(_printed(manifest), encoding="utf-8")
    _sync_tree(staged, [*fresh, staged / MANIFEST])
    return _rename(output, staged, manifest)


def _printed(manifest: Mapping[str, Any]) -> str:
    """The manifest as JSON, a line a file: for people to read, and quickly written where there are thousands of them."""
    head = json.dumps({name: value for name, value in manifest.items() if name != "files"}, indent=1, sort_keys=True)
    files = ",\n".join(f"  {json.dumps(entry, sort_keys=True)}" for entry in manifest["files"])
    return f'{head[:-2]},\n "files": [\n{files}\n ]\n}}\n'


def _rename(output: Output, staged: Path, manifest: dict[str, Any]) -> Release:
    target = release_path(output.root, manifest["release"])
    newest = newest_release(output.root)
    if (newest.number if newest else 0) >= manifest["release"]:
        raise Conflict(f"{output.root}: another run published release {newest.number if newest else 0} first; run again")
    try:
        staged.rename(target)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise Conflict(f"{output.root}: another run published release {manifest['release']} first; run again") from None
        raise
    sync_folder(target.parent)
    advance_pointer(output.root)
    return Release(manifest["release"], target, manifest)

"""The output folder: recognised, probed, healed, and one staging folder for each run in it.

    DIR/articles -> current/articles      a relative link for each dataset
    DIR/current -> releases/000007        the one pointer, swapped atomically
    DIR/releases/000007/                  immutable, with _manifest.json at its root
    DIR/.staging/<run>/                   what a run prepares; locked while the run lives

The processes of a run share the lock of its staging folder; a folder whose lock can be taken alone is a leftover.
"""

import errno
import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasks.write.schema import DATASETS, SCHEMA_VERSION

MANIFEST = "_manifest.json"
POINTER, RELEASES, STAGING, GATE = "current", "releases", ".staging", ".gate"
NUMBER = re.compile(r"\d{6,}")
GRACE_SECONDS = 24 * 3600.0  # how long a superseded release stays for readers that resolved the pointer
KEPT_AT_MOST = 10_000  # releases kept whatever their age: far below ext4's 65,000 links to a file


class OutputError(Exception):
    """The output cannot be used or written; the message is one line that says what to do (exit 1)."""


class SchemaVersionError(OutputError):
    """The output was written with another schema version (exit 2)."""


class Conflict(OutputError):  # noqa: N818 - an outcome that the flow handles, no mistake
    """Another run published first; what read the prior state has to be done again on a refreshed output."""


@dataclass(frozen=True, slots=True)
class Release:
    """A published release: its number, its folder and what its manifest says."""

    number: int
    path: Path
    manifest: dict[str, Any]

    def files(self, folder: str) -> list[Path]:
        """The release's files below a folder (`articles`, `memory/signatures`), in order of name."""
        return [self.path / f["path"] for f in self.manifest["files"] if f["path"].startswith(f"{folder}/")]


@dataclass(frozen=True, slots=True)
class Output:
    """An opened output. `prior` is the release this run builds on; it stays the same until `refresh`."""

    root: Path
    staging: Path  # this run's own folder, removed by `close_output`
    prior: Release | None
    lock: int = field(repr=False)  # file descriptor of the held lock


def read_manifest(folder: Path) -> dict[str, Any]:
    """A release's manifest. Raises OutputError where it is missing or damaged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return dict(manifest) if manifest["files"] is not None else {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{folder / MANIFEST}: cannot be read ({error}); restore it from a backup of the output") from None


def _numbers(root: Path) -> list[int]:
    folder = root / RELEASES
    return sorted(int(p.name) for p in folder.iterdir() if NUMBER.fullmatch(p.name)) if folder.is_dir() else []


def release_path(root: Path, number: int) -> Path:
    """Where the release with this number lies."""
    return root / RELEASES / f"{number:06d}"


def newest_release(root: Path) -> Release | None:
    """The newest committed release, whether or not the pointer has reached it."""
    numbers = _numbers(root)
    return _load(release_path(root, numbers[-1])) if numbers else None


def current_release(out: str | os.PathLike[str]) -> Release:
    """The release that readers see, the pointer resolved once. Raises OutputError where there is none."""
    pointer = Path(out) / POINTER
    try:
        return _load(pointer.resolve(strict=True))
    except (OSError, RuntimeError):
        raise OutputError(f"{out}: nothing is published here; run `copydesk run BUNDLE --out {out}` first") from None


def _load(folder: Path) -> Release:
    manifest = read_manifest(folder)
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise SchemaVersionError(
            f"{folder.parent.parent}: holds schema version {manifest.get('schema_version')}, this Copydesk writes {SCHEMA_VERSION}; "
            "clean again into a new output folder"
        )
    return Release(int(folder.name), folder, manifest)


def sync_folder(path: Path) -> None:
    """fsync a folder, so that the names in it survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def gate(root: Path) -> Iterator[None]:
    """The short lock around changes that two runs must not make at once (claiming, clearing, moving the pointer)."""
    handle = os.open(root / STAGING / GATE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear_leftovers(root: Path) -> None:
    for folder in sorted((root / STAGING).iterdir()):
        if not folder.is_dir():
            continue
        with suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            except BlockingIOError:
                continue  # its run is alive
            finally:
                os.close(handle)


def _claim(root: Path) -> tuple[Path, int]:
    staging = Path(tempfile.mkdtemp(dir=root / STAGING, prefix="run-"))
    return staging, _share(staging)


def _share(staging: Path) -> int:
    """Take part in the lock of a staging folder; returns its file descriptor. Raises BlockingIOError while it is being cleared."""
    handle = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


@contextmanager
def holding(output: Output) -> Iterator[None]:
    """Keep the run's staging folder from being cleared by others, also where the process that opened it dies meanwhile.

    Raises OutputError where that has happened already.
    """
    try:
        handle = _share(output.staging)
    except OSError:
        raise OutputError(f"{output.root}: this run's staging folder was cleared by another run; run again") from None
    try:
        yield
    finally:
        os.close(handle)


def _probe_links(staging: Path) -> None:
    probe = staging / "probe"
    probe.write_bytes(b"")
    for make, what in ((os.link, "hard"), (os.symlink, "symbolic")):
        try:
            make(probe, staging / f"probe-{what}")
        except OSError as error:
            raise OutputError(
                f"{staging.parent.parent}: its file system makes no {what} links ({error.strerror}); "
                "choose an output folder on a local or mounted POSIX file system"
            ) from None
    for path in staging.glob("probe*"):
        path.unlink()


def _swap_link(link: Path, target: str) -> None:
    """Point a symbolic link somewhere else in one step."""
    if link.is_symlink() and os.fspath(link.readlink()) == target:
        return
    fresh = link.parent / STAGING / f"link-{link.name}"
    with suppress(FileNotFoundError):
        fresh.unlink()
    fresh.symlink_to(target)
    fresh.replace(link)


def advance_pointer(root: Path) -> None:
    """Point `current` at the newest committed release, and the datasets through it; safe to call at any time."""
    with gate(root):
        if not (numbers := _numbers(root)):
            return
        _swap_link(root / POINTER, f"{RELEASES}/{numbers[-1]:06d}")
        for dataset in DATASETS:
            _swap_link(root / dataset, f"{POINTER}/{dataset}")
        sync_folder(root)


def _refuse_strangers(root: Path) -> None:
    for name in (*DATASETS, POINTER):
        path = root / name
        if path.exists() and not path.is_symlink():
            raise OutputError(f"{path}: is no link that Copydesk made; name an empty or new folder with --out")


def prune_releases(output: Output, grace: float = GRACE_SECONDS, now: float | None = None) -> list[int]:
    """Remove releases that were superseded longer than `grace` seconds ago; returns their numbers. The newest always stays."""
    now = time.time() if now is None else now
    gone = []
    with gate(output.root):
        numbers = _numbers(output.root)
        for place, number in enumerate(numbers[:-1]):
            superseded = release_path(output.root, numbers[place + 1]).joinpath(MANIFEST).stat().st_mtime
            if now - superseded > grace or len(numbers) - place > KEPT_AT_MOST:
                release_path(output.root, number).rename(output.staging / f"pruned-{number:06d}")
                gone.append(number)
    for number in gone:
        shutil.rmtree(output.staging / f"pruned-{number:06d}")
    return gone


def open_output(out: str | os.PathLike[str]) -> Output:
    """Open an output folder for a run: made where missing, probed for links, healed after a crash, its leftovers cleared.

    Raises SchemaVersionError for an output of another schema version, OutputError where the folder cannot be used.
    """
    root = Path(out).resolve()
    try:
        (root / STAGING).mkdir(parents=True, exist_ok=True)
        (root / RELEASES).mkdir(exist_ok=True)
        _refuse_strangers(root)
        with gate(root):
            _clear_leftovers(root)
            staging, lock = _claim(root)
        return _opened(Output(root=root, staging=staging, prior=None, lock=lock))
    except OSError as error:
        raise OutputError(f"{root}: cannot be written ({error.strerror or error}); name another folder with --out") from None


def _opened(output: Output) -> Output:
    try:
        _probe_links(output.staging)
        found = refresh(output)
        prune_releases(found)
        return found
    except BaseException:
        close_output(output)
        raise


def refresh(output: Output) -> Output:
    """The same output with the newest release as its prior state: what to go on with after a Conflict."""
    advance_pointer(output.root)
    return replace(output, prior=newest_release(output.root))


def close_output(output: Output) -> None:
    """Remove the run's staging folder and let go of its lock."""
    shutil.rmtree(output.staging, ignore_errors=True)
    with suppress(OSError):
        os.close(output.lock)


def link_or_copy(source: str, target: str) -> None:
    """A hard link, or a copy where the file system has no more links for this file."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
        shutil.copyfile(source, target)

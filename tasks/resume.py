"""What a run has finished on a shard is not done again by the next one, should it die before it publishes.

The files of a stage are kept beside the output's releases under a key: a digest of the stage's input files, of all it is judged
by (configuration, boilerplate counts, what is published), and of the code and libraries that do it. No `run_id` is in it, so a
run finds what another one left; a run that ends well clears the store.
"""

import hashlib
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.turned_away import PROVISIONAL

CODE = Path(__file__).resolve().parent
CHUNK = 1 << 20
REJECTS = "rejects-"
TOLD = 1000  # rejects of a shard that are told one by one


@dataclass(frozen=True, slots=True)
class Stage:
    """A worker function over a shard, as `module:function`, with the files it reads from the shard's folder and those it writes there."""

    target: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that got no further, for the log."""

    document_id: str
    stage: str
    reason: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class Finished:
    """What a stage's function returned, whether its files were at hand from an earlier run, and the first documents that got no further."""

    value: Any
    resumed: bool
    rejects: tuple[Rejected, ...]


def resumable(
    target: str, reads: tuple[str, ...], writes: tuple[str, ...], store: Path, configuration: str, arguments: Sequence[Any]
) -> Finished:
    """Do a stage of one shard, or take over what an earlier run did; `arguments` are those of the stage, its folder first.

    `configuration` is the digest of the settings. The value of a stage that is taken over is its folder.
    """
    stage, folder = Stage(target, reads, writes), Path(arguments[0])
    kept = store / key_of(stage, configuration, arguments)
    for name in stage.writes:  # never written into: it may be the same file as one that is kept
        (folder / name).unlink(missing_ok=True)
    if _take(kept, folder, stage.writes):
        return Finished(folder, True, told_rejects(folder, stage))
    module, _, function = target.partition(":")
    value = getattr(importlib.import_module(module), function)(*arguments)
    if not _provisional(folder, stage.writes):
        _keep(folder, stage.writes, kept)
    return Finished(value, False, told_rejects(folder, stage))


def key_of(stage: Stage, configuration: str, arguments: Sequence[Any]) -> str:
    """Digest of all that shapes what a stage writes: 32 hex digits."""
    folder, *rest = arguments
    files = [Path(folder) / name for name in stage.reads] + [one for one in rest if isinstance(one, Path) and one.is_file()]
    parts = [stage.target, configuration, code_digest(), Path(folder).name, *(_digest(path, path.stat()) for path in files)]
    parts += [repr(one) for one in rest if not isinstance(one, Path)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def told_rejects(folder: Path, stage: Stage) -> tuple[Rejected, ...]:
    """The documents of a stage that got no further, those of the stage before where it reads them, up to `TOLD` of them."""
    found: list[Rejected] = []
    columns = [field.name for field in fields(Rejected)]
    for name in (*stage.reads, *stage.writes):
        if name.startswith(REJECTS) and (folder / name).is_file():
            found += [Rejected(**row) for row in pq.read_table(folder / name, columns=columns).slice(0, TOLD).to_pylist()]
    return tuple(found[:TOLD])


@cache
def code_digest() -> str:
    """Digest of Python, of each installed distribution's name and version, and of the source of all rooms."""
    installed = sorted({path.name for folder in sys.path for path in _listed(folder) if path.suffix in {".dist-info", ".egg-info"}})
    total = hashlib.sha256("\0".join([sys.version, *installed]).encode())
    for path in sorted(CODE.rglob("*.py")):
        total.update(path.relative_to(CODE).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _listed(folder: str) -> Iterator[Path]:
    with suppress(OSError):
        yield from Path(folder or ".").iterdir()


def _digest(path: Path, stat: os.stat_result) -> str:
    return _content(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@cache
def _content(path: Path, *_: int) -> str:
    """SHA-256 of a file that did not change since; the same counts are part of the key of many shards."""
    total = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()


def _take(kept: Path, folder: Path, names: Sequence[str]) -> bool:
    """Link the files that are kept into a folder; False where there are none, or another run just cleared them."""
    try:
        for name in names:
            _same(kept / name, folder / name)
    except FileNotFoundError:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        return False
    return True


def _keep(folder: Path, names: Sequence[str], kept: Path) -> None:
    """Keep a stage's files under their key in one step; a store that is cleared meanwhile keeps nothing."""
    with suppress(OSError):  # losing the store costs time, never a run
        kept.parent.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=kept.parent, prefix="new-"))
        for name in names:
            _same(folder / name, scratch / name)
        scratch.rename(kept)


def _same(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _provisional(folder: Path, names: Sequence[str]) -> bool:
    """Whether a later run tries a document of the shard again: then the stage is not finished."""
    rejects = [folder / name for name in names if name.startswith(REJECTS)]
    reasons = [pq.read_table(path, columns=["reason"])["reason"] for path in rejects]
    again = pa.array(sorted(PROVISIONAL), pa.string())
    return any(pc.any(pc.is_in(column, value_set=again)).as_py() for column in reasons)

"""An inbox: a folder whose entries are bundles, of which those are cleaned that an output has not seen as they are now."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from flows.published import cleaned_at

UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")


class InboxError(Exception):
    """The inbox cannot be read; the message is one line that says what to do."""


def changed_at(entry: Path) -> float:
    """When an entry last changed: the newest time of it and of all below it, in seconds since the epoch."""
    times = [entry.stat().st_mtime]
    for folder, folders, files in os.walk(entry):
        times += [(Path(folder) / name).lstat().st_mtime for name in (*folders, *files)]
    return max(times)


def waiting(inbox: Path, output: Path, settle: float, now: float | None = None) -> tuple[str, ...]:
    """The entries of an inbox that `output` has not seen as they are, in order of name; hidden, half-written and fresh ones wait.

    An entry is fresh for `settle` seconds after it changed. Raises InboxError where there is no such folder.
    """
    now = time.time() if now is None else now
    known = cleaned_at(output)
    return tuple(str(entry) for entry, changed in _entries(inbox) if changed <= now - settle and changed >= known.get(str(entry), -1.0))


def _entries(inbox: Path) -> Iterator[tuple[Path, float]]:
    try:
        entries = sorted(inbox.iterdir())
    except OSError as error:
        raise InboxError(f"{inbox}: {error.strerror}; make the folder, or name another one in schedule.inbox") from None
    for entry in entries:
        if not entry.name.startswith(".") and entry.suffix not in UNFINISHED:
            try:
                yield entry, changed_at(entry)
            except FileNotFoundError:
                continue  # it went away; whoever took it knows why

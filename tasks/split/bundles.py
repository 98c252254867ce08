"""Bundles to sources: a file, a folder walked in order, or the same behind an fsspec URL."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

import fsspec

from tasks.split.companion import companion_of
from tasks.split.errors import BundleError
from tasks.split.source import Meta, Refusal, Source
from tasks.split.stable import open_stable

Told = Callable[[], None]
Entered = tuple[Path, str, Iterator[str]]  # a folder, what its members' names begin with, and its names that are left


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as the user named it: `name` is its base name, `location` where it lies."""

    name: str
    location: str
    remote: bool


def shown_name(name: str) -> str:
    """A file name as valid text: bytes that are not UTF-8 as `\\xe9`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _local(text: str) -> str | None:
    """The local path that a bundle's name means, None for URLs of other file systems."""
    scheme = urlsplit(text).scheme if "://" in text else ""
    if scheme in ("file", "local"):
        return unquote(text.partition("://")[2])
    return None if scheme or "::" in text else text


def bundle_of(text: str) -> Bundle:
    """A bundle from what the user wrote. Raises BundleError where there is none."""
    path = _local(text)
    if path is None:
        return Bundle(text.rstrip("/").rpartition("/")[2] or text, text, remote=True)
    place = Path(os.path.normpath(Path(path).absolute()))
    try:
        place.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file or folder"
        raise BundleError(f"{shown_name(text)}: {reason.lower()}; name a file, a folder or an fsspec URL that is there") from None
    return Bundle(shown_name(place.name or str(place)), str(place), remote=False)


def in_order(bundles: Sequence[str]) -> list[Bundle]:
    """The bundles by base name, then location, each once, whatever the order of arguments."""
    return sorted({bundle_of(text) for text in bundles}, key=lambda b: (b.name, os.fsencode(b.location)))


def sources_of(bundle: Bundle, told: Told = lambda: None) -> Iterator[Source | Refusal]:
    """The files of a bundle, sorted by name in each folder, and refusals of what is no file; `told` is called before each read."""
    if bundle.remote:
        yield from _remote(bundle)
    elif Path(bundle.location).is_dir():
        yield from _folder(bundle, told)
    else:
        yield from _file(bundle, Path(bundle.location), bundle.name, Meta(), told)


def _names(folder: Path) -> Iterator[str]:
    """The names in a folder in order, which is all that is held of it. Raises OSError."""
    return iter(sorted(os.listdir(folder), key=os.fsencode))  # noqa: PTH208 - names, for paths would be held by the hundred thousand


def _following(entered: list[Entered]) -> tuple[Path, str] | None:
    """The path and member that come next in the folders that were entered, the innermost last; None at the end."""
    while entered:
        folder, around, names = entered[-1]
        for name in names:
            return folder / name, f"{around}{shown_name(name)}"
        entered.pop()
    return None


def _folder(bundle: Bundle, told: Told) -> Iterator[Source | Refusal]:
    """Everything below a folder, depth first, without recursion: a path may be some hundred folders deep."""
    root = Path(bundle.location)
    companion, used = companion_of(root)
    entered: list[Entered] = []
    path, member = root, ""
    while True:
        if path.is_dir() and not (member and path.is_symlink()):
            try:
                entered.append((path, f"{member}/" if member else "", _names(path)))
            except OSError as error:
                yield _refusal(bundle, member, "unreadable", error.strerror or "cannot be listed")
        elif member != used:
            yield from _entry(bundle, path, member, companion.get(member, Meta()), told)
        if (following := _following(entered)) is None:
            return
        path, member = following


def _refusal(bundle: Bundle, member: str, reason: str, detail: str) -> Refusal:
    return Refusal(bundle.name, member, reason, detail, 0)


def _entry(bundle: Bundle, path: Path, member: str, meta: Meta, told: Told) -> Iterator[Source | Refusal]:
    """A file of a folder; a link is followed to a file of the same bundle and no further."""
    if path.is_symlink():
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(os.path.realpath(bundle.location)):
            yield _refusal(bundle, member, "unsafe-path", "the link leads out of the bundle")
            return
        if target.is_dir():
            yield _refusal(bundle, member, "not-a-file", "a link to a folder of the bundle is not followed")
            return
    yield from _file(bundle, path, member, meta, told)


def _file(bundle: Bundle, path: Path, member: str, meta: Meta, told: Told) -> Iterator[Source | Refusal]:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            yield _refusal(bundle, member, "not-a-file", "a pipe, socket or device")
            return
        stream = open_stable(path, told)
    except OSError as error:
        yield _refusal(bundle, member, "unreadable", error.strerror or "cannot be opened")
        return
    with stream:
        yield Source(bundle.name, member, member.rpartition("/")[2], stream, 0, found.st_size, meta)


def _remote(bundle: Bundle) -> Iterator[Source | Refusal]:
    """A file behind an fsspec URL, or all files below it."""
    try:
        system, path = fsspec.core.url_to_fs(bundle.location)
        names = [path] if system.isfile(path) else sorted(system.find(path))
        if not names and not system.exists(path):
            raise FileNotFoundError(2, "No such file or folder")
    except (OSError, ValueError, ImportError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BundleError(f"{bundle.location}: {reason}; name a file, a folder or an fsspec URL that is there") from None
    for name in names:
        member = bundle.name if name == path else name[len(path) :].lstrip("/")
        yield from _remote_file(system, bundle, name, member)


def _remote_file(system: Any, bundle: Bundle, name: str, member: str) -> Iterator[Source | Refusal]:
    try:
        stream = cast(BinaryIO, system.open(name, "rb"))
    except OSError as error:
        yield _refusal(bundle, member, "unreadable", error.strerror or "cannot be opened")
        return
    with stream:
        yield Source(bundle.name, member, member.rpartition("/")[2], stream, 0, getattr(stream, "size", None))

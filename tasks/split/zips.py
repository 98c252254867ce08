"""zip archives, and WACZ, which are zip archives of web captures."""

import stat
import struct
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

import numpy as np

from tasks.settings import Limits
from tasks.split.budget import Budget
from tasks.split.errors import Refused
from tasks.split.members import link_refusal, member_stream, plain_member, why_unsafe
from tasks.split.source import Item, Refusal, Source
from tasks.split.streams import to_seekable
from tasks.split.zipdir import BAD, Directory, opener
from tasks.split.zipscan import LATER, Content, member_at, members

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError)
ENCRYPTED = 0x1
LONGEST_TARGET = 4096
WACZ, CAPTURE = "datapackage.json", "archive/"
BESIDE = ("indexes/", "pages/", "datapackage")  # what stands beside the captures in such an archive
OFFICE = ("[Content_Types].xml", "META-INF/container.xml", "META-INF/MANIFEST.MF")
TELLING = frozenset((*OFFICE, WACZ))


@dataclass(slots=True)
class _Seen:
    """What is known of an archive after its directory was read once."""

    starts: "array[int]" = field(default_factory=lambda: array("q"))  # of members that hold anything, and where they end
    ends: "array[int]" = field(default_factory=lambda: array("q"))
    names: set[str] = field(default_factory=set)  # those that tell what the archive is

    def add(self, info: zipfile.ZipInfo) -> None:
        if info.compress_size:
            self.starts.append(info.header_offset)
            self.ends.append(info.header_offset + 30 + info.compress_size)
        if info.filename in TELLING or _is_capture(info):
            self.names.add(info.filename if info.filename in TELLING else CAPTURE)

    def overlap(self) -> bool:
        """Whether members share bytes of the archive, as only bombs do."""
        starts, ends = np.frombuffer(self.starts, np.int64), np.frombuffer(self.ends, np.int64)
        order = np.argsort(starts, kind="stable")
        return bool((ends[order][:-1] > starts[order][1:]).any())


def _is_capture(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith(CAPTURE) and ".warc" in info.filename


def _looked(stream: BinaryIO) -> tuple[Directory, _Seen] | str:
    """The archive's directory and what it tells, or what is wrong with it."""
    try:
        directory, seen = Directory(stream), _Seen()
        for info in directory.entries():
            seen.add(info)
        return directory, seen
    except (*BAD, OverflowError) as error:
        return f"the archive's directory is missing or damaged: {error}, within {stream.seek(0, 2)} bytes"


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; one without the mark for UTF-8 that is UTF-8 all the same is read as such."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.orig_filename


def _wanted(directory: Directory, seen: _Seen) -> Iterator[zipfile.ZipInfo]:
    """The members that may hold documents: of a WACZ its captures, of others all but folders."""
    if seen.names & set(OFFICE):
        raise Refused("unsupported", "an office document, e-book or program in a zip archive")
    if {WACZ, CAPTURE} <= seen.names:
        return (info for info in directory.entries() if _is_capture(info))
    return (info for info in directory.entries() if not info.is_dir())


def read_zip(source: Source, limits: Limits) -> Iterator[Item]:
    """The members of an archive in the order of its directory."""
    with to_seekable(source.stream) as stream:
        looked = _looked(stream)
        packed = stream.seek(0, 2)
        budget = source.budget or Budget(lambda: packed, limits)
        if isinstance(looked, str):
            yield from _scanned(source, stream, budget, limits)
            raise Refused("truncated", looked)
        directory, seen = looked
        if not directory.count:
            raise Refused("empty", "an archive without members")
        if seen.overlap():
            raise Refused("corrupt", "members of the archive overlap")
        with opener(stream) as archive:
            for number, info in enumerate(_wanted(directory, seen)):
                if number >= limits.members:
                    raise Refused("too-many", f"more than {limits.members} members")
                yield _member(source, archive, info, budget)


def _scanned(source: Source, stream: BinaryIO, budget: Budget, limits: Limits) -> Iterator[Item]:
    """The members that the archive's own headers tell of, where its directory does not."""
    captures = False
    for number, found in enumerate(members(stream)):
        if number >= limits.members:
            raise Refused("too-many", f"more than {limits.members} members")
        captures = captures or (found.name.startswith(CAPTURE) and ".warc" in found.name)
        if found.name.endswith("/") or (captures and found.name.startswith(BESIDE)):
            continue
        member = plain_member(source, found.name)
        try:
            if unsafe := why_unsafe(found.name):
                raise Refused("unsafe-path", unsafe)
            inner = member_stream(Content(stream, found).take, budget)
        except Refused as refused:
            yield Refusal(source.bundle, member, refused.reason, refused.detail, min(found.size, found.packed), meta=source.meta)
            continue
        yield Source(source.bundle, member, found.name.rpartition("/")[2], inner, source.depth + 1, None, source.meta, budget)


def _member(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Item:
    name, mode = _name(info), info.external_attr >> 16
    member = plain_member(source, name)

    def refusal(reason: str, detail: str) -> Refusal:
        return Refusal(source.bundle, member, reason, detail, info.file_size, meta=source.meta)

    if unsafe := why_unsafe(name):
        return refusal("unsafe-path", unsafe)
    if info.flag_bits & ENCRYPTED:
        return refusal("encrypted", "the member needs a password")
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFLNK):
        return refusal("not-a-file", "a pipe, socket or device")
    try:
        opened = archive.open(info)
        if stat.S_ISLNK(mode):
            return link_refusal(source, member, opened.read(LONGEST_TARGET).decode("utf-8", "replace"))
    except UnicodeDecodeError:  # the member's own header says that its name is UTF-8, which zipfile believes
        return _nameless(source, archive, info, member, budget) or refusal("corrupt", "the member's header is damaged")
    except NotImplementedError as error:
        return refusal("unsupported", f"the member is packed in a way that is not read: {error}")
    except (*DAMAGED, RuntimeError) as error:
        return refusal("corrupt", f"the member is damaged: {error}")
    inner = member_stream(opened.read, budget, DAMAGED)
    return Source(source.bundle, member, name.rpartition("/")[2], inner, source.depth + 1, info.file_size, source.meta, budget)


def _nameless(source: Source, archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: str, budget: Budget) -> Item | None:
    """A member whose name zipfile cannot read, by its own header and the sizes of the directory; None where there is no such header."""
    stream = cast(BinaryIO, archive.fp)
    found = member_at(stream, info.header_offset)
    if found is None:
        return None
    known = replace(found, packed=info.compress_size, flags=found.flags & ~LATER)
    inner = member_stream(Content(stream, known).take, budget)
    return Source(source.bundle, member, found.name.rpartition("/")[2], inner, source.depth + 1, info.file_size, source.meta, budget)

"""tar archives, read in one pass; after a damaged header the next good one is looked for."""

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from tasks.settings import Limits
from tasks.split.budget import Budget
from tasks.split.errors import Refused
from tasks.split.members import link_refusal, member_stream, plain_member, why_unsafe
from tasks.split.source import Item, Refusal, Source
from tasks.split.streams import MEGABYTE, document_limit, read_up_to

LONGEST_NUMBER = 30  # digits of a size in an extended header
BLOCK = tarfile.BLOCKSIZE
RECORD = re.compile(rb"(\d{1,9}) ([^=\n]{1,200})=")
FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
PIPES = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)


@dataclass(slots=True)
class _Tape:
    """The stream and how far it was read."""

    stream: BinaryIO
    at: int = 0

    def read(self, size: int) -> bytes:
        piece = read_up_to(self.stream, size)
        self.at += len(piece)
        return piece


@dataclass(slots=True)
class _Body:
    """What is left of the member that is being read."""

    tape: _Tape
    left: int
    padding: int = field(init=False)

    def __post_init__(self) -> None:
        self.padding = -self.left % BLOCK

    def take(self, size: int) -> bytes:
        if self.left == 0:
            return b""
        piece = self.tape.read(min(size, self.left, MEGABYTE))
        if not piece:
            raise Refused("truncated", f"the archive ends inside the member, at byte {self.tape.at}")
        self.left -= len(piece)
        return piece

    def finish(self) -> None:
        """Pass over what the member's reader left, and the padding."""
        while self.take(MEGABYTE):
            pass
        self.tape.read(self.padding)


def _records(data: bytes) -> dict[str, str]:
    """The records of an extended header; a damaged one ends them."""
    found, at = {}, 0
    while match := RECORD.match(data, at):
        end = at + int(match[1])
        if end <= match.end() or end > len(data):
            break
        found[match[2].decode("utf-8", "replace")] = data[match.end() : end - 1].decode("utf-8", "surrogateescape")
        at = end
    return found


def _header(block: bytes) -> tarfile.TarInfo | None:
    """The header that a block is, None where it is damaged."""
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    return info if info.size >= 0 else None


def read_tar(source: Source, limits: Limits) -> Iterator[Item]:
    """The members of an archive, or of several in a row, in order; damage is a refusal of the archive itself with its offset."""
    tape = _Tape(source.stream)
    budget = source.budget or Budget(lambda: tape.at, limits)
    told: dict[str, str] = {}
    members, damaged, ended = 0, False, False
    while block := tape.read(BLOCK):
        if not block.strip(b"\0"):
            ended = True  # unless another archive follows
            continue
        if ended and not (block[257:262] == b"ustar" and _header(block)):
            detail = f"what follows the archive's end, at byte {tape.at - len(block)}, is no archive"
            yield Refusal(source.bundle, source.member, "corrupt", detail, len(block), block, meta=source.meta)
            break
        if len(block) < BLOCK:
            raise Refused("truncated", f"the archive ends inside a header, at byte {tape.at}")
        info, ended = _header(block), False
        if info is None or (damaged and block[257:262] != b"ustar"):
            if not damaged:
                detail = f"a damaged header at byte {tape.at - BLOCK}"
                yield Refusal(source.bundle, source.member, "corrupt", detail, tape.at, block, meta=source.meta)
            damaged = True
            continue
        damaged = False
        body = _Body(tape, info.size)
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
            told |= _extension(info, body)
            continue
        members += 1
        if members > limits.members:
            raise Refused("too-many", f"more than {limits.members} members")
        if (size := told.get("size", "")).isdecimal() and len(size) < LONGEST_NUMBER:
            body = _Body(tape, int(size))
        if item := _member(source, info, told, body, budget, limits):
            yield item
        body.finish()
        told = {}
    if not ended and not damaged:
        raise Refused("truncated", f"the archive ends without its end mark, at byte {tape.at}")
    if not members:
        raise Refused("empty", "an archive without members")


def _extension(info: tarfile.TarInfo, body: _Body) -> dict[str, str]:
    """What a header says that stands before the member's own."""
    if info.size > MEGABYTE:
        raise Refused("too-large", "an extended header of more than 1 MB")
    data = b"".join(iter(lambda: body.take(MEGABYTE), b""))
    body.finish()
    if info.type == tarfile.XGLTYPE:
        return {}
    if info.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
        key = "path" if info.type == tarfile.GNUTYPE_LONGNAME else "linkpath"
        return {key: data.rstrip(b"\0").decode("utf-8", "surrogateescape")}
    return _records(data)


def _member(source: Source, info: tarfile.TarInfo, told: dict[str, str], body: _Body, budget: Budget, limits: Limits) -> Item | None:
    name = told.get("GNU.sparse.name") or told.get("path") or info.name
    member = plain_member(source, name)

    def refusal(reason: str, detail: str, size: int = 0) -> Refusal:
        return Refusal(source.bundle, member, reason, detail, size, meta=source.meta)

    if info.type == tarfile.DIRTYPE or (info.type == tarfile.AREGTYPE and name.endswith("/")):
        return None
    if unsafe := why_unsafe(name):
        return refusal("unsafe-path", unsafe)
    if info.type in LINKS:
        return link_refusal(source, member, told.get("linkpath") or info.linkname)
    if info.type in PIPES:
        return refusal("not-a-file", "a pipe or device")
    if info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in told):
        claimed = told.get("GNU.sparse.realsize") or told.get("GNU.sparse.size") or ""
        size = int(claimed) if claimed.isdecimal() and len(claimed) < LONGEST_NUMBER else info.size
        large = size > document_limit(limits)
        return refusal("too-large" if large else "unsupported", f"a sparse file of {size} bytes", size)
    if info.type not in FILES:
        return refusal("unsupported", f"a member of type {info.type!r}")
    inner = member_stream(body.take)
    return Source(source.bundle, member, name.rpartition("/")[2], inner, source.depth + 1, body.left, source.meta, budget)

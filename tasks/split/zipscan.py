"""zip archives whose directory is missing: the members are found by their own headers, one after the other."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tasks.split.errors import Refused

HEADER = struct.Struct("<4s5H3I2H")
MARK = b"PK\x03\x04"
STORED, DEFLATED = 0, 8
ENCRYPTED, LATER, UTF8 = 0x1, 0x8, 0x800  # bits of a member's flags: sizes may stand behind the member
TAKE = 1 << 16
UNKNOWN = 0xFFFFFFFF


@dataclass(slots=True)
class Found:
    """A member by its own header, and where its packed bytes begin."""

    name: str
    flags: int
    method: int
    packed: int
    size: int
    start: int


def members(stream: BinaryIO) -> Iterator[Found]:
    """Each member whose header is found, in order; the stream may be read meanwhile."""
    at = _next(stream, 0)
    while at is not None and (found := member_at(stream, at)):
        yield found
        known = not found.flags & LATER and found.packed != UNKNOWN
        at = _next(stream, found.start + found.packed if known else found.start)


def member_at(stream: BinaryIO, at: int) -> Found | None:
    """The member whose header stands at a place, None where the archive ends inside it."""
    stream.seek(at)
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    _, _, flags, method, _, _, _, packed, size, long, extra = HEADER.unpack(header)
    name = stream.read(long).decode("utf-8" if flags & UTF8 else "cp437", "backslashreplace")
    return Found(name, flags, method, packed, size, at + HEADER.size + long + extra)


def _next(stream: BinaryIO, at: int) -> int | None:
    """Where the next header begins, at `at` or behind it."""
    stream.seek(at)
    ahead = b""
    while piece := stream.read(TAKE):
        window = ahead + piece
        if (place := window.find(MARK)) >= 0:
            return stream.tell() - len(window) + place
        ahead = window[-3:]
    return None


class Content:
    """The unpacked bytes of a member. Raises Refused: truncated, corrupt, unsupported or encrypted."""

    def __init__(self, stream: BinaryIO, member: Found) -> None:
        if member.flags & ENCRYPTED:
            raise Refused("encrypted", "the member needs a password")
        if member.method not in (STORED, DEFLATED) or (member.method == STORED and member.flags & LATER):
            raise Refused("unsupported", f"a member packed by method {member.method} is not read without the archive's directory")
        self._stream, self._member, self._at = stream, member, member.start
        self._inner = zlib.decompressobj(-15) if member.method == DEFLATED else None
        self._left = member.packed

    def take(self, size: int) -> bytes:
        """Up to `size` bytes, b"" at the member's end."""
        if self._inner is None:
            piece = self._packed(min(size, self._left))
            self._left -= len(piece)
            if self._left and not piece:
                raise Refused("truncated", "the archive ends inside the member")
            return piece
        while not self._inner.eof:
            data = self._inner.unconsumed_tail or self._packed(TAKE)
            if not data:
                raise Refused("truncated", "the archive ends inside the member")
            try:
                if piece := self._inner.decompress(data, size):
                    return piece
            except zlib.error as error:
                raise Refused("corrupt", f"the member is damaged: {error}") from None
        return b""

    def _packed(self, size: int) -> bytes:
        self._stream.seek(self._at)
        data = self._stream.read(size)
        self._at += len(data)
        return data

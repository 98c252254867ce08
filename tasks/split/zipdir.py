"""The directory of a zip archive, entry by entry: zipfile holds all of it, half a kilobyte for each member."""

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

END, END64, LOCATOR, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
ENDING = struct.Struct("<4s4H2LH")
LOCATING = struct.Struct("<4sLQL")
ENDING64 = struct.Struct("<4sQ2H2L4Q")
HEADER = struct.Struct("<4s4B4HL2L5H2L")
MEMBER = b"PK\x03\x04"
LONGEST_COMMENT = 1 << 16
FULL, FULL16 = 0xFFFFFFFF, 0xFFFF  # says that the number stands elsewhere
UTF8 = 0x800
EMPTY = END + bytes(18)
BAD = (zipfile.BadZipFile, struct.error, ValueError, EOFError)


class Directory:
    """The entries of an archive, as often as they are asked for. Raises BadZipFile, struct.error or ValueError where they are damaged."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        end = stream.seek(0, 2)
        stream.seek(max(0, end - LONGEST_COMMENT - ENDING.size))
        tail = stream.read()
        place = tail.rfind(END)
        if place < 0 or len(tail) - place < ENDING.size:
            raise zipfile.BadZipFile("no end of a directory")
        at = end - len(tail) + place
        *_, count, size, offset, _ = ENDING.unpack_from(tail, place)
        if FULL in (size, offset) or count == FULL16:
            at, count, size, offset = self._end64(at, (at, count, size, offset))
        self.count, self._size, self._start = count, size, at - size
        self._before = self._start - offset  # bytes that lie before the archive, in its file
        if self._start < 0 or self._before < 0:
            raise zipfile.BadZipFile("the directory lies outside of the archive")
        if self._before and not self._begins(self._before):  # nothing lies before it: the directory's own place is what is wrong
            self._before = 0

    def _end64(self, at: int, short: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Where the directory of a large archive ends, its entries, size and offset; the short form where there is no long one."""
        self._stream.seek(max(0, at - LOCATING.size))
        located = self._stream.read(LOCATING.size)
        if not located.startswith(LOCATOR):
            return short
        place = at - LOCATING.size - ENDING64.size
        self._stream.seek(max(0, place))
        mark, *_, count, size, offset = ENDING64.unpack(self._stream.read(ENDING64.size))
        if mark != END64:
            raise zipfile.BadZipFile("the end of a large archive is damaged")
        return place, count, size, offset

    def _begins(self, before: int) -> bool:
        """Whether the first member stands where the directory says, so many bytes lying before the archive."""
        self._before = before
        first = next(self.entries(), None) if self._size else None
        if first is None:
            return True
        self._stream.seek(first.header_offset)
        return self._stream.read(len(MEMBER)) == MEMBER

    def entries(self) -> Iterator[zipfile.ZipInfo]:
        """Each member as the directory tells of it."""
        at, end = self._start, self._start + self._size
        while at < end:
            self._stream.seek(at)
            window = io.BytesIO(self._stream.read(min(end - at, 1 << 18)))
            while (info := self._entry(window)) is not None:
                yield info
            if not window.tell():
                raise zipfile.BadZipFile("the directory is damaged")
            at += window.tell()

    def _entry(self, window: io.BytesIO) -> zipfile.ZipInfo | None:
        """The next entry, None where the window does not hold the whole of it; the window then stands before it."""
        place = window.tell()
        header = window.read(HEADER.size)
        if len(header) < HEADER.size:
            window.seek(place)
            return None
        fields = HEADER.unpack(header)
        if fields[0] != ENTRY:
            raise zipfile.BadZipFile("an entry of the directory is damaged")
        long, extra, comment = fields[12:15]
        rest = window.read(long + extra + comment)
        if len(rest) < long + extra + comment:
            window.seek(place)
            return None
        return self._info(fields, rest[:long], rest[long : long + extra])

    def _info(self, fields: tuple[int, ...], name: bytes, extra: bytes) -> zipfile.ZipInfo:
        flags, method, _, _, checksum, packed, size = fields[5:12]
        info = zipfile.ZipInfo(name.decode("utf-8" if flags & UTF8 else "cp437", "backslashreplace"))
        info.flag_bits, info.compress_type, info.CRC = flags, method, checksum
        info.create_system, info.external_attr = fields[2], fields[17]
        numbers = _long_numbers(extra)
        info.file_size = next(numbers, size) if size == FULL else size
        info.compress_size = next(numbers, packed) if packed == FULL else packed
        info.header_offset = (next(numbers, fields[18]) if fields[18] == FULL else fields[18]) + self._before
        return info


def _long_numbers(extra: bytes) -> Iterator[int]:
    """The numbers of eight bytes that stand in an entry's extra field, for those that do not fit."""
    at = 0
    while at + 4 <= len(extra):
        kind, long = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            for place in range(at + 4, min(at + 4 + long, len(extra)) - 7, 8):
                yield cast(int, struct.unpack_from("<Q", extra, place)[0])
        at += 4 + long


def opener(stream: BinaryIO) -> zipfile.ZipFile:
    """What opens members of an archive by their entries, without having read its directory."""
    archive = zipfile.ZipFile(io.BytesIO(EMPTY))
    archive.fp = stream
    return archive

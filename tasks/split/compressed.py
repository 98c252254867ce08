"""gzip, bzip2, xz and zstd: one stream inside another, unpacked while it is read."""

import bz2
import contextlib
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Protocol, cast

import pyarrow as pa

from tasks.settings import Limits
from tasks.split.budget import Budget
from tasks.split.errors import Refused
from tasks.split.gzipped import QuickGzip
from tasks.split.source import Item, Source, refuse
from tasks.split.streams import Counted

MEMORY = 256 << 20  # bytes that unpacking xz may take
STEP = 1 << 18  # bytes unpacked at a time
SMALL_STEP = 1 << 12  # the same where it cannot be read again: as much may be lost before a damage
TAKE = 1 << 16  # packed bytes taken at a time
MARKS = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ"}  # how each member begins
SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zstd", ".lzma", ".z")
SHORT = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}
ERRORS = (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError)


class Unpacker(Protocol):
    """What unpacks one member of a packed stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def unpack(self, data: bytes, size: int) -> bytes:
        """Up to `size` bytes; give b"" as data to go on with what was handed in before."""


class _Zlib:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def unpack(self, data: bytes, size: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, size)


class _Standard:
    """bzip2 and xz, whose objects keep what they could not give out yet."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def unpack(self, data: bytes, size: int) -> bytes:
        return self._inner.decompress(data, size) if data or not self._inner.needs_input else b""


def _unpacker(kind: str) -> Unpacker:
    if kind == "gzip":
        return _Zlib()
    return _Standard(bz2.BZ2Decompressor() if kind == "bzip2" else lzma.LZMADecompressor(memlimit=MEMORY))


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a stream of one or more members. Raises Refused: truncated, corrupt or too-large."""

    def __init__(self, packed: Counted, kind: str, budget: Budget) -> None:
        self._packed = packed
        self._kind = kind
        self._unpacker = _unpacker(kind)
        self._budget = budget
        self._given = 0
        self._pending = b""
        self.behind: str | None = None  # what is wrong with what follows the last good member

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._next(min(len(buffer), STEP))
        buffer[: len(piece)] = piece
        self._given += len(piece)
        self._budget.spend(len(piece))
        return len(piece)

    def _next(self, size: int) -> bytes:
        """The next bytes, b"" at the end of the last member."""
        while not self._unpacker.eof or self._following():
            data, self._pending = self._pending, b""
            if piece := self._unpack(data, size):
                return piece
            if not self._unpacker.eof and not (data := self._packed.read(TAKE)):
                raise Refused("truncated", f"the {self._kind} stream ends early, after {self._given} unpacked bytes")
            self._pending = data if not self._unpacker.eof else b""
        return b""

    def _unpack(self, data: bytes, size: int) -> bytes:
        try:
            return self._unpacker.unpack(data, size)
        except ERRORS as error:
            if "emory" in str(error):
                raise Refused("too-large", f"the {self._kind} stream needs more than {MEMORY >> 20} MiB to be unpacked") from None
            raise Refused("corrupt", f"the {self._kind} stream is damaged after {self._given} unpacked bytes: {error}") from None

    def _following(self) -> bool:
        """Begin the next member, if there is one. Padding with zeros is passed over."""
        rest = self._unpacker.unused_data.lstrip(b"\0")
        while len(rest) < 6 and (data := self._packed.read(TAKE)):
            rest = (rest + data).lstrip(b"\0")
        if not rest:
            return False
        if not rest.startswith(MARKS[self._kind]):
            self.behind = f"what follows the {self._kind} stream is not {self._kind}, after {self._given} unpacked bytes"
            return False
        self._unpacker, self._pending = _unpacker(self._kind), rest
        return True


class _Gzip(io.RawIOBase):
    """A gzip file that can seek: unpacked quickly as long as all is well, and once more with care, as far as it goes, where it is not."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._begin = stream.tell()
        self._quick = QuickGzip(stream)
        self._counted = Counted(stream)
        self._careful: Unpacked | None = None
        self.budget = Budget(self._packed, limits)

    @property
    def behind(self) -> str | None:
        """What is wrong with what follows the last good member."""
        return self._careful.behind if self._careful else None

    def _packed(self) -> int:
        return self._counted.taken if self._careful else self._quick.packed()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._careful is None:
            try:
                piece = self._quick.take(min(len(buffer), STEP))
                buffer[: len(piece)] = piece
                self.budget.spend(len(piece))
                if piece or self._quick.ended_well():
                    return len(piece)
            except OSError:
                pass
            self._careful = self._again()
        size = self._careful.readinto(buffer)
        self.budget.spend(size)
        return size

    def _again(self) -> Unpacked:
        """The same content once more, behind what was given out already."""
        self._stream.seek(self._begin)
        careful = Unpacked(self._counted, "gzip", Budget(lambda: self._counted.taken, self._limits))
        left = self._quick.given
        while left and (piece := careful.read(min(left, STEP))):
            left -= len(piece)
        return careful


class _Zstandard(io.RawIOBase):
    """zstd through Arrow's reader, which takes frames one after the other and notices one that is cut.

    A read that meets damage gives nothing, not even what came before it in the same read: that is had by reading again, in small steps.
    """

    def __init__(self, stream: BinaryIO, packed: Counted, budget: Budget) -> None:
        self._stream = stream
        self._begin = stream.tell() if stream.seekable() else None
        self._reader = _arrow_reader(packed)
        self._budget = budget
        self._given = 0
        self._over = False
        self._failure: Refused | None = None
        self.behind: str | None = None  # what is wrong with what follows the last frame

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = min(len(buffer), STEP if self._begin is not None else SMALL_STEP)
        try:
            piece = b"" if self._over else self._reader.read(size)
        except (OSError, pa.ArrowException) as error:
            piece, self._over = self._before_damage()[:size], True
            self._blame(str(error), self._given + len(piece))
        if self._failure and not piece:
            raise self._failure
        buffer[: len(piece)] = piece
        self._given += len(piece)
        self._budget.spend(len(piece))
        return len(piece)

    def _blame(self, told: str, given: int) -> None:
        """Keep what is wrong: with the stream, or with what follows it."""
        if "unknown frame" in told.lower() and given:
            self.behind = f"what follows the zstd stream is not zstd, after {given} unpacked bytes"
            return
        reason = "truncated" if "truncated" in told.lower() else "too-large" if "memory" in told.lower() else "corrupt"
        self._failure = Refused(reason, f"the zstd stream is damaged after {given} unpacked bytes: {told}")

    def _before_damage(self) -> bytes:
        """What lies between the bytes that were given out and the damage."""
        if self._begin is None:
            return b""
        self._stream.seek(self._begin)
        reader, left, found = _arrow_reader(Counted(self._stream)), self._given, bytearray()
        while left and (piece := reader.read(min(left, STEP))):
            left -= len(piece)
        with contextlib.suppress(OSError, pa.ArrowException):
            while piece := reader.read(1):
                found += piece
        return bytes(found)


def _arrow_reader(packed: Counted) -> pa.CompressedInputStream:
    return pa.CompressedInputStream(pa.PythonFile(packed, "r"), "zstd")


def plain_name(name: str) -> str:
    """The name of what is inside a packed file: `a.jsonl.gz` -> `a.jsonl`, `a.tgz` -> `a.tar`."""
    lower = name.lower()
    for suffix, inner in SHORT.items():
        if lower.endswith(suffix):
            return name[: -len(suffix)] + inner
    return next((name[: -len(suffix)] for suffix in SUFFIXES if lower.endswith(suffix)), name)


def _unpacked(kind: str, source: Source, limits: Limits) -> tuple["Unpacked | _Gzip | _Zstandard", Budget]:
    """The unpacked stream of a source, and what its bytes are counted by."""
    if kind == "gzip" and source.budget is None and source.stream.seekable():
        quick = _Gzip(source.stream, limits)
        return quick, quick.budget
    packed = Counted(source.stream)
    budget = source.budget or Budget(lambda: packed.taken, limits)
    return _Zstandard(source.stream, packed, budget) if kind == "zstd" else Unpacked(packed, kind, budget), budget


def read_compressed(kind: str, source: Source, limits: Limits) -> Iterator[Item]:
    """The one stream inside, in the same place: what is in `x.jsonl.gz` is called `x.jsonl.gz#17`."""
    raw, budget = _unpacked(kind, source, limits)
    stream = cast(BinaryIO, io.BufferedReader(raw, STEP))
    yield replace(source, stream=stream, name=plain_name(source.name), depth=source.depth + 1, size=None, budget=budget)
    if raw.behind:  # known once the content was read to its end
        yield refuse(source, "corrupt", raw.behind)

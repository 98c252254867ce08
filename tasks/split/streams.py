"""Streams: looking at the head without losing it, reading whole documents within limits, unpacking within limits."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from tasks.settings import Limits
from tasks.split.detect import codec_of
from tasks.split.errors import Refused
from tasks.split.source import Source

HEAD = 1 << 16
CHUNK = 1 << 20
SMALL = 1 << 20  # bytes of a stream within a stream that are taken as a whole
MEGABYTE = 1_000_000


class Chained(io.RawIOBase):
    """A head that was read already, then the rest of the stream, or the refusal that the head ran into."""

    def __init__(self, head: bytes, rest: BinaryIO, failure: Refused | None) -> None:
        self._head = head
        self._read = getattr(rest, "read1", rest.read)
        self._failure = failure

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._head and self._failure:
            raise self._failure
        piece = self._head[: len(buffer)] or self._read(len(buffer))
        self._head = self._head[len(piece) :] if self._head else b""
        buffer[: len(piece)] = piece
        return len(piece)


def _pieces(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Up to `size` bytes as they come: one read of what lies below at a time, so that none is lost before a damage."""
    read = getattr(stream, "read1", stream.read)
    while size > 0 and (piece := read(min(size, CHUNK))):
        size -= len(piece)
        yield piece


def read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes; fewer only at the stream's end."""
    return b"".join(_pieces(stream, size))


def peek(stream: BinaryIO, size: int = HEAD) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and a stream that still begins with them, then meets the same damage if there was any."""
    if stream.seekable():
        place = stream.tell()
        head = read_up_to(stream, size)
        stream.seek(place)
        return head, stream
    pieces: list[bytes] = []
    failure = None
    try:
        for piece in _pieces(stream, SMALL):
            pieces.append(piece)  # noqa: PERF402 - what came before a damage is kept
    except Refused as refused:
        failure = refused
    ahead = b"".join(pieces)
    if failure and not ahead:
        raise failure
    if not failure and len(ahead) < SMALL:
        return ahead[:size], cast(BinaryIO, io.BytesIO(ahead))
    return ahead[:size], cast(BinaryIO, io.BufferedReader(Chained(ahead, stream, failure), HEAD))


class Recoded(io.RawIOBase):
    """A stream of text in some character set, as UTF-8 without a mark."""

    def __init__(self, stream: BinaryIO, charset: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=codec_of(charset), errors="copydesk.stray", newline="")
        self._ahead = b""
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ahead and (text := self._text.read(CHUNK // 4)):
            self._ahead = (text if self._begun else text.removeprefix("\ufeff")).encode("utf-8", "replace")
            self._begun = True
        piece, self._ahead = self._ahead[: len(buffer)], self._ahead[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def as_text(stream: BinaryIO, charset: str) -> Iterator[io.TextIOWrapper]:
    """The stream as text, line ends as they are, stray bytes read as in documents; the stream itself stays open."""
    text = io.TextIOWrapper(stream, encoding=codec_of(charset), errors="copydesk.stray", newline="")
    try:
        yield text
    finally:
        text.detach()


def exceeds(stream: BinaryIO, size: int | None, limit: int) -> bool:
    """Whether a stream of a known size, or one that is read to see, is longer than a limit."""
    if size is not None:
        return size > limit
    left = limit
    while left >= 0 and (piece := stream.read(CHUNK)):
        left -= len(piece)
    return left < 0


def document_limit(limits: Limits) -> int:
    """Bytes that one document may have."""
    return int(limits.document_megabytes * MEGABYTE)


def too_large(limits: Limits) -> Refused:
    """The refusal of a document beyond the limit."""
    return Refused("too-large", f"the document is larger than {limits.document_megabytes:g} MB")


def read_document(source: Source, limits: Limits) -> bytes:
    """All bytes of a source that is one document. Raises Refused with `too-large` beyond the limit."""
    limit = document_limit(limits)
    if source.size is not None and source.size > limit:
        raise too_large(limits)
    data = read_up_to(source.stream, limit + 1)
    if len(data) > limit:
        raise too_large(limits)
    return data


class Counted(io.RawIOBase):
    """A stream that knows how many bytes were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        self.taken += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.taken += len(piece)
        return piece


@contextmanager
def to_seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself where it can seek, else a copy of its rest in an unnamed temporary file."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=16 * MEGABYTE) as copy:
        while piece := stream.read(CHUNK):
            copy.write(piece)
        copy.seek(0)
        yield cast(BinaryIO, copy)

"""What flows inside the room: a stream to be looked into, a document found, a thing refused.

A reader takes a Source and yields any of the three; nested Sources are read to their end before the
reader goes on, so a reader may hand out views of its own stream.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from tasks.guard import Crash
from tasks.records import Given
from tasks.settings import Limits
from tasks.split.budget import Budget


@dataclass(frozen=True, slots=True)
class Meta:
    """What came with a document, from around it."""

    url: str | None = None
    id: str | None = None
    fetched_at: datetime | None = None
    given: tuple[Given, ...] = ()
    charset: str | None = None  # as a transport header or the bundle declares it
    media_type: str | None = None  # likewise


@dataclass(frozen=True, slots=True)
class Source:
    """A stream of bytes and its place; `name` is what it is called, for the cases that content leaves open."""

    bundle: str
    member: str
    name: str
    stream: BinaryIO
    depth: int = 0  # containers around it
    size: int | None = None  # bytes, where known beforehand
    meta: Meta = field(default_factory=Meta)
    budget: Budget | None = None  # of the outermost container, once inside one


@dataclass(frozen=True, slots=True)
class Found:
    """A document: its bytes as they came, or (rows) the text they were already decoded to."""

    bundle: str
    member: str
    data: bytes
    media_type: str
    meta: Meta
    text: str | None = None
    placed: bool = True  # its path tells it from others; rows and parts of a text have their content alone
    charset: str = "utf-8"  # of the text, where it was decoded already


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document or container that cannot be read, with what is known of it."""

    bundle: str
    member: str
    reason: str
    detail: str
    size: int
    head: bytes = b""
    data: bytes | None = None  # the whole of it, where it was had
    media_type: str | None = None
    meta: Meta = field(default_factory=Meta)
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Later:
    """What lies ready and is still to be understood, by work that may end the process; the reader goes on behind it all the same."""

    raw: Found  # as it lies there, for its refusal
    make: Callable[[], "Source | Found | Refusal"]


Item = Source | Found | Refusal | Later
Reader = Callable[[Source, Limits], Iterator[Item]]


def refuse(source: Source, reason: str, detail: str, head: bytes = b"", size: int | None = None) -> Refusal:
    """A refusal of a whole source; `size` is in bytes and defaults to what the source says of itself."""
    known = size if size is not None else source.size
    return Refusal(source.bundle, source.member, reason, detail, known if known is not None else len(head), head, meta=source.meta)


def broken(item: Found | Refusal | Later, crash: Crash) -> Refusal:
    """The refusal of what came whole but on which the work ended the process."""
    raw = item.raw if isinstance(item, Later) else item
    data = raw.data or b""
    shown = data[:65536]
    return Refusal(raw.bundle, raw.member, crash.reason, crash.detail, len(data), shown, raw.data, raw.media_type, raw.meta, raw.placed)

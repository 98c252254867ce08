"""WARC files: records framed here, so that damage is noticed and passed over, and understood by fastwarc."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from fastwarc.warc import WarcRecord

from tasks.records import Given
from tasks.settings import Limits
from tasks.split.encodings import unpack_body
from tasks.split.errors import Refused
from tasks.split.gzipped import GzipMember, GzipMembers
from tasks.split.members import member_stream
from tasks.split.rows import parse_instant
from tasks.split.source import Found, Item, Later, Meta, Refusal, Source
from tasks.split.streams import Chained, document_limit, read_up_to, too_large

VERSION = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
NEXT = re.compile(rb"\r?\n\r?\n(WARC/\d\.\d{1,2}\r?\nWARC-)")
FIELD = re.compile(rb"([A-Za-z-]{1,40}):[ \t]*([^\r\n]*)")
LINE = 1 << 16  # bytes of a header line that are kept; longer lines are left out
TYPES = (b"response", b"resource", b"conversion")
SIDE = ("text/css", "javascript", "ecmascript", "font/", "image/", "audio/", "video/", "text/dns", "application/octet-stream+")
TAKE = 1 << 16


@dataclass(slots=True)
class _Frame:
    """A record's header and where its block begins."""

    header: bytes
    fields: dict[bytes, bytes]
    length: int


class _Tape:
    """A stream of records that can look a line ahead and knows its place."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._line = b""
        self.at = 0

    def line(self) -> bytes:
        """The next line, cut to LINE bytes."""
        if self._line:
            line, self._line = self._line, b""
        else:
            line = self._stream.readline(LINE)
        self.at += len(line)
        return line

    def back(self, line: bytes) -> None:
        """Give the line just taken back."""
        self._line = line
        self.at -= len(line)

    def give_back(self, data: bytes) -> None:
        """Give back what was taken last and turned out to be something else."""
        ahead, self._line = data + self._line, b""
        self._stream = cast(BinaryIO, io.BufferedReader(Chained(ahead, self._stream, None)))
        self.at -= len(data)

    def read(self, size: int) -> bytes:
        data = read_up_to(self._stream, size)
        self.at += len(data)
        return data

    def skip(self, size: int) -> bool:
        """Pass over bytes; whether they were all there."""
        while size > 0 and (piece := self._stream.read(min(size, TAKE))):
            size -= len(piece)
            self.at += len(piece)
        return size <= 0


def _header(tape: _Tape) -> _Frame | None:
    """The header whose first line was given back, None where it is none. Lines beyond LINE bytes are left out."""
    header = tape.line()
    while line := tape.line():
        if line in (b"\r\n", b"\n"):
            fields = {m[1].lower(): m[2].strip() for m in FIELD.finditer(header)}
            length = fields.get(b"content-length", b"")
            return _Frame(header + line, fields, int(length)) if length.isdigit() and len(length) < 16 else None
        if line.endswith(b"\n"):
            header += line
        else:
            while line and not line.endswith(b"\n"):
                line = tape.line()
        if len(header) > 16 * LINE:
            return None
    return None


def _to_version(tape: _Tape) -> tuple[bool, int]:
    """Pass on to the next line that begins a record: whether there is one, and how many bytes that are not blank lay before it."""
    passed = 0
    while line := tape.line():
        if VERSION.match(line):
            tape.back(line)
            return True, passed
        passed += len(line.strip())
    return False, passed


def _meta(source: Source, fields: dict[bytes, bytes]) -> Meta:
    named = (b"warc-target-uri", b"warc-date", b"warc-record-id")
    told = {key: fields[key].decode("utf-8", "replace").strip("<>") for key in named if key in fields}
    url, date = told.get(b"warc-target-uri"), told.get(b"warc-date", "")
    given = [Given("url", url, "warc.target-uri")] if url else []
    given += [Given("fetched_at", date, "warc.date")] if date else []
    return replace(source.meta, url=url, id=told.get(b"warc-record-id"), fetched_at=parse_instant(date), given=(*given, *source.meta.given))


def _payload(record: WarcRecord, kind: bytes, limits: Limits) -> tuple[bytes, str, str | None]:
    """Bytes, media type and declared character set of a record. Raises Refused."""
    limit = document_limit(limits)
    try:
        if kind == b"response" and record.is_http:
            record.parse_http(auto_decode="transfer")
            status = record.http_headers.status_code if record.http_headers else None
            if status is not None and status != 200:
                raise Refused("error-page", f"the server answered with status {status}")
        data = record.reader.read()
        if kind == b"response" and record.http_headers:
            data = unpack_body(data, record.http_headers.get("Content-Encoding") or "", limit + 1)
    except (OSError, ValueError, EOFError) as error:
        raise Refused("malformed-record", f"the HTTP response cannot be read: {error}") from None
    if len(data) > limit:
        raise too_large(limits)
    declared = record.http_content_type if kind == b"response" else record.headers.get("Content-Type")
    return data, (declared or "").partition(";")[0].strip().lower(), record.http_charset if kind == b"response" else None


def _record(source: Source, frame: _Frame, body: bytes, member: str, meta: Meta, limits: Limits) -> Source | Refusal:
    kind = frame.fields.get(b"warc-type", b"").lower()
    try:
        record = WarcRecord.from_bytes(frame.header + body)
        data, media_type, charset = _payload(record, kind, limits)
        if any(side in media_type for side in SIDE):
            raise Refused("unsupported", f"{media_type} is not read")
    except Refused as refused:
        return Refusal(source.bundle, member, refused.reason, refused.detail, len(body), body[:TAKE], body, None, meta)
    except OSError as error:
        detail = f"the record cannot be read: {error}"
        return Refusal(source.bundle, member, "malformed-record", detail, len(body), body[:TAKE], body, None, meta)
    inner = cast(BinaryIO, io.BytesIO(data))
    meta = replace(meta, charset=charset, media_type=media_type or None)
    return Source(source.bundle, member, _name(meta.url or "", media_type), inner, source.depth + 1, len(data), meta, source.budget)


def _name(url: str, media_type: str) -> str:
    """A name for the case that the content does not tell its kind."""
    try:
        name = urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        name = ""
    if "html" in media_type:
        return name + ".html"
    return name + ".txt" if media_type == "text/plain" else name


def _frames(tape: _Tape, source: Source, numbers: Iterator[int], limits: Limits) -> Iterator[Item]:
    """The items of a stretch of records; a Refused from below (a damaged member) goes through."""
    while True:
        at = tape.at
        found, passed = _to_version(tape)
        if passed:
            detail = f"{passed} bytes that are no record, from byte {at}"
            yield Refusal(source.bundle, source.member, "corrupt", detail, passed, meta=source.meta)
        if not found:
            return
        number = next(numbers)
        member = f"{source.member}#{number}"
        frame = _header(tape)
        if frame is None:
            detail = f"a record without a good header, before byte {tape.at}"
            yield Refusal(source.bundle, member, "malformed-record", detail, 0, meta=source.meta)
            continue
        if frame.fields.get(b"warc-type", b"").lower() not in TYPES or frame.fields.get(b"warc-target-uri", b"").startswith(b"dns:"):
            if not tape.skip(frame.length):
                raise Refused("truncated", f"the file ends inside a record, at byte {tape.at}")
            continue
        yield from _content(tape, source, frame, member, limits)


def _overrun(tape: _Tape, body: bytes) -> int:
    """Where the next record begins inside what should be one body, 0 where the body ends as it should."""
    line = tape.line()
    tape.back(line)
    if line and not line.strip():
        return 0
    match = NEXT.search(body)
    return match.start(1) if match else 0


def _content(tape: _Tape, source: Source, frame: _Frame, member: str, limits: Limits) -> Iterator[Item]:
    meta = _meta(source, frame.fields)
    room = document_limit(limits) + LINE
    body = tape.read(min(frame.length, room))
    if frame.length <= room and (inside := _overrun(tape, body)):
        tape.give_back(body[inside:])
        detail = f"the record says {frame.length} bytes and the next one begins after {inside}"
        yield Refusal(source.bundle, member, "malformed-record", detail, inside, body[:inside][:TAKE], body[:inside], None, meta)
        return
    if len(body) < min(frame.length, room):
        detail = f"the record ends after {len(body)} of {frame.length} bytes"
        yield Refusal(source.bundle, member, "truncated", detail, len(body), body[:TAKE], body, None, meta)
        return
    if frame.length > room:
        yield Refusal(source.bundle, member, "too-large", too_large(limits).detail, frame.length, body[:TAKE], None, None, meta)
        tape.skip(frame.length - room)
        return
    yield Later(Found(source.bundle, member, body, "application/warc", meta), partial(_record, source, frame, body, member, meta, limits))


def read_warc(source: Source, limits: Limits) -> Iterator[Item]:
    """The records of a file that is not packed."""
    yield from _frames(_Tape(source.stream), source, count(1), limits)


def read_packed_warc(source: Source, limits: Limits) -> Iterator[Item]:
    """The records of a gzip file, whether each is a member of its own or the file is one."""
    packed, numbers = GzipMembers(source.stream), count(1)
    found, _ = packed.to_member(0)
    while found:
        member = GzipMember(packed, limits)
        stream = member_stream(member.take)
        damaged = False
        try:
            yield from _frames(_Tape(stream), source, numbers, limits)
            while stream.read(TAKE):
                pass
        except Refused as refused:
            damaged = True
            yield Refusal(source.bundle, source.member, refused.reason, refused.detail, packed.at, meta=source.meta)
        after = max(member.start + 1, member.latest) if damaged else packed.at
        found, passed = packed.to_member(after)
        if passed and not damaged:
            detail = f"{passed} bytes that are no good gzip member, from byte {after}"
            yield Refusal(source.bundle, source.member, "corrupt", detail, passed, meta=source.meta)

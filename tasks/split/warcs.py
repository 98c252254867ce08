"""WARC files: records framed here, so that damage is noticed and passed over, and understood by fastwarc."""

import io
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from fastwarc.warc import WarcRecord

from tasks.records import Given
from tasks.settings import Limits
from tasks.split.budget import Budget
from tasks.split.encodings import unpack_body
from tasks.split.errors import Refused
from tasks.split.gzipped import GzipMember, GzipMembers, QuickGzip
from tasks.split.rows import parse_instant
from tasks.split.source import Found, Item, Later, Meta, Refusal, Source
from tasks.split.streams import document_limit, too_large
from tasks.split.tape import BLANK, LINE, Tape

VERSION = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
NEXT = re.compile(rb"\r?\n\r?\n(WARC/\d\.\d{1,2}\r?\nWARC-)")
FIELD = re.compile(rb"([A-Za-z-]{1,40}):[ \t]*([^\r\n]*)")
TYPES = (b"response", b"resource", b"conversion")
SIDE = ("text/css", "javascript", "ecmascript", "font/", "image/", "audio/", "video/", "text/dns", "application/octet-stream+")
TAKE = 1 << 16


@dataclass(slots=True)
class _Frame:
    """A record's header and where its block begins."""

    header: bytes
    fields: dict[bytes, bytes]
    length: int


def _header(tape: Tape) -> _Frame | None:
    """The header whose first line was given back, None where it is none. Lines beyond LINE bytes are left out."""
    if header := tape.to_blank():
        return _frame(header)
    header = tape.line()
    while line := tape.line():
        if line in (b"\r\n", b"\n"):
            return _frame(header + line)
        if line.endswith(b"\n"):
            header += line
        else:
            while line and not line.endswith(b"\n"):
                line = tape.line()
        if len(header) > 16 * LINE:
            return None
    return None


def _frame(header: bytes) -> _Frame | None:
    fields = {name.lower(): value.strip() for name, value in FIELD.findall(header)}
    length = fields.get(b"content-length", b"")
    return _Frame(header, fields, int(length)) if length.isdigit() and len(length) < 16 else None


def _to_version(tape: Tape) -> tuple[bool, int]:
    """Pass on to the next line that begins a record: whether there is one, and how many bytes that are not blank lay before it."""
    passed = 0
    tape.pass_blank()
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
    around = source.meta
    return Meta(url, told.get(b"warc-record-id"), parse_instant(date), (*given, *around.given), around.charset, around.media_type)


def _opened(frame: _Frame, body: bytes) -> tuple[WarcRecord, bytes | None]:
    """The record, and what lies behind its HTTP header where that is the payload as it stands: fastwarc need not copy it then."""
    end = BLANK.search(body, 0, LINE) if body.startswith(b"HTTP/") else None
    if end is None or b"transfer-encoding" in (head := body[: end.end()]).lower():
        return WarcRecord.from_bytes(frame.header + body), None
    return WarcRecord.from_bytes(frame.header + head), body[end.end() :]


def _response(frame: _Frame, body: bytes, limits: Limits) -> tuple[bytes, str, str | None]:
    """Bytes, media type and declared character set of a server's answer. Raises Refused."""
    try:
        record, data = _opened(frame, body)
        if record.is_http:
            record.parse_http(auto_decode="transfer")
            status = record.http_headers.status_code if record.http_headers else None
            if status is not None and status != 200:
                raise Refused("error-page", f"the server answered with status {status}")
        if data is None:
            data = record.reader.read()
        elif not record.http_headers:
            data = body
        if record.http_headers:
            data = unpack_body(data, record.http_headers.get("Content-Encoding") or "", document_limit(limits) + 1)
    except (OSError, ValueError, EOFError) as error:
        raise Refused("malformed-record", f"the HTTP response cannot be read: {error}") from None
    return data, record.http_content_type or "", record.http_charset


def _record(source: Source, frame: _Frame, body: bytes, member: str, meta: Meta, limits: Limits) -> Source | Refusal:
    try:
        if frame.fields.get(b"warc-type", b"").lower() == b"response":
            data, declared, charset = _response(frame, body, limits)
        else:
            data, declared, charset = body, frame.fields.get(b"content-type", b"").decode("utf-8", "replace"), None
        if len(data) > document_limit(limits):
            raise too_large(limits)
        media_type = declared.partition(";")[0].strip().lower()
        if any(side in media_type for side in SIDE):
            raise Refused("unsupported", f"{media_type} is not read")
    except Refused as refused:
        return Refusal(source.bundle, member, refused.reason, refused.detail, len(body), body[:TAKE], body, None, meta)
    inner = cast(BinaryIO, io.BytesIO(data))
    meta = Meta(meta.url, meta.id, meta.fetched_at, meta.given, charset, media_type or None)
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


def _unread(frame: _Frame) -> bool:
    """Whether a record holds no document."""
    fields = frame.fields
    return fields.get(b"warc-type", b"").lower() not in TYPES or fields.get(b"warc-target-uri", b"").startswith(b"dns:")


def _later(source: Source, frame: _Frame, body: bytes, member: str, limits: Limits) -> Later:
    meta = _meta(source, frame.fields)
    return Later(Found(source.bundle, member, body, "application/warc", meta), partial(_record, source, frame, body, member, meta, limits))


def _frames(tape: Tape, source: Source, numbers: Iterator[int], limits: Limits) -> Iterator[Item]:
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
        if _unread(frame) and not _claims_too_much(source, frame):
            if not tape.skip(frame.length):
                raise Refused("truncated", f"the file ends inside a record, at byte {tape.at}")
            continue
        yield from _content(tape, source, frame, member, limits)


def _overrun(tape: Tape, body: bytes) -> int:
    """Where the next record begins inside what should be one body, 0 where the body ends as it should."""
    line = tape.line()
    tape.back(line)
    if line and not line.strip():
        return 0
    return _begins(body)


def _claims_too_much(source: Source, frame: _Frame) -> bool:
    """Whether a record says that it is longer than the file that holds it, whose size is known unless it is packed."""
    return source.size is not None and frame.length > source.size


def _begins(body: bytes) -> int:
    """Where a record begins inside a body, 0 where none does."""
    match = NEXT.search(body)
    return match.start(1) if match else 0


def _content(tape: Tape, source: Source, frame: _Frame, member: str, limits: Limits) -> Iterator[Item]:
    """What a record's body is, or what is wrong with it."""
    meta = _meta(source, frame.fields)
    room = document_limit(limits) + LINE
    body = tape.read(min(frame.length, room))
    if _claims_too_much(source, frame) or len(body) < min(frame.length, room):
        inside = _begins(body)
    else:
        inside = _overrun(tape, body) if frame.length <= room else 0
    if inside:
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
    yield _later(source, frame, body, member, limits)


def _whole(tape: Tape, source: Source, limits: Limits) -> Iterator[tuple[int, Later]]:
    """The number and document of each record. Raises Refused at the first that is not whole or does not stand where it should."""
    for number in count(1):
        tape.pass_blank()
        tape.back(line := tape.line())
        if not line:
            return
        frame = _header(tape) if VERSION.match(line) else None
        body = tape.read(frame.length) if frame and frame.length <= document_limit(limits) else b""
        if frame is None or len(body) < frame.length or _overrun(tape, body):
            raise Refused("malformed-record", f"record {number} is not whole")
        if not _unread(frame):
            yield number, _later(source, frame, body, f"{source.member}#{number}", limits)


def _quick(source: Source, limits: Limits) -> Generator[Later, None, int | None]:
    """The documents of a packed file that is in good order, for fastwarc unpacks at twice the speed of zlib but says little of damage.

    Returns None where all went well, else the number of the last good record before what is odd.
    """
    begin, last = source.stream.tell(), 0
    packed = QuickGzip(source.stream)
    budget = Budget(packed.packed, limits)

    def take(size: int) -> bytes:
        budget.spend(len(piece := packed.take(size)))
        return piece

    try:
        for last, item in _whole(Tape(take), source, limits):  # noqa: B007 - counted for what comes after
            yield item
        if packed.ended_well():
            return None
    except (Refused, OSError):
        pass
    source.stream.seek(begin)
    return last


def read_warc(source: Source, limits: Limits) -> Iterator[Item]:
    """The records of a file that is not packed."""
    yield from _frames(Tape(getattr(source.stream, "read1", source.stream.read)), source, count(1), limits)


def read_packed_warc(source: Source, limits: Limits) -> Iterator[Item]:
    """The records of a gzip file, whether each is a member of its own or the file is one."""
    last = (yield from _quick(source, limits)) if source.stream.seekable() else 0
    if last is None:
        return
    for item in _careful(source, limits):
        if not (isinstance(item, Later) and int(item.raw.member.rpartition("#")[2]) <= last):
            yield item


def _careful(source: Source, limits: Limits) -> Iterator[Item]:
    """The records of a packed file in whatever order it is: after a damaged member the next good one is looked for."""
    source = replace(source, size=None)
    packed, numbers = GzipMembers(source.stream), count(1)
    found, _ = packed.to_member(0)
    while found:
        member = GzipMember(packed, limits)
        damaged = False
        try:
            yield from _frames(Tape(member.take), source, numbers, limits)
            while member.take(TAKE):
                pass
        except Refused as refused:
            damaged = True
            yield Refusal(source.bundle, source.member, refused.reason, refused.detail, packed.at, meta=source.meta)
        after = max(member.start + 1, member.latest) if damaged else packed.at
        found, passed = packed.to_member(after)
        if passed and not damaged:
            detail = f"{passed} bytes that are no good gzip member, from byte {after}"
            yield Refusal(source.bundle, source.member, "corrupt", detail, passed, meta=source.meta)

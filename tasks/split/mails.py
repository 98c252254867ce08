"""Mail: EML, mbox, and MHTML, which is a page saved as a mail."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial

from tasks.records import Given
from tasks.settings import Limits
from tasks.split.decode import whole
from tasks.split.errors import Refused
from tasks.split.source import Found, Item, Later, Meta, Refusal, Source
from tasks.split.streams import document_limit, read_document, too_large

SEPARATOR = re.compile(rb"From \S{1,300} .{0,60}\d{4}\s*$")
HEADER = re.compile(rb"[!-9;-~]{1,60}:")  # what follows the line that announces a mail
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
LINE = 1 << 16


def _header(message: EmailMessage, name: str) -> str:
    """A header as text on one line, "" where there is none or it cannot be understood."""
    try:
        return whole(" ".join(str(message.get(name, "")).split()))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def _meta(message: EmailMessage, page: EmailMessage, around: Meta, saved: bool) -> Meta:
    named = {"headline": "Subject", "published": "Date", "language": "Content-Language"}
    told = {field: _header(message, name) for field, name in named.items()}
    if not saved:
        told["byline"] = parseaddr(_header(message, "From"))[0]
    given = [Given(field, value, f"mail.{field}") for field, value in told.items() if value]
    location = _header(message, "Snapshot-Content-Location") or _header(page, "Content-Location") or _header(message, "Content-Location")
    url = location if location.startswith(("http://", "https://")) else around.url
    stamp = None
    if saved:
        given = [replace(g, field="fetched_at") if g.field == "published" else g for g in given]
        try:
            stamp = parsedate_to_datetime(_header(message, "Date"))
        except (ValueError, TypeError, IndexError):
            stamp = None
    fetched = stamp.astimezone(UTC) if stamp and stamp.tzinfo else around.fetched_at
    given += [Given("url", url, "mail.content-location")] if url and url != around.url else []
    return Meta(url, _header(message, "Message-ID").strip("<> ") or around.id, fetched, (*given, *around.given))


def _page(message: EmailMessage) -> EmailMessage:
    """The part that is read: the first page of a mail, else its first text. Raises Refused."""
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_content_disposition() != "attachment"]
    for wanted in ("text/html", "application/xhtml+xml", "text/plain"):
        for part in parts:
            if part.get_content_type() == wanted:
                return part
    raise Refused("no-article", "the mail holds no text")


def read_message(data: bytes, source: Source, member: str) -> Found | Refusal:
    """The document of one mail."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        page = _page(message)
        payload = page.get_payload(decode=True)
        saved = message.get_content_type() == "multipart/related"
        meta = _meta(message, page, source.meta, saved)
        charset = page.get_content_charset()
        media_type = "text/plain" if page.get_content_type() == "text/plain" else "text/html"
    except Refused as refused:
        return Refusal(source.bundle, member, refused.reason, refused.detail, len(data), data[:LINE], data, "message/rfc822", source.meta)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        detail = f"the mail cannot be read: {error}"
        return Refusal(source.bundle, member, "malformed-record", detail, len(data), data[:LINE], data, None, source.meta)
    return Found(source.bundle, member, payload if isinstance(payload, bytes) else b"", media_type, replace(meta, charset=charset))


def read_mail(source: Source, limits: Limits) -> Iterator[Item]:
    """The document of a mail or of a saved page."""
    yield read_message(read_document(source, limits), source, source.member)


def read_mbox(source: Source, limits: Limits) -> Iterator[Item]:
    """The document of each mail of a mailbox: `x.mbox#3` is the third."""
    limit = document_limit(limits)
    for number, (data, size) in enumerate(_messages(source, limit), 1):
        member = f"{source.member}#{number}"
        if size > limit:
            yield Refusal(source.bundle, member, "too-large", too_large(limits).detail, size, data[:LINE], meta=source.meta)
        else:
            plain = QUOTED.sub(rb"\1", data)
            yield Later(Found(source.bundle, member, plain, "message/rfc822", source.meta), partial(read_message, plain, source, member))


def _messages(source: Source, limit: int) -> Iterator[tuple[bytes, int]]:
    """Each mail without the line that announces it, and its size; of one beyond the limit only the beginning."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    ahead = source.stream.readline(LINE)
    while line := ahead:
        ahead = source.stream.readline(LINE)
        if blank and SEPARATOR.match(line) and HEADER.match(ahead):
            if begun:
                yield b"".join(lines), size
            lines, size, begun = [], 0, True
        else:
            size += len(line)
            if size <= limit:
                lines.append(line)
        blank = not line.strip()
    if begun:
        yield b"".join(lines), size

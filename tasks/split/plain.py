"""Documents that are one stream: pages, and text files, which may hold several articles."""

from collections.abc import Iterator
from dataclasses import replace

from tasks.settings import Limits
from tasks.split.decode import Decoded, charset_given, decode, read_as
from tasks.split.errors import Refused
from tasks.split.exports import told_by_export
from tasks.split.separators import parts_of, trim, whole_parts
from tasks.split.source import Found, Item, Refusal, Source
from tasks.split.streams import document_limit, read_document, read_up_to, too_large

WINDOW = 1_000_000  # bytes of a long text that are looked at together


def read_page(source: Source, limits: Limits) -> Iterator[Item]:
    """The page that the source is."""
    data = read_document(source, limits)
    yield Found(source.bundle, source.member, data, "text/html", source.meta)


def read_text(source: Source, limits: Limits) -> Iterator[Item]:
    """The text that the source is, or each article of a concatenated one: `x.txt#3` is the third."""
    first = read_up_to(source.stream, WINDOW)
    limit = document_limit(limits)
    if len(first) == WINDOW and (begun := _parted(first, source)):
        yield from _flowing(_told(source, begun), first, begun.charset, limit)
        return
    data = first + read_up_to(source.stream, max(0, limit + 1 - len(first))) if len(first) == WINDOW else first
    if len(data) > limit:
        raise too_large(limits)
    try:
        decoded = decode(data, source.meta.charset)
    except Refused as refused:
        why = (refused.reason, refused.detail)
        yield Refusal(source.bundle, source.member, *why, len(data), data[:65536], data, "text/plain", source.meta)
        return
    text, source = decoded.text, _told(source, decoded)
    parts = parts_of(text)
    if not parts:
        yield Found(source.bundle, source.member, data, "text/plain", told_by_export(text, source.meta), text, True, decoded.charset)
    for number, part in enumerate(parts, 1):
        yield _part(source, text[part.start : part.end], number, decoded.charset)


def _told(source: Source, decoded: Decoded) -> Source:
    """The source with what spoke for its character set."""
    return replace(source, meta=replace(source.meta, given=source.meta.given + charset_given(decoded)))


def _part(source: Source, piece: str, number: int, charset: str) -> Found:
    meta = told_by_export(piece, source.meta)
    return Found(source.bundle, f"{source.member}#{number}", piece.encode(), "text/plain", meta, piece, False, charset)


def _parted(first: bytes, source: Source) -> Decoded | None:
    """The beginning of a long text decoded, if its beginning is several articles already and a line end is a byte in it."""
    try:
        decoded = decode(first[: first.rfind(b"\n") + 1], source.meta.charset)
    except Refused:
        return None
    return decoded if not decoded.charset.startswith("utf-16") and whole_parts(decoded.text)[1] else None


def _flowing(source: Source, first: bytes, charset: str, limit: int) -> Iterator[Item]:
    """The articles of a text too long to be held: what stands before the last separator of a stretch is given out, the rest waits."""
    number, ahead, waiting = 0, first, ""
    while ahead or waiting:
        more = read_up_to(source.stream, WINDOW)
        ready = ahead[: ahead.rfind(b"\n") + 1] if more else ahead
        waiting += read_as(ready, charset)
        ahead = ahead[len(ready) :] + more
        parts, edge = whole_parts(waiting) if ahead else (parts_of(waiting) or [trim(waiting, 0, len(waiting))], len(waiting))
        for part in parts:
            if part.end > part.start:
                number += 1
                yield _part(source, waiting[part.start : part.end], number, charset)
        waiting = waiting[edge:]
        if len(waiting) > limit:
            raise Refused("too-large", f"no separator for {limit} characters behind article {number}")

"""Documents that are one stream: pages, and text files, which may hold several articles."""

from collections.abc import Iterator

from tasks.settings import Limits
from tasks.split.decode import decode
from tasks.split.errors import Refused
from tasks.split.exports import told_by_export
from tasks.split.separators import parts_of
from tasks.split.source import Found, Item, Refusal, Source
from tasks.split.streams import read_document


def read_page(source: Source, limits: Limits) -> Iterator[Item]:
    """The page that the source is."""
    data = read_document(source, limits)
    yield Found(source.bundle, source.member, data, "text/html", source.meta)


def read_text(source: Source, limits: Limits) -> Iterator[Item]:
    """The text that the source is, or each article of a concatenated one: `x.txt#3` is the third."""
    data = read_document(source, limits)
    try:
        decoded = decode(data, source.meta.charset)
    except Refused as refused:
        why = (refused.reason, refused.detail)
        yield Refusal(source.bundle, source.member, *why, len(data), data[:65536], data, "text/plain", source.meta)
        return
    text = decoded.text
    parts = parts_of(text)
    if not parts:
        yield Found(source.bundle, source.member, data, "text/plain", told_by_export(text, source.meta), text, True, decoded.charset)
    for number, part in enumerate(parts, 1):
        piece = text[part.start : part.end]
        meta = told_by_export(piece, source.meta)
        yield Found(source.bundle, f"{source.member}#{number}", piece.encode(), "text/plain", meta, piece, False, decoded.charset)

"""Which reader takes which kind, and the way down through what is nested."""

import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tasks.settings import Limits
from tasks.split.columns import read_arrow, read_parquet
from tasks.split.compressed import read_compressed
from tasks.split.delimited import read_delimited
from tasks.split.errors import Abandoned, Refused
from tasks.split.gzipped import begins_warc
from tasks.split.jsonl import read_jsonl
from tasks.split.jsons import read_json
from tasks.split.mails import read_mail, read_mbox
from tasks.split.plain import read_page, read_text
from tasks.split.sniff import sniff
from tasks.split.source import Found, Later, Reader, Refusal, Source, broken, refuse
from tasks.split.streams import document_limit, exceeds, peek, too_large
from tasks.split.tars import read_tar
from tasks.split.walk import Walk
from tasks.split.warcs import read_packed_warc, read_warc
from tasks.split.xmls import read_feed, read_wire
from tasks.split.zips import read_zip

READERS: dict[str, Reader] = {
    "gzip": partial(read_compressed, "gzip"),
    "bzip2": partial(read_compressed, "bzip2"),
    "xz": partial(read_compressed, "xz"),
    "zstd": partial(read_compressed, "zstd"),
    "zip": read_zip,
    "tar": read_tar,
    "warc": read_warc,
    "warc.gz": read_packed_warc,
    "parquet": read_parquet,
    "arrow": read_arrow,
    "mail": read_mail,
    "mbox": read_mbox,
    "feed": read_feed,
    "wire": read_wire,
    "jsonl": read_jsonl,
    "json": read_json,
    "delimited": read_delimited,
    "html": read_page,
    "text": read_text,
}

# What libraries raise on damage that their readers did not foresee; the file is refused, the run goes on.
DAMAGED = (ValueError, EOFError, ArithmeticError, LookupError, RecursionError, struct.error, zlib.error, lzma.LZMAError)


def _reader(kind: str) -> Reader:
    """The reader of a kind. Raises Refused for what holds no text, or is not read."""
    if kind == "empty":
        raise Refused("empty", "nothing but white space")
    reason, _, what = kind.partition(":")
    if kind not in READERS:
        raise Refused(reason if reason in ("binary", "unsupported") else "unsupported", f"{what or kind} is not read")
    return READERS[kind]


def documents(source: Source, limits: Limits, walk: Walk | None = None) -> Iterator[Found | Refusal]:
    """Every document of a source and of what is nested in it, depth first, and a refusal for whatever cannot be read."""
    head, size, walk = b"", source.size, walk or Walk()
    try:
        number = walk.enter(source.depth, limits)
        head, stream = peek(source.stream)
        kind = sniff(head, source.name)
        kind = "warc.gz" if kind == "gzip" and begins_warc(head[:512]) else kind
        if kind.startswith(("binary", "empty")) and exceeds(stream, size, document_limit(limits)):
            raise too_large(limits)
        items = 0
        opened = source if stream is source.stream else replace(source, stream=stream)
        for item in _reader(kind)(opened, limits):
            items += 1
            if not isinstance(item, Source):
                crash = walk.finishing(number, items)
                item = broken(item, crash) if crash else item.make() if isinstance(item, Later) else item
            if isinstance(item, Source):
                yield from documents(item, limits, walk)
            else:
                yield item
            walk.reading(number, items)
        if not items:
            raise Refused("empty", f"{kind} without a document")
    except Refused as refused:
        if isinstance(refused, Abandoned) and source.depth:
            raise
        yield refuse(source, refused.reason, refused.detail, head)
    except OSError as error:
        yield refuse(source, "unreadable", error.strerror or type(error).__name__, head)
    except MemoryError as error:
        yield refuse(source, "out-of-memory", str(error) or "no memory left", head)
    except DAMAGED as error:
        yield refuse(source, "corrupt", f"{type(error).__name__}: {error}"[:500], head)

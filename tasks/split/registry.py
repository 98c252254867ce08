"""Which reader takes which kind, and the way down through what is nested."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from tasks.settings import Limits
from tasks.split.compressed import read_compressed
from tasks.split.errors import Refused
from tasks.split.jsonl import read_jsonl
from tasks.split.plain import read_page, read_text
from tasks.split.sniff import sniff
from tasks.split.source import Found, Reader, Refusal, Source, refuse
from tasks.split.streams import document_limit, peek, too_large

READERS: dict[str, Reader] = {
    "gzip": partial(read_compressed, "gzip"),
    "bzip2": partial(read_compressed, "bzip2"),
    "xz": partial(read_compressed, "xz"),
    "zstd": partial(read_compressed, "zstd"),
    "jsonl": read_jsonl,
    "html": read_page,
    "text": read_text,
}


def _reader(kind: str) -> Reader:
    """The reader of a kind. Raises Refused for what holds no text, or is not read."""
    if kind == "empty":
        raise Refused("empty", "nothing but white space")
    reason, _, what = kind.partition(":")
    if kind not in READERS:
        raise Refused(reason if reason in ("binary", "unsupported") else "unsupported", f"{what or kind} is not read")
    return READERS[kind]


def documents(source: Source, limits: Limits) -> Iterator[Found | Refusal]:
    """Every document of a source and of what is nested in it, depth first, and a refusal for whatever cannot be read."""
    head, size = b"", source.size
    try:
        if source.depth > limits.nesting:
            raise Refused("too-deep", f"nested in more than {limits.nesting} containers")
        head, stream = peek(source.stream)
        kind = sniff(head, source.name)
        if kind.startswith(("binary", "empty")) and size is not None and size > document_limit(limits):
            raise too_large(limits)
        for item in _reader(kind)(replace(source, stream=stream), limits):
            if isinstance(item, Source):
                yield from documents(item, limits)
            else:
                yield item
    except Refused as refused:
        yield refuse(source, refused.reason, refused.detail, head)
    except OSError as error:
        yield refuse(source, "unreadable", error.strerror or type(error).__name__, head)




"""JSON lines: a row each; a line that cannot be read is one reject and the run goes on."""

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from tasks.settings import Limits
from tasks.split.decode import BOMS, decode, wide_charset
from tasks.split.errors import Refused
from tasks.split.header import names_content
from tasks.split.rows import malformed, read_row
from tasks.split.source import Item, Source
from tasks.split.streams import CHUNK, Recoded, document_limit, peek

ROOM = 2  # a row may be this many times as long as the document in it: escapes, base64


def _lines(source: Source, limit: int) -> Iterator[tuple[int, bytes, bool, int]]:
    """(number, line, whether its end was seen, its length); of lines beyond the limit only the beginning is kept."""
    number = 0
    head, stream = peek(source.stream)
    if charset := wide_charset(head):
        stream = cast(BinaryIO, io.BufferedReader(Recoded(stream, charset), CHUNK))
    while line := stream.readline(limit):
        length, ended = len(line), line.endswith(b"\n")
        while not ended and length >= limit and (more := stream.readline(CHUNK)):
            length, ended = length + len(more), more.endswith(b"\n")
        for piece in line.strip(b"\r\n").split(b"\r") if b"\r" in line else (line,):  # in a row it would be escaped: it ends lines here
            number += 1
            yield number, piece, ended, length


def parse(line: bytes) -> Any:
    """The value of one line. Raises Refused with `malformed-record` and what is wrong with it."""
    try:
        return json.loads(line)
    except UnicodeDecodeError:
        return parse(decode(line).text.encode())
    except RecursionError:
        raise Refused("malformed-record", "nested too deeply for JSON") from None
    except ValueError as error:
        raise Refused("malformed-record", f"not valid JSON: {error}") from None


def read_jsonl(source: Source, limits: Limits) -> Iterator[Item]:
    """A document or refusal for each line that is not blank; `#17` is what stands in line 17."""
    limit = ROOM * document_limit(limits)
    names: list[str] | None = None
    for number, line, ended, length in _lines(source, limit):
        if number == 1:
            line = next((line[len(mark) :] for mark, _ in BOMS[:1] if line.startswith(mark)), line)
        if not (line.startswith(b"{") and line.endswith(b"}\n")):  # nearly every line is so, and long
            line = line.strip(b" \t\r\n\x1e")  # a record separator (RFC 7464) says no more than the line end
        if length >= limit:
            yield malformed(source, number, "too-large", f"the line is longer than {limit} bytes", line[:65536], length)
        elif number == 1 and (names := _names(line)):
            continue
        elif line:
            yield _row(line, names, ended, source, number, limits)


def _names(line: bytes) -> list[str] | None:
    """The names of a first line that is an array of them, for files whose rows are arrays."""
    if not line.startswith(b'["'):
        return None
    try:
        names = parse(line)
    except Refused:
        return None
    return names if all(isinstance(name, str) for name in names) and names_content(names) else None


def _row(line: bytes, names: list[str] | None, ended: bool, source: Source, number: int, limits: Limits) -> Item:
    try:
        row = parse(line)
        if names and isinstance(row, list) and len(row) <= len(names):
            row = dict(zip(names, row, strict=False))
        return read_row(row, source, number, limits, lambda: line)
    except Refused as refused:
        cut = not ended and line.startswith(b"{") and not line.endswith(b"}")
        reason, detail = ("truncated", f"the file ends inside the row: {refused.detail}") if cut else (refused.reason, refused.detail)
        return malformed(source, number, reason, detail, line)

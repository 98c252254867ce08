"""CSV and TSV: a row each under a line of names."""

import csv
import io
import re
from collections.abc import Iterator
from functools import partial

from tasks.settings import Limits
from tasks.split.decode import BOMS, decode
from tasks.split.detect import codec_of
from tasks.split.errors import Refused
from tasks.split.header import delimiter_of
from tasks.split.knowledge import field_key, field_names
from tasks.split.rows import malformed, read_row
from tasks.split.source import Item, Source
from tasks.split.streams import as_text, document_limit, peek

SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # a first line by which Excel is told
LONGEST_NAME = 120  # characters


class _Reader:
    """Rows of a table; the longest field is a document, set each time because the limit is the interpreter's own."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str, longest: int) -> None:
        csv.field_size_limit(longest)
        self._rows = csv.reader(text, delimiter=delimiter)

    def __iter__(self) -> Iterator[list[str] | Refused]:
        while True:
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                yield Refused("too-large" if "field limit" in str(error) else "malformed-record", f"the row cannot be read: {error}")
                continue
            if row is None:
                return
            yield row


def read_delimited(source: Source, limits: Limits) -> Iterator[Item]:
    """A document or refusal for each row; `#17` is the 17th row below the names."""
    head, stream = peek(source.stream)
    charset = _charset(head)
    first = head.decode(codec_of(charset), "replace").lstrip("\ufeff").splitlines()[:1] or [""]
    told = SEPARATOR.fullmatch(first[0].strip())
    delimiter = told[1] if told else delimiter_of(first[0]) or ("\t" if source.name.lower().endswith((".tsv", ".tab")) else ",")
    names: list[str] | None = None
    number = 0
    with as_text(stream, charset) as text:
        if told:
            text.readline()
        for row in _Reader(text, delimiter, document_limit(limits)):
            if names is None and not isinstance(row, Refused):
                names = [name.strip().lstrip("\ufeff") for name in row]
                if _is_data(names):
                    number += 1
                    yield malformed(source, number, "malformed-record", "the table has no line of names", _raw(row))
            elif row != []:
                number += 1
                yield _item(source, names or [], row, number, limits, charset)
    if not number:
        raise Refused("empty", "a table without rows")


def _is_data(names: list[str]) -> bool:
    """Whether a first line is no line of names but a row: none of them is known, and what stands there is no name."""
    known = any(field_key(name) in field_names() for name in names)
    return not known and any(len(name) > LONGEST_NAME or "://" in name or "\n" in name for name in names)


def _charset(head: bytes) -> str:
    if any(head.startswith(mark) for mark, _ in BOMS):
        return next(charset for mark, charset in BOMS if head.startswith(mark))
    try:
        return decode(head[: head.rfind(b"\n") + 1] or head).charset
    except Refused:
        return "windows-1252"


def _item(source: Source, names: list[str], row: list[str] | Refused, number: int, limits: Limits, charset: str) -> Item:
    if isinstance(row, Refused):
        return malformed(source, number, row.reason, row.detail, b"")
    if len(row) > len(names):
        return malformed(source, number, "malformed-record", f"{len(row)} cells under {len(names)} names", _raw(row))
    cells: dict[str, str] = {}
    for name, value in zip(names, row, strict=False):
        if not cells.get(name, "").strip():  # of columns with one name the first that holds something
            cells[name] = value
    return read_row(cells, source, number, limits, partial(_raw, row), charset)


def _raw(row: list[str]) -> bytes:
    return ",".join(row).encode("utf-8", "replace")

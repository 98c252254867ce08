"""JSON: an array of rows, taken one by one, or an object that is a row or wraps rows."""

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from tasks.settings import Limits
from tasks.split.decode import BOMS, decode
from tasks.split.errors import Refused
from tasks.split.rows import cells_of, malformed, read_row
from tasks.split.source import Item, Source
from tasks.split.streams import as_text, document_limit, peek

PIECE = 1 << 20  # characters read at a time
BETWEEN, BETWEEN_VALUES = re.compile(r"[ \t\r\n]+"), re.compile(r"[ \t\r\n,]+")
DECODER = json.JSONDecoder()
READY = PIECE // 2  # characters that are held before a value is tried: one that is cut is tried again from its beginning
WRAPPERS = 4  # objects around the list of rows, at most
NEXT = re.compile(r"\}\s{0,99},\s{0,99}\{")
CONTENT = ("html", "html_base64", "text", "sniffed")


class _Text:
    """The text that was read and not yet understood: what is held from a place on."""

    def __init__(self, stream: io.TextIOWrapper, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._held = ""
        self._at = 0
        self._ended = False
        self.more()
        self._held = self._held.removeprefix("\ufeff")

    def more(self) -> bool:
        """Read on; whether there was more. Raises Refused where one value is beyond the limit."""
        left = len(self._held) - self._at
        if left > self._limit:
            raise Refused("too-large", f"a value of more than {self._limit} characters")
        piece = self._stream.read(max(PIECE, left))
        self._held, self._at = self._held[self._at :] + piece, 0
        self._ended = not piece
        return bool(piece)

    def skip(self, passed: re.Pattern[str]) -> str:
        """Pass over what a pattern matches; the next character, or "" at the end."""
        while True:
            if match := passed.match(self._held, self._at):
                self._at = match.end()
            if self._at < len(self._held) or not self.more():
                return self._held[self._at : self._at + 1]

    def take(self) -> None:
        """Pass over the next character."""
        self._at += 1

    def value(self) -> Any:
        """The next value. Raises Refused where it is none."""
        if len(self._held) - self._at < READY and not self._ended:
            self.more()
        while True:
            size = len(self._held)
            try:
                value, end = DECODER.raw_decode(self._held, self._at)
            except RecursionError:
                raise Refused("malformed-record", "nested too deeply for JSON") from None
            except ValueError as error:
                if not self.more():
                    truncated = getattr(error, "pos", 0) >= size - 1 or "Unterminated" in str(error)
                    raise Refused("truncated" if truncated else "corrupt", f"not valid JSON: {error}") from None
                continue
            if end == size and self.more():
                continue  # a number may go on
            self._at = end if end < size else len(self._held)
            return value

    def to_next(self) -> str | None:
        """Pass over a damaged value to where the next object begins behind a comma; what was passed over, None where there is none."""
        if match := NEXT.search(self._held, self._at + 1):
            lost, self._at = self._held[self._at : match.start() + 1], match.end() - 1
            return lost
        return None


def _charset(head: bytes) -> str:
    if mark := next((charset for mark, charset in BOMS if head.startswith(mark)), None):
        return mark
    try:
        return decode(head[: head.rfind(b"\n") + 1]).charset
    except Refused:
        return "utf-8"


def read_json(source: Source, limits: Limits) -> Iterator[Item]:
    """A document or refusal for each row; `#17` is the 17th row of the array."""
    head, stream = peek(source.stream)
    with as_text(stream, _charset(head)) as opened:
        yield from _values(_Text(opened, 2 * document_limit(limits)), source, limits)


def _values(text: _Text, source: Source, limits: Limits) -> Iterator[Item]:
    if text.skip(BETWEEN) == "[":
        text.take()
        yield from _array(text, source, limits)
        return
    number = 0
    while text.skip(BETWEEN):  # one value, as a rule; several in a file are each what one would be
        for row in rows_in(flat(text.value())):
            number += 1
            yield read_row(row, source, number, limits, partial(_raw, row))


def _array(text: _Text, source: Source, limits: Limits) -> Iterator[Item]:
    number = 0
    while (following := text.skip(BETWEEN_VALUES)) not in ("]", ""):
        number += 1
        try:
            row = flat(text.value())
        except Refused as refused:
            lost = text.to_next() if refused.reason == "corrupt" else None
            if lost is None:
                raise
            yield malformed(source, number, "malformed-record", refused.detail, lost.encode("utf-8", "replace"))
            continue
        yield read_row(row, source, number, limits, partial(_raw, row))
    if not following:
        raise Refused("truncated", f"the array ends early, after {number} values")
    if not number:
        raise Refused("empty", "an array without values")


def _raw(row: Any) -> bytes:
    try:
        return json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    except (RecursionError, ValueError):
        return b""


def flat(value: Any) -> Any:
    """A row of ninjs 2, whose headlines and bodies are lists, as one with plain fields; any other as it is."""
    if not isinstance(value, dict) or not isinstance(value.get("bodies"), list):
        return value
    plain = dict(value)
    for body in value["bodies"]:
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            markup = "html" in str(body.get("contenttype", body.get("contentType", "")))
            plain.setdefault("body_html" if markup else "body_text", body["value"])
    heads = [h["value"] for h in value.get("headlines") or [] if isinstance(h, dict) and isinstance(h.get("value"), str)]
    return plain | ({"headline": heads[0]} if heads else {})


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and any(field in CONTENT for field in cells_of(value))


def rows_in(value: Any, depth: int = WRAPPERS) -> list[Any]:
    """The rows that an object is or wraps: itself, a list in it, or its values."""
    if not isinstance(value, dict) or (_is_row(value) and not _rows_below(value, depth)):
        return [value]
    return _rows_below(value, depth) or [value]


def _rows_below(value: dict[str, Any], depth: int) -> list[Any]:
    if depth == 0:
        return []
    lists = [v for v in value.values() if isinstance(v, list) and v and any(_is_row(item) for item in v)]
    if lists:
        return [item for found in lists for item in found]
    if len(value) > 1 and all(_is_row(v) for v in value.values()):
        return list(value.values())
    return next((rows for v in value.values() if isinstance(v, dict) and (rows := _rows_below(v, depth - 1))), [])

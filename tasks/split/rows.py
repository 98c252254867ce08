"""A row of a data set to a document: which of its fields is the content, and what the others say."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tasks.records import Given
from tasks.settings import Limits
from tasks.split.decode import whole
from tasks.split.errors import Refused
from tasks.split.knowledge import field_key, field_names
from tasks.split.sniff import sniff
from tasks.split.source import Found, Meta, Refusal, Source
from tasks.split.streams import document_limit

CONTENT = ("html_base64", "html", "text", "sniffed")
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\s?(Z|z|[+-]\d\d:?\d\d|UTC|GMT)")
Cell = tuple[str, Any]  # the name it stood under, and the value
Raw = Callable[[], bytes]  # a row as it stood, made only where a reject shows it
LOOK = 200  # characters that tell of nearly every text that it is not blank
PLACE = re.compile(r"(?:[a-z][a-z0-9+.\-]*:)?//\S|[\w\-]+(?:\.[\w\-]+)+(?:[/?:#]|$)", re.IGNORECASE)


class Broken(bytes):
    """What stands in a column of text and is none."""


@lru_cache(maxsize=4096)
def _field(name: str) -> tuple[str, int] | None:
    return field_names().get(field_key(name))


def cells_of(row: Mapping[str, Any]) -> dict[str, Cell]:
    """Field of the contract -> the name and value it has in a row; of synonyms the first that holds something."""
    best: dict[str, tuple[int, Cell]] = {}
    for name, value in row.items():
        if (known := _field(name)) is None or value is None:
            continue
        field, rank = known
        rank += 1000 * _blank(value)
        if field not in best or rank < best[field][0]:
            best[field] = (rank, (name, value))
    return {field: cell for field, (_, cell) in best.items()}


def _blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value[:LOOK].strip() and not value.strip()
    return value in ([], {})


def parse_instant(text: str) -> datetime | None:
    """An ISO 8601 instant with its offset, as UTC; None for anything less."""
    if not STAMP.fullmatch(text.strip()):
        return None
    plain = text.strip().upper().replace("UTC", "Z").replace("GMT", "Z").replace(",", ".")
    try:
        return datetime.fromisoformat(plain[:11] + plain[11:].replace(" ", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _plain(value: Any) -> list[str]:
    """A value as the strings it holds: a list each of its items, a record its name."""
    if isinstance(value, str):
        return [whole(value).strip()] if value.strip() else []
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [str(value)]
    if isinstance(value, datetime):
        return [value.isoformat()]
    if isinstance(value, list | tuple):
        return [text for item in value[:50] for text in _plain(item) if not isinstance(item, list)]
    return _plain(value.get("name")) if isinstance(value, dict) else [str(value)] if hasattr(value, "isoformat") else []


def meta_of(cells: Mapping[str, Cell], rule: str, around: Meta | None = None) -> Meta:
    """What a row says of its document, on top of what stood around the file; `rule` prefixes the names."""
    around = around or Meta()
    told = [(field, name, value) for field, (name, value) in cells.items() if field not in (*CONTENT, "id")]
    given = [Given(field, text, f"{rule}.{whole(name)}") for field, name, value in told for text in _plain(value)]
    first = {field: next(iter(_plain(value)), None) for field, (_, value) in cells.items() if field in ("id", "url", "fetched_at")}
    stamp, url, own = first.get("fetched_at"), first.get("url"), first.get("id")
    if url and url.lower().startswith(("urn:", "tag:")):  # a name, not a place: ninjs and feeds identify items so
        url, own = None, own or url
    if url and not PLACE.match(url):  # no URL identifies a document by a number or a word: it stays what the row says of it
        url = None
    return Meta(
        url=url or around.url,
        id=own or around.id,
        fetched_at=(parse_instant(stamp) if stamp else None) or around.fetched_at,
        given=tuple(given) + around.given,
    )


def _bytes(name: str, value: Any) -> bytes:
    if not isinstance(value, str):
        raise Refused("malformed-record", f"`{name}` is no base64 text")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("malformed-record", f"`{name}` is not valid base64") from None


def _encoded(value: str) -> tuple[str, bytes]:
    """A text and its bytes, lone surrogates replaced where there are any."""
    try:
        return value, value.encode()
    except UnicodeEncodeError:
        text = whole(value)
        return text, text.encode()


def _content(cells: Mapping[str, Cell]) -> tuple[bytes, str | None, str]:
    """Bytes, text (None where the bytes are still to be decoded) and media type of a row's content."""
    for field in CONTENT:
        if field not in cells or _blank(cells[field][1]):
            continue
        name, value = cells[field]
        if isinstance(value, Broken):
            raise Refused("undecodable", f"`{name}` is not UTF-8")
        if field == "html_base64":
            return _bytes(name, value), None, "text/html"
        if isinstance(value, bytes):
            return value, None, "text/plain" if field == "text" else "text/html" if field == "html" else _media(value)
        if not isinstance(value, str):
            raise Refused("malformed-record", f"`{name}` is no text but {type(value).__name__}")
        text, data = _encoded(value)
        return data, text, "text/html" if field == "html" or (field == "sniffed" and _media(data) == "text/html") else "text/plain"
    if any(field in cells for field in CONTENT):
        raise Refused("empty", "its content is empty")
    raise Refused("malformed-record", "it has none of html, html_base64 and text")


def _media(data: bytes) -> str:
    return "text/html" if sniff(data[:65536], "") == "html" else "text/plain"


def read_row(row: Any, source: Source, number: int, limits: Limits, raw: Raw, charset: str = "utf-8") -> Found | Refusal:
    """The document of a row, or why it has none. `raw` is the row as it stood, for the reject; `number` its place, from 1."""
    member = f"{source.member}#{number}"
    meta = source.meta
    try:
        if not isinstance(row, dict):
            raise Refused("malformed-record", f"the row is no object but {type(row).__name__}")
        cells = cells_of(row)
        meta = meta_of(cells, "row", source.meta)
        data, text, media_type = _content(cells)
        if len(data) > document_limit(limits):
            raise Refused("too-large", f"the document is larger than {limits.document_megabytes:g} MB")
    except Refused as refused:
        shown = raw()
        return Refusal(source.bundle, member, refused.reason, refused.detail, len(shown), shown[:65536], shown, None, meta, placed=False)
    return Found(source.bundle, member, data, media_type, meta, text, placed=False, charset=charset)


def malformed(source: Source, number: int, reason: str, detail: str, raw: bytes, size: int | None = None) -> Refusal:
    """The refusal of a row that is none."""
    member = f"{source.member}#{number}"
    return Refusal(source.bundle, member, reason, detail, size or len(raw), raw[:65536], raw, None, source.meta, placed=False)

"""What a stream is: told by its first bytes, and by its name only where they leave it open."""

import json
import re

import numpy as np

from tasks.split.decode import BOMS
from tasks.split.detect import two_byte
from tasks.split.header import delimiter_of

MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x5d\0\0", "xz"),  # its older form, .lzma
    (b"\x04\x22\x4d\x18", "unsupported:lz4 stream"),
    (b"\x1f\x9d", "unsupported:compress (.Z) stream"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK00PK\x03\x04", "zip"),  # one that might have come in several parts and did not
    (b"PK\x07\x08PK\x03\x04", "zip"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),
    (b"WARC/", "warc"),
    (b"7z\xbc\xaf\x27\x1c", "unsupported:7z archive"),
    (b"Rar!\x1a\x07", "unsupported:rar archive"),
    (b"{\\rtf", "unsupported:RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unsupported:Office document"),
    (b"Obj\x01", "unsupported:Avro file"),
    (b"ORC", "unsupported:ORC file"),
    (b"SQLite format 3\0", "unsupported:SQLite database"),
    (b"%PDF-", "binary:PDF document"),
    (b"\x89PNG\r\n", "binary:PNG picture"),
    (b"\xff\xd8\xff", "binary:JPEG picture"),
    (b"GIF87a", "binary:GIF picture"),
    (b"GIF89a", "binary:GIF picture"),
    (b"\0\x05\x16\x07", "binary:AppleDouble file"),
    (b"\0\x05\x16\x00", "binary:AppleSingle file"),
    (b"\x7fELF", "binary:program"),
)
SKIPPED = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")  # a zstd frame of something else, as captures begin with
OPENING = re.compile(
    r"<(!doctype\s{1,9}html|html|head|body|title|meta|link|article|main|section|div|table|h[1-6]|p|span|center)\b",
    re.IGNORECASE,
)
ELEMENT = re.compile(
    r"</?(?:p|div|br|a|h[1-6]|span|table|td|ul|li|html|body|head|article|section|img|strong|em)\b[^<>]{0,400}>",
    re.IGNORECASE,
)
ROOTS = dict.fromkeys(("rss", "feed", "rdf"), "feed") | dict.fromkeys(("newsmessage", "newsitem", "nitf", "newsml"), "wire")
ROOTS |= {
    "svg": "unsupported:SVG picture",
    "urlset": "unsupported:sitemap",
    "sitemapindex": "unsupported:sitemap",
    "opml": "unsupported:OPML list",
    "plist": "unsupported:property list",
}
ROOT = re.compile(r"<(?:!doctype\s{1,9})?(?:[a-z0-9_-]{1,20}:)?(" + "|".join(ROOTS) + r")\b", re.IGNORECASE)
FIELD = re.compile(r"[!-9;-~]{1,60}:[ \t]?[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n")
MAIL = re.compile(
    r"^(?:message-id|mime-version|received|return-path|delivered-to|snapshot-content-location):",
    re.IGNORECASE | re.MULTILINE,
)
WRITER = re.compile(r"^(?:from|subject|date|content-type):", re.IGNORECASE | re.MULTILINE)
MBOX = re.compile(r"From \S{1,300} .{0,60}\d{4}\s*?\r?\n(?=[!-9;-~]{1,60}:)")
PAGES = (".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx", ".jsp")
TEXTS = (".txt", ".text", ".md", ".log", ".asc")
TARS = (b"ustar\x00", b"ustar ")
CONTROL = bytes(set(range(9)) | set(range(14, 27)) | set(range(28, 32)) | {127})
LOOK = 8192


def _starts(head: bytes, name: str) -> str | None:
    """Kinds that a fixed mark at a fixed place tells."""
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head[257:263] in TARS or (len(head) >= 512 and name.lower().endswith(".tar") and _tar_sum(head)):
        return "tar"
    if len(head) > 12 and head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "binary:picture or sound"
    if SKIPPED.match(head):
        return "zstd"
    return next((kind for mark, kind in MAGIC if head.startswith(mark)), None)


def _tar_sum(head: bytes) -> bool:
    """Whether the first block carries a tar header's checksum."""
    try:
        return int(head[148:156].strip(b" \0") or b"-1", 8) == sum(head[:148]) + 256 + sum(head[156:512])
    except ValueError:
        return False


def view(head: bytes) -> str:
    """The beginning as text for looking at: its ASCII characters are right, the others may not be."""
    for mark, charset in BOMS:
        if head.startswith(mark):
            return head[len(mark) : LOOK].decode(charset, "replace")
    look = head[:LOOK]
    if look[1:2] == b"\0" or look[:1] == b"\0":
        look = look.replace(b"\0", b"")
    return look.decode("latin-1")


def _binary(head: bytes) -> bool:
    """Whether too many control characters stand in it for text; two-byte text is told by its zeros standing on one side."""
    if not head or any(head.startswith(mark) for mark, _ in BOMS):
        return False
    if not _controls(head) * 50 > len(head):
        return False
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd > len(head) // 50 and min(even, odd) * 20 <= max(even, odd) <= len(head) // 2 and not _all_zero(head):
        return len(head.translate(None, CONTROL)) < len(head) * 0.3
    return _controls(head) * 20 > len(head) and not two_byte(head)


def _controls(head: bytes) -> int:
    """How many control characters stand in it."""
    codes = np.frombuffer(head, np.uint8)
    spacing = np.count_nonzero(codes - 9 < 5)  # from tab to carriage return; lesser codes wrap around
    low = int(np.count_nonzero(codes < 0x20) - spacing) - (head.count(b"\x1b") if b"\x1b" in head else 0)
    return low + (head.count(b"\x7f") if b"\x7f" in head else 0)


def _all_zero(head: bytes) -> bool:
    return not head.strip(b"\0")


def _prolog(text: str) -> str:
    """The text after white space, an XML declaration, processing instructions and comments."""
    while True:
        text = text.lstrip()
        close = "-->" if text.startswith("<!--") else "?>" if text.startswith("<?") else ""
        if not close or close not in text:
            return text
        text = text.partition(close)[2]


def _json(text: str, name: str) -> str | None:
    """jsonl or json, for text that begins like either."""
    lower = name.lower()
    by_name = "jsonl" if lower.endswith((".jsonl", ".ndjson", ".jsonlines", ".jl")) else None
    if not text.startswith(("{", "[")):
        return by_name
    lines = [line for line in text.split("\n") if line.strip()]
    if by_name or (any(_object(line) for line in lines[:-1])):
        return "jsonl"
    if re.match(r"\{\s*[\"}]|\[\s*[\[{\"\]]", text):
        return "jsonl" if text.startswith("{") and len(lines) == 1 and len(text) >= LOOK // 2 else "json"
    return None


def _object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _markup(text: str, name: str) -> str | None:
    """html, where the text begins as markup does or the name says so."""
    body = _prolog(text)
    if root := ROOT.match(body):
        return ROOTS[root[1].lower()]
    if OPENING.match(body):
        return "html"
    return "html" if name.lower().endswith(PAGES) else None


def _fragment(text: str, name: str) -> str | None:
    """html, where text that begins as any other is full of elements; cells of a table may be too, so tables are told first."""
    elements = len(ELEMENT.findall(text))
    return "html" if elements >= (12 if name.lower().endswith(TEXTS) else 3) and elements * 400 > len(text) else None


def _mail(text: str) -> str | None:
    """mbox or mail, for text that begins with the headers of one."""
    if MBOX.match(text):
        return "mbox"
    at = 0
    while match := FIELD.match(text, at):
        at = match.end()
    headers = text[:at]
    return "mail" if MAIL.search(headers) and WRITER.search(headers) else None


def _table(text: str, name: str) -> str | None:
    """delimited, where the first line names the columns of a table of documents, or the name says so."""
    if name.lower().endswith((".csv", ".tsv", ".tab")):
        return "delimited"
    return "delimited" if delimiter_of(text.lstrip().split("\n", 1)[0].strip()) else None


def sniff(head: bytes, name: str) -> str:
    """The kind of a stream, a key of the registry, `binary:<what>`, `unsupported:<what>` or `empty`."""
    if kind := _starts(head, name):
        return kind
    if _binary(head):
        return "binary:control characters"
    text = view(head)
    if not text.strip(" \t\r\n\f\v\0\ufeff\xa0"):
        return "empty" if len(head) < LOOK else "text"
    return _json(text.lstrip(), name) or _mail(text) or _markup(text, name) or _table(text, name) or _fragment(text, name) or "text"

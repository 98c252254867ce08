"""Bytes to text: what the bytes prove first, then what is declared, then what the letters look like."""

import codecs
import re
from dataclasses import dataclass, field
from functools import lru_cache

from tasks.records import Given
from tasks.split.detect import codec_of, guesses, two_byte
from tasks.split.errors import Refused
from tasks.split.knowledge import charsets

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
XML = re.compile(rb"\s{0,99}<\?xml\b[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_.:-]{2,40})[\"']")
ESCAPED = re.compile(rb"\x1b[$(][@ABJIGH)]")
SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
INSIDE = re.compile(r"[A-Za-z][‚„…°§·][A-Za-z]|[A-Za-z][‚„]\s")  # in words they are letters of older character sets
DOUBLED = re.compile("[Â-ô][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ\u017d‘’“”•–—˜™š›œ\u017eŸ]{1,3}")
LEADS = bytes(range(0xC2, 0xF5))  # what such a pair begins with, in Latin-1
MOJIBAKE = 20_000  # characters that are looked at
HEAD = 4096  # bytes in which a page declares its character set
FEW = 4  # bytes beyond ASCII in a long text of it: strays, whatever letters they would make elsewhere
PLAUSIBLE = 0.25  # a score under which letters fit no language
MARGIN = 0.5  # by how much another reading must be better than the declared one
NEVER = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7")  # no way in which pages are written
STATEFUL = ("iso-2022", "iso2022", "hz")  # character sets of seven bits that switch by escapes
WIDE = ("utf-16", "utf_16", "utf-32", "utf_32")
MARKS = tuple(mark for mark, _ in BOMS)
UNDEFINED = dict.fromkeys((0x81, 0x8D, 0x8F, 0x90, 0x9D), "\ufffd")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, without a byte-order mark, the character set that was used, and what spoke for it and for others."""

    text: str
    charset: str
    told: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # (character set, where it is told), the one that was used first
    strict: bool = field(default=False, compare=False)  # UTF-8 without a stray byte


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: a byte that the character set does not know is read as windows-1252, else as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return "".join(UNDEFINED.get(byte) or bytes([byte]).decode("cp1252") for byte in stray), error.end


def charset_given(decoded: Decoded) -> tuple[Given, ...]:
    """What spoke for the character set and for others, as it travels with the document."""
    return tuple(Given("charset", charset, f"charset.{where}") for charset, where in decoded.told)


codecs.register_error("copydesk.stray", _stray)


def whole(text: str) -> str:
    """The text with each lone surrogate as U+FFFD, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tolerant(data: bytes, charset: str) -> Decoded:
    text = data.decode(codec_of(charset), "copydesk.stray")
    return Decoded(whole(text.removeprefix("\ufeff")), charset)


def read_as(data: bytes, charset: str) -> str:
    """Bytes read in a character set that was found out before, strays as in documents."""
    return _tolerant(data, charset).text


@lru_cache(maxsize=1024)
def _label(name: str | bytes | None) -> str | None:
    """A declared name as the character set it means, None where it is unknown or no text at all."""
    if not name:
        return None
    plain = (name.decode("ascii", "replace") if isinstance(name, bytes) else name).strip().strip("\"'").lower()
    charset = charsets().labels.get(plain, plain)
    try:
        codec = codecs.lookup(codec_of(charset))
    except (LookupError, ValueError, UnicodeError):
        return None
    return charset if codec._is_text_encoding and codec.name.replace("-", "_") not in NEVER else None


def _in_meta(head: bytes) -> str | None:
    """The character set that the first `meta` to name one names."""
    at = 0
    lower = head.lower()
    while (at := lower.find(b"<meta", at)) >= 0:
        if match := META.match(head, at):
            return match[1].decode("ascii")
        at += 1
    return None


def declared(data: bytes, header: str | None, markup: bool) -> list[tuple[str, str]]:
    """The character sets that the transport, the page and its XML declaration name, as far as they are known, and which names it."""
    named = [(header, "header")]
    if markup:
        named += [(_in_meta(data[:HEAD]), "meta"), (m[1].decode("ascii") if (m := XML.match(data)) else None, "xml")]
    return [(charset, where) for name, where in named if (charset := _label(name))]


def _mojibake(text: str) -> bool:
    """Whether a text looks like UTF-8 that was read in windows-1252 before and saved so: nearly all beyond ASCII are such pairs."""
    look = text[:MOJIBAKE]
    if look.isascii():
        return False
    beyond, narrow = len(look) - len(look.encode("ascii", "ignore")), look.encode("latin-1", "ignore")
    if (len(narrow) - len(narrow.translate(None, LEADS))) * 5 < beyond:  # not enough of them, were each followed by three
        return False
    doubled = sum(map(len, DOUBLED.findall(look)))
    return doubled >= 6 and doubled >= 0.8 * beyond


def _two_byte(data: bytes) -> str | None:
    """utf-16-le or utf-16-be where the zero bytes of ASCII characters stand all on one side."""
    head = data[: 1 << 16]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if even + odd < max(2, len(head) // 100) or min(even, odd) * 20 > max(even, odd):
        return None
    charset = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(charset, "replace")
    odds = sum(c == "\ufffd" or c == "\0" or "\ue000" <= c <= "\uf8ff" for c in text)
    return charset if odds * 50 <= len(text) else None


def wide_charset(head: bytes) -> str | None:
    """The character set of text of two or four bytes to a letter, by its mark or its zeros; None for any other."""
    marked = next((charset for mark, charset in BOMS[1:] if head.startswith(mark)), None)
    return marked or (_two_byte(head) if b"\0" in head else None)


def _mostly_utf8(data: bytes, said: str | None) -> bool:
    """Whether stray bytes stand in a text that is UTF-8 otherwise."""
    sequences = SEQUENCE.findall(data)
    strays = len(HIGH.findall(data)) - sum(map(len, sequences))
    return len(sequences) * (4 if said == "utf-8" else 1) >= strays


def _only_marks(data: bytes) -> bool:
    """Whether all beyond ASCII are marks of running text in windows-1252: dashes, quotes, an apostrophe; opening ones not after a letter.

    A text without accents has few such bytes, and letters of some other language would fit them as well.
    """
    text = data.decode("cp1252", "replace")
    beyond = {char for char in text if char > "\x7f"}
    return beyond <= charsets().marks and not INSIDE.search(text)


def _legacy(data: bytes, said: str | None) -> Decoded:
    """Text that is not UTF-8: the declared character set unless the letters speak against it, else the one that fits best."""
    ranked = guesses(data)
    score = {guess.charset: guess.score for guess in ranked}
    best = ranked[0] if ranked else None
    if said and said != "utf-8" and (said not in score or best is None or score[said] + MARGIN >= best.score or best.score < PLAUSIBLE):
        return _tolerant(data, said)
    if _only_marks(data):
        return _tolerant(data, "windows-1252")
    high = len(HIGH.findall(data))
    if not said and high < FEW and high * 50 <= len(data):
        return _tolerant(data, "windows-1252")
    if best and (best.score >= PLAUSIBLE or (high < 8 and best.score > 0)):
        return _tolerant(data, best.charset)
    if high * 5 > len(data):
        raise Refused("undecodable", "no known character set makes text of it")
    return _tolerant(data, "windows-1252")


def decode(data: bytes, header: str | None = None, markup: bool = False) -> Decoded:
    """Decode a document. `header` is what the transport declares; `markup` lets the page declare it itself.

    Raises Refused with `undecodable` where no character set makes text of the bytes.
    """
    named = declared(data, header, markup)
    said = next((charset for charset, _ in named if not charset.startswith(WIDE) or b"\0" in data[:HEAD]), None)
    decoded = _decoded(data, said)
    marked = data.startswith(MARKS)
    found = [(charset, where) for charset, where in named if charset == decoded.charset][:1]
    taken = [(decoded.charset, "bom")] if marked else found or [(decoded.charset, "bytes")]
    plain = decoded.strict and data.count(b"\xc3", 0, 4 * MOJIBAKE) < 2  # in UTF-8 all leads of such pairs begin with this byte
    noticed = [("windows-1252", "mojibake")] if not plain and _mojibake(decoded.text) else []
    return Decoded(decoded.text, decoded.charset, (*taken, *[one for one in named if one not in taken], *noticed))


def _decoded(data: bytes, said: str | None) -> Decoded:
    if data.startswith(MARKS):
        mark, charset = next((mark, charset) for mark, charset in BOMS if data.startswith(mark))
        return _tolerant(data[len(mark) :], charset)
    if said and (said.startswith(WIDE) or (said.startswith(STATEFUL) and not HIGH.search(data))):
        return _tolerant(data, _two_byte(data) or said)
    if b"\x1b" in data and ESCAPED.search(data) and not HIGH.search(data):
        return _tolerant(data, "iso-2022-jp")
    if charset_of_pairs := _two_byte(data) if b"\0" in data else None:
        return _tolerant(data, charset_of_pairs)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", strict=True)
    except UnicodeDecodeError:
        if pairs := two_byte(data):
            return _tolerant(data, pairs)
        return _tolerant(data, "utf-8") if _mostly_utf8(data, said) else _legacy(data, said)

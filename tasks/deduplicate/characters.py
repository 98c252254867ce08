"""What a character is to the comparison of texts: part of a word, a word of its own, a break, or nothing.

Texts are compared as UTF-8 in which each character is folded (case, accents, width) within the bytes
that it has: what is left over is FILLER, which is deleted afterwards. So a batch of texts is folded in place.
"""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Index = NDArray[np.int64]

FILLER, SPACE = 0xFF, 0x20
APOSTROPHES = b"'`"  # dropped like FILLER
# Scripts without spaces between words: ranges of code points.
SPACELESS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3040, 0x30FF),
             (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF))  # fmt: skip
# First bytes of characters that are words: none of them is one in UTF-8. One for each 4,096 code points below 0xA000, two for the others.
LEADS = (0xC0, 0xC1, *range(0xF5, 0xFD))
LEAD_COMPATIBLE, LEAD_BEYOND = 0xFD, 0xFE
DROPPED = frozenset("\u2018\u2019\u02bc\uff07\u00b4\u00ad\u200b\u200c\u200d\u2060\ufeff\u0640")
COMBINING = ((0x300, 0x36F), (0x64B, 0x652))
TOP = 0x110000


def fold(character: str) -> str:
    """A character as it is compared: lower case, compatibility form, no accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)) or plain


def spaceless(code: int) -> bool:
    """Whether a code point is a word of its own."""
    return any(first <= code <= last for first, last in SPACELESS)


def _single(code: int) -> bytes:
    """A word of one character: its own bytes behind a first byte that no other word has."""
    lead = LEAD_BEYOND if code > 0xFFFF else LEAD_COMPATIBLE if code >= 0xA000 else LEADS[code >> 12]
    return bytes([lead]) + chr(code).encode()[1:]


def folded(code: int) -> bytes:
    """What takes the place of a code point above ASCII, in as many bytes as it has in UTF-8, FILLER first."""
    character = chr(code)
    own = character.encode()
    plain = fold(character)
    if character in DROPPED or any(first <= code <= last for first, last in COMBINING):
        made = b""
    elif plain == "%" and len(own) > 2:
        made = b" % "
    elif (digit := unicodedata.decimal(character, None)) is not None:
        made = b"%d" % digit
    elif unicodedata.category(plain[0])[0] not in "LNM":
        made = b" "
    elif spaceless(code):
        made = _single(ord(plain) if len(plain) == 1 and spaceless(ord(plain)) else code)
    else:
        made = unicodedata.normalize("NFC", plain).encode()
    made = made if len(made) <= len(own) else own
    return bytes([FILLER]) * (len(own) - len(made)) + made


def _ascii(code: int) -> int:
    character = chr(code)
    return ord(character.lower()) if character.isalnum() or character in "%\0" else SPACE


LOWERED = bytes(_ascii(code) for code in range(0x80)) + bytes(
    range(0x80, 0x100)
)  # ASCII folded but for the 0 between texts, the rest as it is
IN_WORD = np.array([code in (FILLER, *APOSTROPHES) or LOWERED[code] > SPACE for code in range(0x100)])
IS_SINGLE = np.isin(np.arange(0x100), [*LEADS, LEAD_COMPATIBLE, LEAD_BEYOND])


@cache
def _table() -> tuple[NDArray[np.bool_], NDArray[np.uint32]]:
    return np.zeros(TOP, np.bool_), np.zeros(TOP, np.uint32)


def _folds(codes: Index) -> NDArray[np.uint32]:
    """`folded` of code points, first byte lowest; a table is filled as they occur."""
    known, values = _table()
    if not known[codes].all():
        for code in np.unique(codes[~known[codes]]).tolist():
            values[code] = int.from_bytes(folded(code), "little")
            known[code] = True
    return values[codes]


def _code_points(text: Bytes, at: Index, length: int) -> Index:
    codes = text[at].astype(np.int64) & (0x7F >> length)
    for step in range(1, length):
        codes = codes << 6 | (text[at + step] & 0x3F)
    return codes


def fold_in_place(text: Bytes) -> bool:
    """Fold what is above ASCII in UTF-8; returns whether there are words of one character in it."""
    leads = np.flatnonzero(text >= 0xC0)
    first = text[leads]
    for length, low, high in ((2, 0xC0, 0xDF), (3, 0xE0, 0xEF), (4, 0xF0, 0xFF)):
        at = leads[(first >= low) & (first <= high)]
        if not len(at):
            continue
        made = _folds(_code_points(text, at, length))
        for step in range(length):
            text[at + step] = (made >> np.uint32(8 * step)).astype(np.uint8)
    return bool(IS_SINGLE[text[leads]].any() or IS_SINGLE[text[np.minimum(leads + 1, len(text) - 1)]].any()) if len(leads) else False


def drop_inner_dots(text: Bytes) -> None:
    """Take out dots and commas between letters or digits: abbreviations and numbers."""
    inner = np.flatnonzero((text[1:-1] & 0xFD) == ord(",")) + 1  # a dot is a comma but for one bit
    text[inner[IN_WORD[text[inner - 1]] & IN_WORD[text[inner + 1]]]] = FILLER

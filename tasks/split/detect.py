"""Which legacy character set bytes are written in, where nothing says so and UTF-8 it is not.

Each pair of language and character set is scored by what the characters beyond ASCII turn out to be:
letters of the language count for it, marks of running text a little, capitals inside a word, foreign
letters, symbols and controls against it. The mean over all such characters makes short and long texts alike.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from tasks.split.knowledge import Alphabet, Charsets, charsets

SAMPLE = 24_000  # bytes that are looked at
WIDE = frozenset({"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr"})  # more than a byte for a letter

ORDINARY = re.compile(
    "[\\t\\n\\r -~\\u00a0-\\u024f\\u0370-\\u06ff\\u0e00-\\u0e5f"
    "\\u2010-\\u2044\\u20ac\\u3000-\\u30ff\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff00-\\uff9f]"
)
PAUSE = re.compile("[ \\n\\u3000-\\u3002\\uff0c]")


@dataclass(frozen=True, slots=True)
class Guess:
    """A character set and how well its letters fit: 1 is best, below 0 is no text."""

    charset: str
    score: float


def codec_of(charset: str) -> str:
    """The Python codec that reads a character set."""
    return charsets().codecs.get(charset, charset)


def _sample(data: bytes) -> bytes:
    """The stretch of bytes around the first that is not ASCII, cut at line or word ends where possible."""
    if len(data) <= SAMPLE:
        return data
    first = next((i for i, byte in enumerate(data) if byte > 127), 0)
    start = max(data.rfind(b"\n", 0, first), data.rfind(b" ", 0, first), data.rfind(b">", 0, first), 0)
    piece = data[start : start + SAMPLE]
    return piece[: max(piece.rfind(b"\n"), piece.rfind(b" "), piece.rfind(b">"), SAMPLE - 4096)]


Bag = Counter[tuple[str, bool, bool]]  # character, whether a lower-case letter stands before it, whether a Latin one beside it


def _bag(text: str) -> Bag:
    around = zip(text, " " + text[:-1], text[1:] + " ", strict=True)
    return Counter((c, b.islower(), _latin(b) or _latin(a)) for c, b, a in around if c > "\x7f")


def _latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _other_script(char: str) -> bool:
    """Whether a character belongs to an alphabet whose letters do not stand in one word with Latin ones."""
    return "\u0370" <= char < "\u1000"


@cache
def _foreign(char: str) -> float:
    """What a character counts that is neither the language's nor a mark."""
    category = unicodedata.category(char)
    if category in ("Cc", "Cn", "Co", "Cs"):
        return -3.0
    if category[0] == "L":
        return 0.2 if _ideograph(char) else -0.8
    return 0.3 if char in "、。，・「」『』（）！？：；《》〈〉【】　" or char.isspace() else -1.5


def _ideograph(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3" or "\u3040" <= char <= "\u30ff"


def _score(bag: Bag, alphabet: Alphabet, marks: frozenset[str]) -> float:
    total, worth = 0.0, 0.0
    for (char, after_lower, beside_latin), count in bag.items():
        total += count
        if beside_latin and _other_script(char):
            worth -= count
        elif char in alphabet.worth:
            worth += count * (-1.0 if after_lower and char in alphabet.capitals else alphabet.worth[char])
        elif char in marks:
            worth += count * 0.4
        else:
            worth += count * _foreign(char)
    return worth / total if total else 0.0


def _read(sample: bytes, charset: str) -> str | None:
    """The sample decoded, or None where more than a trace of it cannot be."""
    text = sample.decode(codec_of(charset), "replace")
    lost = text.count("\ufffd")
    high = sum(byte > 127 for byte in sample)
    return None if lost > 1 + high // (400 if charset in WIDE else 100) else text


def _penalty(charset: str, text: str) -> float:
    """What a reading loses for what real text of the character set would not hold."""
    if charset == "shift_jis":
        return sum("\uff61" <= c <= "\uff9f" for c in text) / max(1, sum(c > "\x7f" for c in text))
    return 0.0


def guesses(data: bytes) -> list[Guess]:
    """All character sets that can read the bytes, best first; the order in the configuration breaks ties."""
    known: Charsets = charsets()
    sample = _sample(data)
    texts: dict[str, str | None] = {}
    best: dict[str, float] = {}
    for alphabet in known.alphabets:
        for place, charset in enumerate(alphabet.charsets):
            if charset not in texts:
                texts[charset] = _read(sample, charset)
            text = texts[charset]
            if text is not None:
                score = _score(_bag(text), alphabet, known.marks) - _penalty(charset, text) - place * 0.001
                best[charset] = max(best.get(charset, -9.0), score)
    return sorted((Guess(c, s) for c, s in best.items()), key=lambda guess: -guess.score)


def two_byte(data: bytes) -> str | None:
    """utf-16-le or utf-16-be where nearly every pair of bytes is a character of ordinary text, and read the other way round is not."""
    head = data[: SAMPLE // 2 * 2]
    head = head[: len(head) // 2 * 2]
    shares = {}
    for charset in ("utf-16-le", "utf-16-be"):
        text = head.decode(charset, "replace")
        shares[charset] = len(ORDINARY.findall(text)) / max(1, len(text)) if PAUSE.search(text) else 0.0
    best = max(shares, key=lambda charset: shares[charset])
    return best if shares[best] >= 0.98 and min(shares.values()) < 0.9 else None

"""The lines of a parsed document as the judge sees them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from tasks.records import Block, ParsedDocument
from tasks.strip.characters import CHARACTERS_A_WORD, characters_of, words_in

BREAK = re.compile(r"\r\n|[\r\n]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
WORD = re.compile(r"\w+(?:['’\-.]\w+)*")
SENTENCE_END = re.compile(r"[.!?…。！？।؟۔।៖](?:[\s\"'”’»“„«)\]』」）》〉]|\[\d+\])*$")
ENDERS = frozenset(".!?…。！？।؟۔។៖")
CHARSETS = ("cp1252", "cp1251")  # texts that fit into one of these are counted byte by byte, which is some ten times faster
FIRM = 0.9  # likelihood from which a page's layout leaves no doubt that a line is story
STEEP = 6.5  # makes a likelihood of 0.05 or 0.95 the one from which a verdict is not close


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its place, its text without surrounding white space, and what its shape says."""

    index: int
    start: int
    end: int
    text: str
    block: Block
    gap: bool  # a blank line stands before it
    words: float
    ends: bool  # ends as a sentence does

    @property
    def story_like(self) -> bool:
        """Long enough and closed as a paragraph of prose is."""
        return (self.ends and self.words >= 10) or self.words >= 28

    @property
    def told(self) -> float | None:
        """How sure the layout of its page is of it, either way, 0 to 1; None in a plain text."""
        return None if self.block.likely is None else abs(2 * self.block.likely - 1) ** STEEP

    @property
    def firm(self) -> bool:
        """Whether the layout of its page leaves no doubt that it is story; never so in a plain text."""
        return (self.block.likely or 0.0) >= FIRM


@cache
def kinds_of_bytes(charset: str) -> bytes:
    """For each byte of a character set `a` for letters, digits and underscores, `.` for what joins words, else a blank."""
    characters = [bytes([i]).decode(charset, "replace") for i in range(256)]
    return "".join("a" if c.isalnum() or c == "_" else "." if c in "'’-." else " " for c in characters).encode()


def encoded(text: str) -> bytes | None:
    """A text as its kinds of bytes, None where it has characters beyond the character sets."""
    for charset in CHARSETS:
        try:
            return text.encode(charset).translate(kinds_of_bytes(charset))
        except UnicodeEncodeError:
            continue
    return None


def count_words(text: str) -> float:
    """Words of a text; scripts without spaces count by characters, scaled to words."""
    if (kinds := encoded(text)) is not None:  # words begin behind a blank, or behind a joiner that joins nothing
        kinds = b" " + kinds
        return float(kinds.count(b" a") + kinds.count(b" .a") + kinds.count(b"..a"))
    unspaced = UNSPACED.findall(text)
    if not unspaced:
        return float(len(WORD.findall(text)))
    return len(unspaced) / CHARACTERS_A_WORD + len(WORD.findall(UNSPACED.sub(" ", text)))


@lru_cache(maxsize=4096)  # several passes compare the same lines
def fold(text: str) -> str:
    """A text as it is compared: compatibility forms, lower case, quotes and dashes dropped, single spaces."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(WORD.findall(plain))


def closed(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    last = text[-1:]
    return last in ENDERS or (not last.isalnum() and SENTENCE_END.search(text) is not None)


def lines_of(parsed: ParsedDocument) -> tuple[Line, ...]:
    """The blocks of a document as lines, in order; offsets are those of the text without surrounding white space."""
    return lines_of_each([parsed])[0]


def lines_of_each(documents: Sequence[ParsedDocument]) -> list[tuple[Line, ...]]:
    """The lines of each of several documents; counting words in all of them at once is faster."""
    places = [[trimmed(parsed.source_text, block) for block in parsed.blocks] for parsed in documents]
    words = iter(words_in(characters_of([text for each in places for _, text in each])))
    return [lined(parsed, each, words) for parsed, each in zip(documents, places, strict=True)]


def trimmed(source: str, block: Block) -> tuple[int, str]:
    """Where the text of a block begins, white space aside, and that text."""
    raw = source[block.start : block.end]
    text = raw.lstrip()
    return block.end - len(text), text.rstrip()


def lined(parsed: ParsedDocument, places: Sequence[tuple[int, str]], words: Iterator[float]) -> tuple[Line, ...]:
    """The lines of a document from their places and texts; takes the number of words of each from an iterator."""
    source, found, before = parsed.source_text, [], 0
    for index, (block, (start, text)) in enumerate(zip(parsed.blocks, places, strict=True)):
        gap = start - before > 1 and len(BREAK.findall(source, before, start)) > 1
        found.append(Line(index, start, start + len(text), text, block, gap, next(words), closed(text)))
        before = start + len(text)
    return tuple(found)

"""What several rooms ask of a text: how many words it has, and how it compares."""

import re
import unicodedata

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]")
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
LATIN_MARKS = re.compile(r"[\u0300-\u036f]+")


def word_count(text: str) -> int:
    """Words of a text; scripts written without spaces count a word for each character."""
    if text.isascii():
        return len(WORD.findall(text))
    unspaced = len(UNSPACED.findall(text))
    return unspaced + len(WORD.findall(UNSPACED.sub(" ", text) if unspaced else text))


def plain(text: str) -> str:
    """A text with its runs of white space made single blanks, without any at its ends."""
    return " ".join(text.split())


def name_key(text: str) -> str:
    """A name as it is looked up: lower case, without accents, straight apostrophes, single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = plain(text).casefold()
    bare = LATIN_MARKS.sub("", unicodedata.normalize("NFKD", folded))
    return unicodedata.normalize("NFC", bare).replace("’", "'")


def shown(text: str, size: int) -> str:
    """The first `size` characters of a text that can be shown; what cannot is left out."""
    return "".join(c for c in text[: size * 4] if c.isprintable() or c in "\n\t")[:size]

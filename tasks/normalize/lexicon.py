"""The words of the byline, from config/people."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.settings import ConfigurationError, read_yaml
from tasks.text import name_key

SMALL = ("leads", "joins", "breaks", "particles", "places", "small_places", "articles", "titles", "nobody", "months")


@dataclass(frozen=True, slots=True)
class Inline:
    """A byline inside a line: in the `head` of the first paragraph, the `tail` of the last, or a `stamp`; group `names`."""

    id: str
    at: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of bylines as keys (`name_key`), and the two patterns that are made of them."""

    roles: frozenset[str]
    desks: frozenset[str]
    nobody: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    postnominals: frozenset[str]
    places: frozenset[str]  # words at the start of what says where or for whom; these and the next two in lower case, with accents
    small_places: frozenset[str]  # the same where they are printed in lower case
    articles: frozenset[str]  # at the start of an outlet's name
    suffixes: tuple[str, ...]
    role_words: frozenset[str]  # words of which roles consist
    months: tuple[str, ...]
    small: frozenset[str]  # all words of these lists but roles: none is a pen name
    lead: re.Pattern[str]  # an introduction at the start: `By `, `Von `, `Автор: `
    bare: re.Pattern[str]  # the whole of a line that only introduces the next
    join: re.Pattern[str]  # what stands between two names
    joined: re.Pattern[str]  # a joining word at the start: `mit dpa`
    glued: re.Pattern[str]  # an introduction that lost the blank behind it: `ByAda Brook`
    cut: re.Pattern[str]  # what follows a name: `for Reuters`, `in London`
    inline: tuple[Inline, ...]
    edited: re.Pattern[str]  # introduces those who edited or photographed
    source: re.Pattern[str]  # introduces whom the text was taken from
    button: re.Pattern[str]  # the label of a button behind a name


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def load_lexicon(folder: Path) -> Lexicon:
    """Read config/people/words.yml. Raises ConfigurationError where a list is missing."""
    path = folder / "people" / "words.yml"
    try:
        return _lexicon(read_yaml(path), _inline(folder / "people" / "inline.yml"))
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: lacks the list {error}") from None


def _inline(path: Path) -> tuple[Inline, ...]:
    try:
        return tuple(Inline(e["id"], e["at"], re.compile(e["pattern"])) for e in read_yaml(path))
    except (KeyError, TypeError, re.error) as error:
        raise ConfigurationError(f"{path}: an entry is wrong: {error}; each has id, at, pattern, yes and no") from None


def _lexicon(words: dict[str, list[str]], inline: tuple[Inline, ...]) -> Lexicon:
    def keys(name: str) -> frozenset[str]:
        return frozenset(name_key(word) for word in words[name])

    def printed(name: str) -> frozenset[str]:
        return frozenset(unicodedata.normalize("NFC", word).casefold() for word in words[name])

    open_leads = [w for w in words["leads"] if w[-1] in ":：／/" or ord(w[0]) > 0x2E80]  # may touch the name
    return Lexicon(
        roles=keys("roles"),
        desks=keys("desks"),
        nobody=keys("nobody"),
        particles=keys("particles"),
        titles=keys("titles"),
        postnominals=keys("postnominals"),
        places=printed("places"),
        small_places=printed("small_places"),
        articles=printed("articles"),
        suffixes=tuple(words["suffixes"]),
        role_words=frozenset(word for role in words["roles"] for word in name_key(role).split() if len(word) > 2),
        months=tuple(words["months"]),
        small=frozenset(name_key(word) for name in SMALL for word in words[name]),
        inline=inline,
        edited=re.compile(rf"\s*(?:{_alternatives(words['editors'])})(?=\W|(?<=[:：]))", re.I),
        source=re.compile(rf"\s*(?:{_alternatives(words['sources'])})\s*", re.I),
        button=re.compile(rf"(?<!\s)\s+(?:{_alternatives(words['buttons'])})\s*\Z", re.I),
        lead=re.compile(rf"\s*(?:(?:{_alternatives(words['leads'])})[\s:]+|(?:{_alternatives(open_leads)})\s*)", re.I),
        bare=re.compile(rf"\s*(?:{_alternatives(words['leads'])})\s*[:：]?\s*\Z", re.I),
        glued=re.compile(r"(?:\A(By|Von|Par|Por|Av|Af|Author|Autor|Autorin|Auteur|Autore)|\b(by|von|par|por|av|af))(?=[A-ZÀ-Þ])"),
        join=re.compile(rf"(?<!\s)\s+(?:{_alternatives(words['joins'])})\s+|(?:(?<!\s)\s+)?[;|•·⋅∙/、，&]\s*", re.I),
        joined=re.compile(rf"(?:{_alternatives(words['joins'])})\s+", re.I),
        cut=re.compile(rf"(?<!\s)\s+(?:{_alternatives(words['breaks'])})\s+.*\Z", re.S),
    )

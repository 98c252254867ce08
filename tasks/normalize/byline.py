"""A byline taken apart: people alone, roles apart, agencies told, desks and outlets left out."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.normalize.lexicon import Lexicon
from tasks.normalize.registry import Registry
from tasks.normalize.wires import Agency, Wires
from tasks.records import Author
from tasks.text import name_key, plain

EMAIL = re.compile(r"[\w.+\-]{1,64}@\S+|(?<!\w)@\w+|https?://\S+|www\.\S+")
BRACKETS = re.compile(r"(?:(?<!\s)\s+)?[(\[（【][^)\]）】]{0,80}[)\]）】]")
TRAIL = re.compile(
    r"(?:(?:(?<!\s)\s+)?[|•·⋅∙–—]\s*|(?<!\s)\s{2,}|,\s*)(?:(?:\w+\.?\s+)?\d{1,2}[.,/:\s].*|\d{4}.*|[Uu]pdated.*|[Pp]ublished.*)\Z", re.S
)
GLUED = re.compile(r"(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Þ])")  # where markup joined two names, or a name and a label
DATED = re.compile(  # a date before a name: `25.10.2022 - Ada Brook`, `Dec 17, 2025Ada Brook`
    r"\A\s*(?:[^\W\d_]{3,9}\.?,?\s+)?\d{1,2}(?:st|nd|rd|th)?[./,\s-]{1,2}(?:[^\W\d_]{3,9}\.?,?\s+|\d{1,2}[./-])?(?:19|20)\d\d"
    r"(?:[,\s]{1,2}\d{1,2}[:.]\d\d(?:\s?[aApP]\.?[mM]\.?|\s?Uhr)?(?:\s[A-Z]{2,5}(?=\s*(?:\Z|[-–—|·•,])))?)?\s*[-–—|·•,]?\s*(?=[^\W\d_a-zà-ÿ]|\Z)"
)
PICTURER = re.compile(  # who only took the pictures, between the words that join names: `Ada Brook (photos)`
    r"(?:\A|,|\s[–—-]\s)(?:(?!\s[–—-]\s)[^,()]){3,40}?"
    r"\((?:fotos?|fotograf\w*|photos?|photograph\w*|bild(?:er)?|zdjęcia|фото|v[ií]deo|illustrations?)\)",
    re.I,
)
PICTURED = re.compile(  # behind the names, whose the pictures are: `. Photos: Ada Brook`
    r"(?<=\w)\s?[.,;|]\s(?:fotos?|photos?|bilder|zdjęcia|фото|fotografie)(?:\s(?:by|von|de|di))?\s?[:：].*\Z", re.I | re.S
)
DISPATCHED = re.compile(r"\A[\u4e00-\u9fff—·-]{2,18}(?:记者|記者)\s+(?=[\u4e00-\u9fff])")  # whose reporter, before a Chinese name
REPORTED = re.compile(r"(?:[／/]\s?|\s)[\u4e00-\u9fff]{2,4}(?:報導|报导|報道|报道|電|电)")  # from where, behind a Chinese name
HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}\Z")
DIGIT = re.compile(r"\d")
LAST_WORD = re.compile(r"(?:[A-ZÀ-Þ]?[a-zà-ÿ]{1,24}|[A-ZÀ-Þ]{1,24})[.,]?\s{0,4}\Z")
EDGES = ' ：⋅∙\t\u00a0,;:|•·–—-/*"“”„«»›‹_>'
ELIDED = re.compile(r"[dlo]['’]", re.I)
LETTER = re.compile(r"[^\W\d_]")
INVERTED = re.compile(r"\A(?P<last>[^\W\d_][\w'’\-]+),\s+(?P<first>[^\W\d_][\w.'’\-]*(?: [^\W\d_][\w.'’\-]*)?)\Z")
UNCASED = re.compile(r"[\u0590-\u08ff\u0900-\u1fff\u3040-\u9fff\uac00-\ud7af]")
SPLIT = re.compile(r"(?:(?<!\s)\s+)?,\s*|(?<!\s)\s+[–—-]\s+")
ONE_WORD = "a single word"
CAPITAL_INSIDE = re.compile(r"\A\w+(?:\.|[A-Z])")  # `MA` and `Ph.D.`, not `Ma`
SINGLE = re.compile(r"[^\W\d_][\w\-]{1,29}\Z")  # a first name, a pen name, initials
NUMBERED = re.compile(r"[^\W\d_][^\W\d]{2,24}\d{1,3}\Z")  # a pen name in one word, with figures at its end
LONGEST = 70  # characters of a name
INITIALS = 4  # characters of an outlet called by its initials
BYLINE = 500  # characters of a byline that are read


_Piles = tuple[list[Author], list[Agency], list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline taken apart."""

    authors: tuple[Author, ...]
    agencies: tuple[Agency, ...]
    lost: tuple[tuple[str, str], ...]  # parts that are nobody, and why


@dataclass(frozen=True, slots=True)
class People:
    """What tells people from outlets, agencies and desks."""

    lexicon: Lexicon
    registry: Registry
    wires: Wires

    def read(self, raw: str, outlet: frozenset[str] = frozenset(), country: str | None = None, single: bool = False) -> Byline:
        """Take one byline apart; `outlet` are the keys of the outlet's own names, never authors; `single`: one word may be a name."""
        text = DATED.sub("", plain(html.unescape(raw[:BYLINE])))
        text = GLUED.sub(" | ", text) if " " in text else text  # a pen name in one word is left whole
        text = DISPATCHED.sub("", REPORTED.sub("", PICTURED.sub("", text)))
        text = self._undated(TRAIL.sub("", EMAIL.sub(" ", text)))
        text = self.lexicon.glued.sub(r"\g<0> ", text)
        if self.lexicon.edited.match(text):
            return Byline((), (), ((text, "edited it, or took its photos"),))
        led = self.lexicon.lead.match(text)
        text = text[led.end() :] if led else text
        authors: list[Author] = []
        agencies: list[Agency] = []
        lost: list[tuple[str, str]] = []
        for part in self._parts(text):
            self._judge(part, raw, outlet, country, (authors, agencies, lost))
        if single and not authors and not agencies and len(lost) == 1 and lost[0][1] == ONE_WORD and self._is_single(lost[0][0]):
            return Byline((Author(lost[0][0], None, plain(raw)),), (), ())
        return Byline(tuple(dict.fromkeys(authors)), tuple(dict.fromkeys(agencies)), tuple(lost))

    def _is_single(self, part: str) -> bool:
        """Whether one word can be a first name or a pen name, and is none of the words of bylines."""
        return bool(SINGLE.match(part)) and name_key(part) not in self.lexicon.small

    def _undated(self, text: str) -> str:
        """A byline up to its first digit, and without the month or weekday that stands right before that, even without a blank."""
        if not (digit := DIGIT.search(text)) or NUMBERED.match(text.strip()):
            return text
        head = text[: digit.start()]
        while (word := LAST_WORD.search(head)) and word[0].casefold().startswith(self.lexicon.months):
            head = head[: word.start()]
        return head.rstrip(EDGES)

    def _parts(self, text: str) -> Iterator[str]:
        if self.wires.is_form(text):
            yield text
            return
        inverted = INVERTED.match(text)
        if inverted and self._is_first_name(inverted["first"]):
            yield f"{inverted['first']} {inverted['last']}"
            return
        if len(text.split()) > 1 and all(HAN_NAME.match(word) for word in text.split()):
            yield from text.split()
            return
        for joined in self.lexicon.join.split(text):
            chunk = PICTURER.sub("", joined)
            for bracket in BRACKETS.findall(chunk):
                yield bracket.strip(" ()[]（）【】")
            yield from (part for part in SPLIT.split(BRACKETS.sub("", chunk)) if part)

    def _judge(self, part: str, raw: str, outlet: frozenset[str], country: str | None, into: _Piles) -> None:
        authors, agencies, lost = into
        part = self._closed(self.lexicon.button.sub("", part).strip(EDGES))
        if self.lexicon.edited.match(part):
            lost.append((part, "edited it, or took its photos"))
            return
        if source := self.lexicon.source.match(part):
            if agency := self.wires.find(part[source.end() :], country):
                agencies.append(agency)
            lost.append((part, "a source"))
            return
        led = self.lexicon.lead.match(part)
        part = part[led.end() :].strip(EDGES) if led else part
        if agency := self.wires.find(part, country) or self.wires.find(self.lexicon.joined.sub("", part), country):
            agencies.append(agency)
        elif name_key(part) in self.lexicon.roles or (authors and self._is_role(part)):
            if authors and authors[-1].role is None:
                authors[-1] = Author(authors[-1].name, part, authors[-1].raw)
        elif named := self._with_role(part):
            self._judge(named[0], raw, outlet, country, into)
            if authors and authors[-1].role is None:
                authors[-1] = Author(authors[-1].name, named[1], authors[-1].raw)
        elif cut := self.lexicon.cut.search(part):
            behind = part[cut.start() :].split(None, 1)
            if len(behind) > 1 and (agency := self.wires.find(behind[1], country)):
                agencies.append(agency)
            self._judge(part[: cut.start()], raw, outlet, country, into)
        elif reason := self._nobody(part := self._bare(self._without_outlet(part, outlet)), outlet):
            lost.append((part, reason))
        else:
            authors.append(Author(self._tidy(part), None, plain(raw)))

    def _without_outlet(self, part: str, outlet: frozenset[str]) -> str:
        """A name without the outlet before it (`North-Post Ada Brook`): the document's own, or one whose name no person bears."""
        words = part.split()
        for count in range(len(words) - 2, 0, -1):
            head = " ".join(words[:count])
            unlike = count > 1 or "-" in head or "." in head or (head.isupper() and not part.isupper())
            if _letters(name_key(head)) in outlet or (unlike and self.registry.is_name(head)):
                return " ".join(words[count:])
        return part

    def _closed(self, part: str) -> str:
        """A part without a small word at its end whose date or place was cut off: `Ada Brook on`."""
        head, _, last = part.rpartition(" ")
        return head.rstrip(EDGES) if head and last in self.lexicon.places | self.lexicon.small_places else part

    def _bare(self, part: str) -> str:
        """A name without the degrees and licences behind it."""
        words = part.split()
        while len(words) > 2 and name_key(words[-1]).strip("®™,") in self.lexicon.postnominals and CAPITAL_INSIDE.match(words[-1]):
            words = words[:-1]
        return " ".join(words).rstrip(EDGES)

    def _with_role(self, part: str) -> tuple[str, str] | None:
        """`Ada Brook Senior Harbour Reporter` as name and role, or None."""
        words = part.split()
        if len(words) < 3 or name_key(words[-1]) not in self.lexicon.role_words:
            return None
        start = next((i for i in range(2, len(words)) if name_key(words[i]) in self.lexicon.role_words), None)
        return (" ".join(words[:start]), " ".join(words[start:])) if start else None

    def _is_first_name(self, text: str) -> bool:
        """Whether what stands behind a family name and a comma can be the rest of the name."""
        return not self._is_role(text) and not self.wires.is_form(text) and name_key(text) not in self.lexicon.desks

    def _is_role(self, part: str) -> bool:
        """`Reporter`, and `Culture reporter`: a role with at most three words before it."""
        if UNCASED.search(part):
            return name_key(part) in self.lexicon.roles
        words = name_key(part).split()
        if len(words) > 2 and words[0] in self.lexicon.roles and words[1] in self.lexicon.particles:
            return True  # `Repórter da Agência Norte`
        return any(" ".join(words[start:]) in self.lexicon.roles for start in range(min(len(words), 4)))

    def _nobody(self, part: str, outlet: frozenset[str]) -> str | None:
        """Why a part of a byline is no person's name."""
        key = name_key(part)
        words = re.findall(r"[\w.'’\-]+", key)
        if NUMBERED.match(part):
            return ONE_WORD
        if not LETTER.search(part) or len(part) > LONGEST or any(c.isdigit() for c in part):
            return "not shaped as a name"
        if key in self.lexicon.desks or any(word in self.lexicon.nobody for word in words):
            return "a desk or an organisation"
        if self.registry.is_name(part) or self._of_outlet(part, words) or (_letters(key) in outlet and not self._personal(part, words)):
            return "an outlet"
        first = _printed(part.partition(" ")[0])
        if len(words) > 1 and (first.casefold() in self.lexicon.places or first in self.lexicon.small_places):
            return "says where or for whom"
        if self.wires.is_form(part):
            return "an agency"
        return self._shape(part, words)

    def _of_outlet(self, part: str, words: list[str]) -> bool:
        """`The Harbourist`; `Do UOL`: from an outlet, or in Portuguese from one of up to four capitals; `Van DIJK` is a person."""
        first, _, name = part.partition(" ")  # no name where a sign joins the two: `De+Berg`
        if name and _printed(first).casefold() in self.lexicon.articles:
            return name_key(name.partition(" ")[0]) not in self.lexicon.titles  # `The Rev. Ada Brook`
        if len(words) < 2 or words[0] not in self.lexicon.particles:
            return False
        initials = words[0] in {"do", "da"} and len(name) <= INITIALS and name.isupper() and not part.isupper()
        return self.registry.is_name(name) or initials

    def _personal(self, part: str, words: list[str]) -> bool:
        """Whether the name of a site is that of a person who writes it: two or three words of which no outlet's name consists."""
        capital = all(word[:1].isupper() for word in part.split())
        return 2 <= len(words) <= 3 and capital and not self.registry.words.intersection(words) and not UNCASED.search(part)

    def _shape(self, part: str, words: list[str]) -> str | None:
        uncased = bool(UNCASED.search(part))
        if uncased:
            return None if 2 <= len(part) <= 30 and len(words) <= 5 else "not shaped as a name"
        bare = [w for w in part.split() if name_key(w) not in self.lexicon.titles]
        if not 2 <= len(bare) <= 6:
            return ONE_WORD if len(bare) < 2 else "too long for a name"
        small = [w for w in bare if not w[:1].isupper() and name_key(w) not in self.lexicon.particles and not ELIDED.match(w)]
        if small and part != part.lower():
            return "holds words in lower case"
        if bare[-1].islower() and not small:
            return "ends before the name"  # `Rezept von`
        return "all in lower case" if small and len(bare) != 2 else None

    def _tidy(self, part: str) -> str:
        """A name without titles and suffixes, capitals set right where all of it is in capitals."""
        for suffix in self.lexicon.suffixes:
            part = part.removesuffix(suffix).strip() or part
        words = part.split()
        while len(words) > 2 and name_key(words[0]) in self.lexicon.titles:
            words = words[1:]
        if not words[0].isupper() and all(word.isupper() for word in words[1:]) and max(map(len, words[1:]), default=0) > 3:
            words = [words[0], *map(_capital, words[1:])]  # `Ada LE BROOK`: a family name in capitals
        name = " ".join(words)
        if name.isupper() or name.islower():
            small = self.lexicon.particles
            name = " ".join(word.lower() if index and name_key(word) in small else _capital(word) for index, word in enumerate(words))
        return name


def _letters(key: str) -> str:
    """A key without anything but letters and digits."""
    return re.sub(r"[\W_]+", "", key)


def _printed(word: str) -> str:
    """A word with its accents, each one character with its letter."""
    return unicodedata.normalize("NFC", word)


def _capital(word: str) -> str:
    if len(word) <= 2 and word.endswith("."):
        return word.upper()
    return re.sub(r"[^\W\d_]+", lambda m: m[0][:1].upper() + m[0][1:].lower(), word)

"""The printed headline, without the site's name, the section and what separates them."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from tasks.normalize.choice import Candidate, first
from tasks.normalize.reading import Reading
from tasks.normalize.titles import Title, merged, scores
from tasks.records import Clue
from tasks.text import name_key, plain

SEPARATOR = re.compile(r"(?<!\s)\s+[|•·»›«‹—–\-:/~]{1,2}\s+|(?:(?<!\s)\s+)?[|｜ㅣ]\s*|(?<=[가-힣])-(?=[가-힣]{2,6}\s?[|ㅣ｜])")
WORD = re.compile(r"\w+")
STANDFIRST = 300  # characters of one
OVERLAP = 0.2  # share of common words from which two titles are of one story
LONGEST = 300
PIECE = 3  # words before a mark that may be a headline
ABOVE = 1500  # characters above the story in which its headline is printed
SITE = "the name of the site"
ASTRAY = "shares too little with the page's title"
KICKER = "has a kicker before the headline"
OUTVOTED = "two sources agree on another wording"
DOUBTS = {ASTRAY: "astray", KICKER: "kicker", OUTVOTED: "outvoted"}  # by the names that they have in the ranking
BROKEN = "cut short at a quotation mark"
OUT = (SITE, BROKEN)  # what no ranking outweighs


def overlap(a: str, b: str) -> float:
    """Share of the words of two titles that they have in common (Jaccard); scripts without spaces by characters."""
    one, two = _words(a), _words(b)
    return len(one & two) / len(one | two) if one and two else 0.0


def _words(text: str) -> set[str]:
    words = set(WORD.findall(name_key(text)))
    return words if len(words) > 2 or not words else words | set("".join(words))


def without_site(title: str, names: list[str]) -> str:
    """A title without the site's name at its end or start; `names` are keys of what the site may be called."""
    title = plain(html.unescape(title)).replace("\u00ad", "")
    head, colon, tail = title.partition(": ")
    title = tail if colon and tail and _is_site(head, names) else title
    for _ in range(3):
        cuts = list(SEPARATOR.finditer(title))
        if not cuts:
            return title
        head, tail = title[: cuts[-1].start()], title[cuts[-1].end() :]
        first, rest = title[: cuts[0].start()], title[cuts[0].end() :]
        if _is_site(tail, names) and head:
            title = head
        elif _is_site(first, names) and rest:
            title = rest
        else:
            return title
    return title


def _is_site(part: str, names: list[str]) -> bool:
    key = re.sub(r"[\W_]+", "", name_key(part))
    return bool(key) and any(key == name or (len(name) > 3 and (key in _variants(name) or name in _variants(key))) for name in names)


def _variants(name: str) -> tuple[str, ...]:
    return name + "com", "the" + name, name + "news", name + "online"


def site_names(reading: Reading, outlet: str | None, domain: str | None) -> list[str]:
    """Keys, letters alone, of what the site may be called in a title."""
    names = [clue.raw for clue in reading.clued("outlet")] + [outlet or "", domain or "", (domain or "").split(".")[0]]
    return [key for name in dict.fromkeys(names) if len(key := re.sub(r"[\W_]+", "", name_key(name))) > 1]


def headline_candidates(reading: Reading, outlet: str | None, domain: str | None, ranking: Mapping[str, float]) -> Iterator[Candidate]:
    """Everything that may be the headline, best first."""
    names = site_names(reading, outlet, domain) if reading.is_page else []
    if reading.is_page:
        yield from _ranked(reading, names, ranking)
    for line in reading.removed_as("headline"):
        lost = SITE if _is_site(line.text, names) else None
        yield Candidate(_bounded(line.text), line.text, "text", "span.headline", lost)
    for value, rule in reading.given("headline", "title"):
        yield Candidate(_bounded(value), value, "input", rule)


def _bounded(text: str) -> str | None:
    text = plain(text)
    return text if 0 < len(text) <= LONGEST else None


def _ranked(reading: Reading, names: list[str], ranking: Mapping[str, float]) -> Iterator[Candidate]:
    """The titles of a page by the ranking; of those that rank alike the one that the plain rule puts first."""
    found, usual = titles_of(reading, names)
    merge = merged([title for title, _ in found])
    score = dict(zip((title.key for title in merge), scores(merge, usual, ranking), strict=True))
    for _, candidate in sorted(found, key=lambda pair: -score[pair[0].key]):
        yield candidate
    yield from (candidate for candidate in _of_page(reading, names) if candidate.lost in OUT or not candidate.value)


def titles_of(reading: Reading, names: list[str]) -> tuple[list[tuple[Title, Candidate]], str | None]:
    """The titles of a page in the order of the plain rule, and the key of the one that this rule takes."""
    plainly = list(_of_page(reading, names))
    usual = first(plainly)
    found = [(Title(c.value, _places(c), _doubts(c)), replace(c, lost=None)) for c in plainly if c.value and c.lost not in OUT]
    found += [
        (Title(text, frozenset({"line"})), Candidate(text, line.text, "text", "span.headline"))
        for line in reading.removed_as("headline")
        if _is_above(line.start, reading) and (text := _bounded(line.text)) and not _is_site(text, names)
    ]
    found += [piece for title, candidate in list(found) for piece in _pieces(title, candidate)]
    return found, name_key(usual.value) if usual and usual.value else None


def _pieces(title: Title, candidate: Candidate) -> Iterator[tuple[Title, Candidate]]:
    """What stands before each mark in a title, where it is long enough for a headline."""
    for cut in SEPARATOR.finditer(title.text):
        text = _bounded(title.text[: cut.start()])
        if text and len(text.split()) >= PIECE:
            yield Title(text, frozenset({"before-mark"}), cut=True), replace(candidate, value=text, rule=f"{candidate.rule} before a mark")


def _is_above(offset: int, reading: Reading) -> bool:
    return reading.start - ABOVE <= offset <= reading.start


def _doubts(candidate: Candidate) -> frozenset[str]:
    """What the plain rule has against a title, as the ranking names it."""
    return frozenset({DOUBTS[candidate.lost]} if candidate.lost in DOUBTS else ())


def _places(candidate: Candidate) -> frozenset[str]:
    """Where a title stands, as the ranking names it."""
    rule = candidate.rule
    if candidate.source == "heading":
        return frozenset({"h1" if rule == "h1" else "h1-part"})
    if candidate.source == "json-ld":
        return frozenset({"json-ld" if rule.endswith(".headline") else "json-ld-name"})
    return frozenset({next((place for word, place in (("og:title", "og"), ("twitter", "twitter")) if word in rule), candidate.source)})


def _of_page(reading: Reading, names: list[str]) -> Iterator[Candidate]:
    """The titles that a page states, by the plain rule: a heading that the page's title confirms, else what is stated, best place first."""
    for candidate in _plainly(reading, names):
        yield replace(candidate, lost=SITE) if _is_site(candidate.value or "", names) else candidate


def _plainly(reading: Reading, names: list[str]) -> Iterator[Candidate]:
    clues = [(clue, without_site(clue.raw, names)) for clue in reading.clued("headline") if plain(clue.raw)]
    printed = [pair for pair in clues if pair[0].rule == "h1"]
    parts = [pair for pair in clues if pair[0].rule == "h1 part"]
    stated = sorted((pair for pair in clues if pair[0].source != "heading"), key=lambda pair: _standing(pair[0]))
    texts = [text for clue, text in stated if _standing(clue) < 3]
    printed.sort(key=lambda pair: -max((_kinship(pair[1], other) for other in texts), default=0.0))
    for clue, text in printed:
        lost = _unfit(text, texts) if clue is printed[0][0] else "another heading is nearer to the page's title"
        yield Candidate(_bounded(text), clue.raw, clue.source, clue.rule, lost)
    for clue, text in parts:
        yield Candidate(_bounded(text), clue.raw, clue.source, clue.rule, "a part of the heading")
    for clue, text in stated:
        yield Candidate(_bounded(_shortened(text, clue, texts)), clue.raw, clue.source, clue.rule, _broken(text, texts))


def _kinship(printed: str, stated: str) -> float:
    """How sure it is that two titles are of one story: one that stands whole at an end of the other is."""
    one, two = name_key(printed), name_key(stated)
    whole = min(len(one), len(two)) > 3 and (two.startswith(one) or two.endswith(one) or one.endswith(two))
    return 1.0 if whole else overlap(printed, stated)


def _unfit(printed: str, stated: list[str]) -> str | None:
    """Why the page's main heading is not the headline: it is another thing, or has a kicker or a date before it."""
    if stated and max(_kinship(printed, text) for text in stated) < OVERLAP:
        return ASTRAY
    key = name_key(printed)
    for text in stated:
        own = name_key(text)
        if len(own) > 15 and key != own and key.endswith(own) and not key[-len(own) - 1].isalnum():
            return KICKER
    if len(stated) > 1 and len({name_key(text) for text in stated[:2]}) == 1 and overlap(printed, stated[0]) < OVERLAP * 2:
        return OUTVOTED
    return None


def _shortened(text: str, clue: Clue, stated: list[str]) -> str:
    """A title element without what follows its last separator, where another source or its form says that this is the site."""
    cuts = list(SEPARATOR.finditer(text)) if clue.source == "title-element" else []
    heads = {name_key(other) for other in stated}
    for cut in cuts:
        if name_key(text[: cut.start()]) in heads:
            return text[: cut.start()]
    if cuts and len(text[: cuts[-1].start()].split()) >= 4 and len(text[cuts[-1].end() :].split()) <= 4:
        return text[: cuts[-1].start()]
    return text


def _broken(text: str, stated: list[str]) -> str | None:
    """Whether a title stops at a quotation mark that another source goes on with."""
    cut = any(len(other) > len(text) and other.startswith(text) and other[len(text) :].lstrip()[:1] == '"' for other in stated)
    return BROKEN if cut else None


def _standing(clue: Clue) -> int:
    """How early a clue comes: an article node's own headline, the title for sharing, the rest."""
    if clue.source == "json-ld" and clue.rule.endswith(".headline"):
        return 0
    if "og:title" in clue.rule:
        return 1
    return {"title-element": 2, "meta": 3}.get(clue.source, 4)


def alternative_candidates(reading: Reading, headline: str | None) -> Iterator[Candidate]:
    """Standfirst, else kicker (often a mere section); what only repeats the headline is none."""
    for text in reading.standfirsts:
        yield Candidate(plain(text), text, "text", "paragraph.standfirst", _repeats(text, headline))
    if not reading.standfirsts and not reading.is_page and (between := _between_heads(reading)):
        yield Candidate(plain(between), between, "text", "paragraph.between-heads", _repeats(between, headline))
    for line in reading.removed_as("kicker", "alternative-headline"):
        yield Candidate(line.text, line.text, "text", "span.kicker", _repeats(line.text, headline))
    printed = {plain(paragraph) for paragraph in reading.paragraphs[:1]} | {line.text for line in reading.lines if line.start < reading.end}
    for clue in reading.clued("alternative_headline") if reading.is_page else ():
        text = plain(html.unescape(clue.raw))
        unprinted = None if text in printed else "not printed as a line of its own at the head of the page"
        yield Candidate(text, clue.raw, clue.source, clue.rule, _repeats(text, headline) or unprinted)


def _between_heads(reading: Reading) -> str | None:
    """The first paragraph, where the headline stands right above it and the byline or the date below: a standfirst.

    Without a full stop at its end it is one before any line that is no paragraph.
    """
    if len(reading.paragraphs) < 2 or len(reading.paragraphs[0]) > STANDFIRST:
        return None
    text, place = reading.paragraphs[0], reading.start
    above = [line for line in reading.lines if line.start < place]
    following = reading.source_text.find(reading.paragraphs[1], place + len(text))
    below = [line for line in reading.lines if place < line.start < following]
    if not above or above[-1].kind != "headline" or not below:
        return None
    signed = any(line.kind in ("byline", "timestamp") for line in below)
    return text if signed or text[-1].isalnum() else None


def _repeats(text: str, headline: str | None) -> str | None:
    return "repeats the headline" if headline and name_key(text) == name_key(headline) else None

"""Where a document names its authors, and which of these places decides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.normalize.byline import People
from tasks.normalize.choice import Candidate
from tasks.normalize.lexicon import Lexicon
from tasks.normalize.reading import Reading
from tasks.normalize.wires import Agency
from tasks.records import Author, Clue
from tasks.text import name_key

ADDRESS = re.compile(r"@|https?:|www\.|/")  # at the start: a handle or a link, not a name
BEFORE, AFTER = 600, 2000  # characters around the headline in which its byline stands
STAMP, SIGNATURE = 160, 70  # characters of a line with a date and a name, and of one that is a signature
SIGNED = 8  # characters, blank lines, between a story and its signature
NAME = r"[^\W\d_a-zà-ÿа-яё][\w'’\-]+(?: [^\W\d_a-zà-ÿа-яё][\w'’\-]+){1,2}"
NAME_AND_PLACE = re.compile(rf"(?P<name>{NAME}),\s+[^\W\d_a-zà-ÿа-яё][\w'’\-]+(?: [^\W\d_a-zà-ÿа-яё][\w'’\-]+)?\Z")
CLUSTER = 250  # characters between two bylines of one story


@dataclass(frozen=True, slots=True)
class Signed:
    """The authors of a document, the agencies that its bylines name, and every candidate."""

    authors: tuple[Author, ...]
    agencies: tuple[tuple[Agency, Candidate], ...]
    candidates: tuple[Candidate, ...]


def _unwrapped(text: str) -> str:
    """A byline without brackets around the whole of it."""
    return text[1:-1] if text[:1] + text[-1:] in ("()", "[]", "（）") else text


def bylines_of(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Everything that may name the authors, best first."""
    for value, rule in reading.given("byline", "author", "authors"):
        yield Candidate(value, value, "input", rule)
    for source in ("json-ld", "meta"):
        for clue in reading.clued("author"):
            if clue.source == source and "@" not in clue.rule and not ADDRESS.match(clue.raw.strip()):
                yield Candidate(clue.raw, clue.raw, clue.source, clue.rule)
    yield from _in_spans(reading, lexicon, led=True)
    for end, text in (("head", reading.paragraphs[0][:120]), ("tail", reading.paragraphs[-1][-400:])) if reading.paragraphs else ():
        for form in lexicon.inline:
            if form.at == end and (found := form.pattern.search(text)):
                for part in _unwrapped(found["names"]).split(";"):
                    yield Candidate(part, found[0], "text", form.id)
    for clue in _beside_headline(reading):
        yield Candidate(clue.raw, clue.raw, clue.source, clue.rule)
    yield from _in_spans(reading, lexicon, led=False)
    if not reading.is_page:
        yield from _among_stamps(reading, lexicon)
        yield from _led_elsewhere(reading, lexicon)


def _among_stamps(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Names that share a line with the date, be it removed or left as the first paragraph."""
    heads = [text for text in reading.paragraphs[:1] if len(text) <= STAMP]
    lines = [line.text for line in reading.removed_as("timestamp", "byline") if line.start <= reading.start + AFTER]
    for text in (*(line for line in lines if len(line) <= STAMP), *heads):
        for form in lexicon.inline:
            if form.at == "stamp" and (found := form.pattern.search(text)):
                yield Candidate(found["names"], text, "text", form.id)


def _led_elsewhere(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """`By Ada Brook` right above the story, or a name and nothing but its place right below, removed as something else."""
    for line in reading.removed_as("boilerplate", "navigation"):
        if len(line.text) > SIGNATURE or any(map(str.isdigit, line.text)):
            continue
        above = reading.start - BEFORE <= line.start < reading.start
        if above and (led := lexicon.lead.match(line.text)) and line.text[led.end() : led.end() + 1].isupper():
            yield Candidate(line.text, line.text, "byline", "line.led")
        elif reading.end <= line.start <= reading.end + SIGNED and (found := NAME_AND_PLACE.match(line.text)):
            yield Candidate(found["name"], line.text, "byline", "line.name-place")


def _heading(reading: Reading) -> int | None:
    """Where the page's main heading stands in the source text."""
    return next((clue.offset for clue in reading.clued("headline") if clue.rule.startswith("h1") and clue.offset is not None), None)


def _is_near(offset: int | None, heading: int | None) -> bool:
    return offset is None or heading is None or heading - BEFORE <= offset <= heading + AFTER


def _in_spans(reading: Reading, lexicon: Lexicon, led: bool) -> Iterator[Candidate]:
    """Lines removed as bylines; those that a word like `By` introduces count before what markup says, the others after."""
    last: int | None = None
    heading = _heading(reading)
    for line in reading.removed_as("byline"):
        text = _unwrapped(line.text)
        if text != line.text and not lexicon.lead.match(text):
            continue  # names in brackets that nothing introduces are a photo's
        near = not reading.is_page or _is_near(line.start, heading)
        astray = not near or (last is not None and line.start - last > CLUSTER)
        if astray or bool(lexicon.lead.match(text) or lexicon.edited.match(text)) != led:
            continue
        last = line.start
        for part in text.split(";"):
            yield Candidate(part, part, "byline", "span.byline")


def _beside_headline(reading: Reading) -> Iterator[Clue]:
    """Elements marked as bylines that stand near the headline: those farther down sign comments and other stories."""
    marked = [clue for clue in reading.clued("author") if clue.source not in ("json-ld", "meta") and not ADDRESS.match(clue.raw.strip())]
    heading = _heading(reading)
    last: int | None = None
    for clue in marked:
        if _is_near(clue.offset, heading) and (last is None or clue.offset is None or clue.offset - last <= CLUSTER):
            last = clue.offset if clue.offset is not None else last
            yield clue


def sign(reading: Reading, people: People, outlet: frozenset[str], country: str | None) -> Signed:
    """Who signed the document. The first source that names a person decides; the others stay on record."""
    authors: list[Author] = []
    agencies: list[tuple[Agency, Candidate]] = []
    kept: list[Candidate] = []
    taken: tuple[str, str] | None = None
    for candidate in bylines_of(reading, people.lexicon):
        read = people.read(candidate.value or "", outlet, country, candidate.source == "json-ld" or candidate.rule == "a[rel=author]")
        agencies.extend((agency, candidate) for agency in read.agencies)
        kept.extend(Candidate(part, candidate.raw, candidate.source, candidate.rule, why) for part, why in read.lost)
        origin = (candidate.source, candidate.rule)
        for author in read.authors:
            known = any(name_key(a.name) == name_key(author.name) for a in authors)
            taken = taken or origin
            if origin == taken and not known:
                authors.append(author)
            lost = None if origin == taken and not known else ("named already" if known else f"{taken[0]} comes first")
            kept.append(Candidate(author.name, candidate.raw, candidate.source, candidate.rule, lost))
    return Signed(tuple(authors), tuple(agencies), tuple(kept))

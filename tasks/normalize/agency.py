"""Whose text it is: the wire agency, by the shape of a credit and by nothing else."""

import re
from collections.abc import Iterator

from tasks.normalize.choice import Candidate
from tasks.normalize.dateline import Dateline
from tasks.normalize.reading import TAIL_PARAGRAPHS, Reading
from tasks.normalize.wires import Agency, Wires

OWNERS = ("wire", "syndicate")  # photo agencies and press-release services own no story
LATE = 200  # a credit at the end stands in the last so many characters
BYLINE = 120  # characters of a byline
WORD = re.compile(r"\w+")
BEHIND = 400  # characters behind the story within which a line can be its credit
NEAR = 600  # and one near the end in so many
JOINED = re.compile(r"(?:(?<!\s)\s+)?[/,;+|]\s*|\s(?:and|und|et|y|e|mit|with|avec)\s")
OWN_KINDS = ("syndication", "copyright", "boilerplate", "author-bio", "dateline", "source")


Signatures = list[tuple[Agency, Candidate]]


def find_agency(
    reading: Reading, wires: Wires, signed: Signatures, dateline: Dateline | None, domain: str | None, country: str | None
) -> list[Candidate]:
    """All credits that name an agency, best first; a candidate's value is the agency's id."""
    return [
        *_given(reading, wires, country),
        *_dateline(dateline),
        *_signed(signed, wires, country),
        *_bylines(reading, wires, country),
        *_tail(reading, wires, country),
        *_head(reading, wires, country),
        *_notices(reading, wires, country),
        *_site(wires, domain),
        *_refused(reading, wires, country),
    ]


def _credit(agency: Agency, raw: str | None, source: str, rule: str, lost: str | None = None) -> Candidate:
    lost = lost or (None if agency.kind in OWNERS else f"of kind {agency.kind}: owns no story")
    return Candidate(agency.id, raw, source, rule, lost)


def _signed(signed: Signatures, wires: Wires, country: str | None) -> Iterator[Candidate]:
    for agency, c in signed:
        if agency.kind in OWNERS:
            yield _credit(agency, c.raw, c.source, c.rule, _no_byline(agency, c.raw or "", wires, country))


def _no_byline(agency: Agency, raw: str, wires: Wires, country: str | None) -> str | None:
    """Why a byline that names an agency is none of it: a caption that was taken for one, or initials and words that are its mark."""
    if len(raw) > BYLINE:
        return "too long for a byline"
    words = WORD.findall(raw)
    return "a word or initials" if len(words) > 1 and agency.country != country and not wires.words.isdisjoint(words) else None


def _bylines(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """People who sign with their agency behind their names, or as its writers."""
    texts = [(line.text, "byline") for line in reading.removed_as("byline")]
    for text, source in dict.fromkeys([*texts, *((clue.raw, clue.source) for clue in reading.clued("author"))]):
        if len(text) <= BYLINE:
            yield from _shaped(text.strip(), "byline", source, wires, country)


def _given(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    for value, rule in reading.given("agency", "provider", "agency_id"):
        if agency := wires.agencies.get(value.casefold()) or wires.find(value, country):
            yield _credit(agency, value, "input", rule)


def _dateline(dateline: Dateline | None) -> Iterator[Candidate]:
    if dateline is not None and dateline.agency is not None:
        yield _credit(dateline.agency, dateline.raw, "dateline", dateline.rule)


def _tail(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """Credits at the end of the story, in its last paragraphs or in what was cut behind them."""
    own = [line.text for line in reading.removed_as(*OWN_KINDS, "byline") if reading.end <= line.start <= reading.end + BEHIND]
    ends = [text[-LATE:] for text in (*reading.paragraphs[-1:], *own)]
    near = [text[-NEAR:] for text in (*reading.paragraphs[-TAIL_PARAGRAPHS:], *own)]
    for at, texts in (("closing", ends), ("near-end", near)):
        for text in texts:
            yield from _shaped(text, at, "credit-tail", wires, country)


def _head(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """A line of its own around the start of the story that is an agency's name and nothing else."""
    for line in reading.removed_as(*OWN_KINDS):
        if abs(line.start - reading.start) > BEHIND:
            continue
        if agency := wires.find_alone(line.text, country):
            yield _credit(agency, line.text, "credit-line", "head.alone")


def _notices(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    for line in reading.removed_as(*OWN_KINDS):
        yield from _shaped(line.text[:NEAR], "notice", "copyright", wires, country)


def _shaped(text: str, at: str, source: str, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """Credits of one kind in a text."""
    for shape in wires.credits:
        for match in shape.pattern.finditer(text) if shape.at == at else ():
            agency = wires.agencies[shape.agency] if shape.agency else _named(match["name"], wires, country, at == "closing")
            if agency is not None:
                yield _credit(agency, match[0].strip()[:LATE], source, shape.id)


def _named(name: str, wires: Wires, country: str | None, whole: bool) -> Agency | None:
    """The agency that a group names, alone or joined to others; `whole`: joined to other agencies only, as photo credits are not."""
    if whole and (agency := wires.find_alone(name, country)):
        return agency  # `dpa/lnw` is one form
    parts = JOINED.split(name)
    if whole and len(parts) > 1 and not all(wires.is_form(part) for part in parts):
        return None
    find = wires.find_alone if whole else wires.find
    return next((agency for part in (name, *parts) if (agency := find(part, country))), None)


def _site(wires: Wires, domain: str | None) -> Iterator[Candidate]:
    if domain and (agency := wires.domains.get(domain)) is not None and agency.kind == "wire":
        yield _credit(agency, domain, "outlet", "outlet.is-agency")


def _refused(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """Photo credits: on record, never taken."""
    for line in reading.removed_as("caption", "credit"):
        for part in re.split(r"[/()|,;©]|\bvia\b", line.text[-LATE:]):
            if agency := wires.find(part.replace(" Photo", "").replace(" PHOTO", ""), country):
                yield _credit(agency, line.text[-LATE:], "caption", "caption.credit", "a photo credit says nothing of the text")

"""Whose text it is: the wire agency, by the shape of a credit and by nothing else."""

import re
from collections.abc import Iterator

from tasks.normalize.choice import Candidate
from tasks.normalize.dateline import Dateline
from tasks.normalize.reading import TAIL_PARAGRAPHS, Reading
from tasks.normalize.wires import Agency, Wires

OWNERS = ("wire", "syndicate")  # photo agencies and press-release services own no story
LATE = 200  # a credit at the end stands in the last so many characters
CLOSING = (
    ("tail.brackets", re.compile(r"[(\[（【](?:[©\-–]\s*)?(?P<name>[^\s()\[\]（）【】][^()\[\]（）【】]{1,39}?)(?:[,:;]\s[^()\[\]（）]{0,60})?\s*[)\]）】]\W{0,3}\Z")),
    ("tail.dash", re.compile(r"(?:^|\s)(?:[-–—]{1,2}|/)\s?(?P<name>[^\s\-–—/()][^\-–—/()\n]{1,28}?)\s?/?\.?\Z")),
    ("tail.alone", re.compile(r"(?:^|\n|[.!?”\"»]\s+)(?P<name>[^\s.()][^.()\n]{1,34})\.?\Z")),
    ("tail.initials", re.compile(r"(?:^|\n|[.!?”\"]\s+)(?P<name>[A-Z]{2,6})(?:\s+[A-Za-z]{2,4}(?:/[A-Za-z]{2,4})*){1,6}\Z")),
    ("tail.lusa", re.compile(r"(?P<name>Lusa|LUSA)\s?/\s?[Ff]im\.?\Z")),
    ("tail.slashed", re.compile(r"(?:^|\s)/(?P<name>[^\s/]{2,20})/(?:[A-Z][A-Za-z]{1,9})?\W?\Z")),
)
MARKER_END = re.compile(r"[（(]完[）)]\s*\Z")
REPORTING = re.compile(r"\(?\b(?:Reporting|Additional reporting|Writing|Compiled) by [^()]{3,300}?;? ?\b[Ee]diting by\b", re.S)
COPYRIGHT = re.compile(
    r"(?:©|\([cC]\)|\bCopyright|\bCOPYRIGHT|저작권자)[\s,:©ⓒ(cC)]{0,6}(?:\d{4}(?:\s?[-–]\s?\d{2,4})?)?[\s,:]{0,4}(?:by |一般社団法人|공감언론 )?(?P<name>[^\d\s,.;:|()<>][^,.;:|()<>\n]{1,40}?)"
    r"(?=[,.;:|()<>/]|\s(?:\d{4}|[Aa]ll |Alle |Tous |Todos |Tutti |무단)|\s*\Z)"
)
SOURCE = re.compile(r"(?:^|\s|\()(?:Quelle|Source|Sources?|Fuente|Fonte|Bron|Kilde|Källa|Źródło|Zdroj|Zdroje|Forrás|Sursa|Izvor|Vir|Lähde|Kaynak|Источник|Джерело|Източник|Πηγή|المصدر|منبع|来源|來源|出典|출처)\s?[:：]\s?(?P<name>[^\s:()|][^:()|\n]{1,36}?)\s*[).]?(?=\Z|\n|\s{2,})")
EXPRESS = re.compile(r"(?:^|[.(]\s?)(?:This (?:report|story|article) (?:by|is from|was (?:written|produced|provided) by)|Por:? ?(?=\w)|Mit Material (?:von|der)) (?P<name>(?:the |The )?[A-ZÀ-Ý][\w\-]*(?: [A-ZÀ-Ý][\w\-]*){0,4})")
OWN_KINDS = ("syndication", "copyright", "boilerplate", "author-bio", "dateline", "source")


def find_agency(reading: Reading, wires: Wires, signed: list[tuple[Agency, Candidate]], dateline: Dateline | None, domain: str | None, country: str | None) -> list[Candidate]:
    """All credits that name an agency, best first; a candidate's value is the agency's id."""
    return [
        *_given(reading, wires, country),
        *_dateline(dateline),
        *(_credit(agency, c.raw, c.source, c.rule) for agency, c in signed if agency.kind in OWNERS),
        *_tail(reading, wires, country),
        *_notices(reading, wires, country),
        *_site(wires, domain),
        *_refused(reading, wires, country),
    ]


def _credit(agency: Agency, raw: str | None, source: str, rule: str, lost: str | None = None) -> Candidate:
    lost = lost or (None if agency.kind in OWNERS else f"of kind {agency.kind}: owns no story")
    return Candidate(agency.id, raw, source, rule, lost)


def _given(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    for value, rule in reading.given("agency", "provider", "agency_id"):
        if agency := wires.agencies.get(value.casefold()) or wires.find(value, country):
            yield _credit(agency, value, "input", rule)


def _dateline(dateline: Dateline | None) -> Iterator[Candidate]:
    if dateline is not None and dateline.agency is not None:
        yield _credit(dateline.agency, dateline.raw, "dateline", dateline.rule)


def _tail(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """Credits at the end of the story, in its last paragraphs or in what was cut behind them."""
    ends = [text[-LATE:] for text in reading.paragraphs[-1:]]
    own = [line.text[-LATE:] for line in reading.removed_as(*OWN_KINDS, "byline")]
    for text in (*ends, *own):
        for rule, pattern in CLOSING:
            if (match := pattern.search(text)) and (agency := _named(match["name"], wires, country)):
                yield _credit(agency, match[0].strip(), "credit-tail", rule)
        if MARKER_END.search(text):
            yield _credit(wires.agencies["cns"], "（完）", "credit-tail", "tail.end-mark")
    for text in (*(p[-600:] for p in reading.paragraphs[-TAIL_PARAGRAPHS:]), *own):
        yield from _reporting(text, wires, country)


def _named(name: str, wires: Wires, country: str | None) -> Agency | None:
    parts = re.split(r"\s*[/,;+|]\s*|\s+(?:and|und|et|y|e|mit|with|avec)\s+", name)
    return next((agency for part in (name, *parts) if (agency := wires.find(part, country))), None)


def _reporting(text: str, wires: Wires, country: str | None) -> Iterator[Candidate]:
    if match := REPORTING.search(text):
        yield _credit(wires.agencies["reuters"], match[0][:120], "credit-tail", "tail.reporting-editing")
    for match in SOURCE.finditer(text):
        if agency := _named(match["name"], wires, country):
            yield _credit(agency, match[0].strip(), "credit-tail", "tail.source")
    if (match := EXPRESS.search(text)) and (agency := wires.find(match["name"], country)):
        yield _credit(agency, match[0].strip(), "credit-tail", "tail.this-report")


def _notices(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    for line in reading.removed_as(*OWN_KINDS):
        for match in COPYRIGHT.finditer(line.text):
            if agency := _named(match["name"], wires, country):
                yield _credit(agency, match[0].strip(), "copyright", "copyright.line")


def _site(wires: Wires, domain: str | None) -> Iterator[Candidate]:
    if domain and (agency := wires.domains.get(domain)) is not None and agency.kind == "wire":
        yield _credit(agency, domain, "outlet", "outlet.is-agency")


def _refused(reading: Reading, wires: Wires, country: str | None) -> Iterator[Candidate]:
    """Photo credits: on record, never taken."""
    for line in reading.removed_as("caption", "credit"):
        for part in re.split(r"[/()|,;©]|\bvia\b", line.text[-LATE:]):
            if agency := wires.find(part.replace(" Photo", "").replace(" PHOTO", ""), country):
                yield _credit(agency, line.text[-LATE:], "caption", "caption.credit", "a photo credit says nothing of the text")

"""A stripped document to an article: every field chosen, every candidate on record."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tasks.normalize.address import canonical, tidy
from tasks.normalize.agency import find_agency
from tasks.normalize.authors import Signed, sign
from tasks.normalize.byline import People
from tasks.normalize.carried import carried_evidence
from tasks.normalize.choice import Candidate, first, record
from tasks.normalize.dateline import Dateline, Reader, find_dateline
from tasks.normalize.dates.decide import decide_dates
from tasks.normalize.facts import OutletFacts
from tasks.normalize.headline import alternative_candidates, headline_candidates, site_names
from tasks.normalize.knowledge import Knowledge
from tasks.normalize.outlet import Published, evidence_of, find_outlet
from tasks.normalize.reading import Reading, read
from tasks.normalize.tongues import language_candidates
from tasks.normalize.topic import keywords_of, section_candidates
from tasks.normalize.via import find_via
from tasks.records import Article, Evidence, Removed, StrippedDocument
from tasks.text import word_count

Fields = dict[str, Any]
Lists = dict[str, list[Candidate]]


def normalize_document(stripped: StrippedDocument, knowledge: Knowledge) -> tuple[Article, tuple[Evidence, ...], tuple[Removed, ...]]:
    """The article of one stripped document, a row of evidence for each candidate of each field, a row for each span cut out of it."""
    reading = read(stripped)
    fields, lists, outlet = decide(reading, knowledge)
    dates = decide_dates(stripped, fields["language"], outlet, knowledge.dates)
    fields |= {name: getattr(dates, name) for name in ("published", "published_earliest", "published_latest", "modified")}
    article = Article(**_carried(stripped, reading), **fields)
    lists |= carried_evidence(reading)
    evidence = [row for field, found in lists.items() for row in record(article.document_id, field, found)]
    return article, (*evidence, *dates.evidence), tuple(cut_out(stripped))


def cut_out(stripped: StrippedDocument) -> Iterator[Removed]:
    """A row for each span that is not body."""
    source, document_id = stripped.parsed.source_text, stripped.parsed.document.document_id
    for span in stripped.spans:
        if span.kind != "body":
            yield Removed(document_id, span.start, span.end, source[span.start : span.end], span.kind, span.rule)


def _carried(stripped: StrippedDocument, reading: Reading) -> Fields:
    """The columns that are taken over as they are."""
    document = reading.document
    names = "document_id source_bundle source_member source_id fetched_at identity source_sha256 media_type charset"
    return {name: getattr(document, name) for name in names.split()} | {
        "source_length": len(reading.source_text),
        "source_text_sha256": hashlib.sha256(reading.source_text.encode("utf-8", "surrogatepass")).hexdigest(),
        "body": reading.body,
        "captions": stripped.captions,
        "word_count": word_count(reading.body),
        "body_confidence": stripped.body_confidence,
        "flags": stripped.flags,
    }


@dataclass(frozen=True, slots=True)
class Origin:
    """Who published, passed on, owns, filed and signed a text: decided together, for each narrows the others."""

    published: Published
    via: list[Candidate]
    agency: list[Candidate]
    dateline: Dateline | None
    filed: list[Candidate]
    signed: Signed


def find_origin(reading: Reading, knowledge: Knowledge, language: Candidate | None = None) -> Origin:
    """Outlet first, for its country tells agencies of one name apart; then dateline and bylines, then whose text it is."""
    via = find_via(reading, knowledge.wires)
    passed = first(via)
    published = find_outlet(reading, knowledge.registry, knowledge.wires, passed.value if passed else None)
    facts = published.facts
    country, domain = (facts.country, facts.domain) if facts else (None, None)
    dateline, filed = find_dateline(reading, Reader(knowledge.atlas, knowledge.wires), country)
    people = People(knowledge.lexicon, knowledge.registry, knowledge.wires)
    names = frozenset(site_names(reading, facts.name if facts else None, None))
    signed = sign(reading, people, names, country, knowledge.signers)
    home = knowledge.wires.homes.get((language.value or "").split("-")[0]) if language else None
    place = country or (dateline.country if dateline else None) or home
    agency = find_agency(reading, knowledge.wires, list(signed.agencies), dateline, domain, place)
    return Origin(published, via, agency, dateline, filed, signed)


def decide(reading: Reading, knowledge: Knowledge) -> tuple[Fields, Lists, OutletFacts | None]:
    """All fields but the dates, the candidates of each, and what is known of the outlet."""
    languages = language_candidates(reading, knowledge.tongues)
    origin = find_origin(reading, knowledge, first(languages))
    fields, lists = _origin_fields(origin)
    own_fields, own_lists = _story_fields(reading, origin, knowledge)
    lists |= own_lists | {"language": languages}
    language = first(languages)
    fields |= own_fields | {"language": language.value if language else None}
    return fields, lists, origin.published.facts


def _origin_fields(origin: Origin) -> tuple[Fields, Lists]:
    facts, agency, via, dateline = origin.published.facts, first(origin.agency), first(origin.via), origin.dateline
    fields: Fields = {
        "outlet_id": facts.outlet_id if facts else None,
        "outlet_name": (facts.name or None) if facts else None,
        "outlet_domain": facts.domain if facts else None,
        "outlet_country": facts.country if facts else None,
        "outlet_source": origin.published.source,
        "agency_id": agency.value if agency else None,
        "agency_source": agency.source if agency else None,
        "syndicated_via": via.value if via else None,
        "authors": origin.signed.authors,
        "dateline_place": dateline.place if dateline else None,
        "dateline_country": dateline.country if dateline else None,
    }
    lists: Lists = evidence_of(origin.published) | {
        "agency_id": origin.agency,
        "syndicated_via": origin.via,
        "authors": list(origin.signed.candidates),
        "dateline_place": origin.filed,
    }
    return fields, lists


def _story_fields(reading: Reading, origin: Origin, knowledge: Knowledge) -> tuple[Fields, Lists]:
    facts = origin.published.facts
    name, domain = (facts.name, facts.domain) if facts else (None, None)
    headlines = list(headline_candidates(reading, name, domain, knowledge.ranking))
    headline = _value(headlines)
    alternatives = list(alternative_candidates(reading, headline))
    sections, urls = section_candidates(reading), _urls(reading)
    canonicals = _canonicals(reading, urls)
    fields = {
        "headline": headline,
        "alternative_headline": _value(alternatives),
        "section": _value(sections),
        "keywords": keywords_of(reading),
        "url": _value(urls),
        "canonical_url": _value(canonicals),
    }
    lists = {"headline": headlines, "alternative_headline": alternatives, "section": sections}
    return fields, lists | {"url": urls, "canonical_url": canonicals}


def _value(candidates: list[Candidate]) -> str | None:
    found = first(candidates)
    return found.value if found else None


def _urls(reading: Reading) -> list[Candidate]:
    """The document's address: as it came, else as the page states it."""
    own = reading.document.url
    stated = [(clue.raw, clue.source, clue.rule) for clue in reading.clued("url")]
    came = next((rule for value, rule in reading.given("url") if value == own), "document.url")
    listed = ([(own, "input", came)] if own else []) + stated
    return [Candidate(tidy(raw, own), raw, source, rule) for raw, source, rule in listed]


def _canonicals(reading: Reading, urls: list[Candidate]) -> list[Candidate]:
    """The canonical address: the page's own canonical link, else any other without its AMP or mobile variant."""
    links = [c for c in urls if "canonical" in c.rule]
    rest = [c for c in urls if c not in links and "amphtml" not in c.rule and "shortlink" not in c.rule]
    listed = [*links, *[c for c in rest if "og:url" in c.rule], *rest]
    return [Candidate(canonical(c.value), c.raw, c.source, c.rule) for c in listed if c.value]

"""Who published it: by address, by what came with the document, by the site's own name, by what the text lets slip."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.normalize.address import domains
from tasks.normalize.choice import Candidate
from tasks.normalize.facts import OutletFacts
from tasks.normalize.reading import Line, Reading
from tasks.normalize.registry import Mention, Registry
from tasks.normalize.site import best_name, site_names_stated
from tasks.normalize.wires import Wires
from tasks.text import name_key, plain

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
LONGEST = 600  # characters of a line in which an outlet names itself


@dataclass(frozen=True, slots=True)
class Published:
    """The outlet as it goes into the row; `facts` is what the other fields may ask of it."""

    facts: OutletFacts | None
    source: str | None
    candidates: tuple[Candidate, ...]


def evidence_of(published: Published) -> dict[str, list[Candidate]]:
    """The candidates by the column they speak for: an address that the registry does not know tells a domain and no name."""
    facts = published.facts
    if facts is None or facts.outlet_id is not None:
        return {"outlet_name": list(published.candidates)}
    addresses = [c for c in published.candidates if c.value == facts.domain or c.source == "url" or c.source.startswith("url in ")]
    names = [c for c in published.candidates if c not in addresses]
    return {"outlet_domain": addresses, "outlet_name": sorted(names, key=lambda c: c.value != facts.name)}


def find_outlet(reading: Reading, registry: Registry, wires: Wires, via: str | None) -> Published:
    """The first evidence that names an outlet; `via` is an intermediary, which is never the outlet by its own notice."""
    candidates: list[Candidate] = []
    facts: OutletFacts | None = None
    source: str | None = None
    for known, candidate in _evidence(reading, registry, wires, via):
        candidates.append(candidate)
        if facts is None and known is not None and candidate.lost is None:
            facts, source = known, candidate.source
    if facts is not None and facts.outlet_id is None and source is not None:
        facts = _named(facts, reading)
        source = f"{source} (not in the registry)"
    return Published(facts, source, tuple(candidates))


def _evidence(reading: Reading, registry: Registry, wires: Wires, via: str | None) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    yield from _by_address(reading, registry)
    yield from _by_given(reading, registry)
    yield from _by_site_name(reading, registry)
    yield from _by_mention(reading, registry, wires, via)
    yield from _by_fingerprint(reading, registry)


def _of_domain(names: tuple[str, ...], registry: Registry) -> OutletFacts:
    known = next((found for name in names if (found := registry.by_domain(name))), None)
    return known or OutletFacts(outlet_id=None, name="", domain=names[-1])


def _by_address(reading: Reading, registry: Registry) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    addresses = [(reading.document.url, "url", "document.url")] if reading.document.url else []
    addresses += [(clue.raw, clue.source, clue.rule) for clue in reading.clued("url")]
    for raw, source, rule in addresses:
        names = domains(raw)
        if not names or (names[-1] in registry.platforms and not any(name in registry.outlets for name in names)):
            continue
        facts = _of_domain(names, registry)
        yield facts, Candidate(facts.name or names[-1], raw, "url" if source == "url" else f"url in {source}", rule)


def _by_given(reading: Reading, registry: Registry) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    for value, rule in reading.given("outlet", "outlet_name", "publisher", "outlet_domain"):
        facts = registry.by_domain(value.casefold()) or registry.by_name(value)
        known = facts or OutletFacts(outlet_id=None, name=plain(value))
        yield known, Candidate(known.name, value, "input", rule)


def _by_site_name(reading: Reading, registry: Registry) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    for name, raw, source, rule in site_names_stated(reading):
        facts = registry.by_name(name)
        yield facts or OutletFacts(outlet_id=None, name=name), Candidate(facts.name if facts else name, raw, source, rule)


def _by_mention(reading: Reading, registry: Registry, wires: Wires, via: str | None) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    body = reading.paragraphs if any("body" in m.where for m in registry.mentions) else ()
    for mention in registry.mentions:
        texts = [p for p in body if "comment" in p or "response" in p or "statement" in p] if mention.where == ("body",) else []
        texts += [line.text for line in reading.removed_as(*mention.where) if not _is_credit(line, reading)]
        for text in texts:
            yield from _in_text(mention, text[-LONGEST:], registry, wires, via)


def _is_credit(line: Line, reading: Reading) -> bool:
    """Whether a copyright line is that of a picture in the story: inside it, and without a year."""
    return line.kind == "copyright" and reading.start < line.start < reading.end and not YEAR.search(line.text)


def _in_text(
    mention: Mention, text: str, registry: Registry, wires: Wires, via: str | None
) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    for match in mention.pattern.finditer(text):
        groups = match.groupdict()
        if domain := groups.get("domain"):
            names = domains(f"https://{domain.casefold()}")
            if names and names[-1] not in registry.platforms:
                facts = _of_domain(names, registry)
                yield facts, Candidate(facts.name or names[-1], match[0], "self-mention", mention.id)
        elif named := registry.by_name(groups["name"]):
            passed = via is not None and (registry.by_name(via) == named or name_key(groups["name"]) == name_key(via))
            lost = "only passed it on" if passed else "an agency" if wires.is_form(groups["name"]) else None
            yield named, Candidate(named.name, match[0], "self-mention", mention.id, lost)


def _by_fingerprint(reading: Reading, registry: Registry) -> Iterator[tuple[OutletFacts | None, Candidate]]:
    for line in reading.lines[:12]:
        for print_ in registry.fingerprints:
            if sum(part in line.text for part in print_.parts) >= print_.least:
                facts = registry.outlets[print_.domain]
                yield facts, Candidate(facts.name, line.text[:80], "fingerprint", print_.id)


def _named(facts: OutletFacts, reading: Reading) -> OutletFacts:
    """An outlet that nobody vouches for, with the site's own name where it has none, and the domain where the address tells it."""
    names = domains(reading.document.url) if reading.document.url else ()
    domain = facts.domain or (names[-1] if names else None)
    given = next((plain(value) for value, _ in reading.given("outlet", "outlet_name", "publisher") if "." not in value), "")
    return OutletFacts(outlet_id=None, name=facts.name or given or best_name(reading, domain), domain=domain, country=facts.country)

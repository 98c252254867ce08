"""The printed headline, without the site's name, the section and what separates them."""

import html
import re
from collections.abc import Iterator

from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading
from tasks.records import Clue
from tasks.text import name_key, plain

SEPARATOR = re.compile(r"\s+[|•·»›«‹—–\-:/~]{1,2}\s+|\s*[|｜]\s*|\s+\|\s*")
WORD = re.compile(r"\w+")
OVERLAP = 0.4  # share of common words from which two titles are the same one
LONGEST = 300


def overlap(a: str, b: str) -> float:
    """Share of the words of two titles that they have in common (Jaccard); scripts without spaces by characters."""
    one, two = _words(a), _words(b)
    return len(one & two) / len(one | two) if one and two else 0.0


def _words(text: str) -> set[str]:
    words = set(WORD.findall(name_key(text)))
    return words if len(words) > 2 or not words else words | set("".join(words))


def without_site(title: str, names: list[str]) -> str:
    """A title without the site's name at its end or start; `names` are keys of what the site may be called."""
    title = plain(html.unescape(title))
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
    return bool(key) and any(key == name or (len(name) > 3 and (key in (name + "com", "the" + name, name + "news", name + "online") or name in (key + "com", "the" + key, key + "news"))) for name in names)


def site_names(reading: Reading, outlet: str | None, domain: str | None) -> list[str]:
    """Keys, letters alone, of what the site may be called in a title."""
    names = [clue.raw for clue in reading.clued("outlet")] + [outlet or "", domain or "", (domain or "").split(".")[0]]
    return [key for name in dict.fromkeys(names) if len(key := re.sub(r"[\W_]+", "", name_key(name))) > 1]


def headline_candidates(reading: Reading, outlet: str | None, domain: str | None) -> Iterator[Candidate]:
    """Everything that may be the headline, best first."""
    if reading.is_page:
        yield from _of_page(reading, site_names(reading, outlet, domain))
    for line in reading.removed_as("headline"):
        yield Candidate(_bounded(line.text), line.text, "text", "span.headline")
    for value, rule in reading.given("headline", "title"):
        yield Candidate(_bounded(value), value, "input", rule)


def _bounded(text: str) -> str | None:
    text = plain(text)
    return text if 0 < len(text) <= LONGEST else None


def _of_page(reading: Reading, names: list[str]) -> Iterator[Candidate]:
    clues = [(clue, without_site(clue.raw, names)) for clue in reading.clued("headline") if plain(clue.raw)]
    stated = [text for clue, text in clues if "og:title" in clue.rule or clue.source in ("title-element", "json-ld")]
    printed = [(clue, text) for clue, text in clues if clue.rule.startswith("h1")]
    best = max(printed, key=lambda pair: max((overlap(pair[1], other) for other in stated), default=0.0), default=None)
    if best is not None:
        shared = max((overlap(best[1], other) for other in stated), default=1.0)
        lost = None if shared >= OVERLAP else "shares too little with the page's title"
        yield Candidate(_bounded(best[1]), best[0].raw, best[0].source, best[0].rule, lost)
    for clue, text in sorted((pair for pair in clues if pair not in printed), key=lambda pair: _standing(pair[0])):
        yield Candidate(_bounded(text), clue.raw, clue.source, clue.rule)


def _standing(clue: Clue) -> int:
    """How early a clue comes: an article node's own headline, the title for sharing, the rest."""
    if clue.source == "json-ld" and clue.rule.endswith(".headline"):
        return 0
    if "og:title" in clue.rule:
        return 1
    return {"title-element": 2, "meta": 3}.get(clue.source, 4)


def alternative_candidates(reading: Reading, headline: str | None) -> Iterator[Candidate]:
    """Kicker or standfirst; what only repeats the headline is none."""
    for line in reading.removed_as("kicker", "alternative-headline"):
        yield Candidate(line.text, line.text, "text", "span.kicker", _repeats(line.text, headline))
    for text in reading.standfirsts:
        yield Candidate(plain(text), text, "text", "paragraph.standfirst", _repeats(text, headline))
    for clue in reading.clued("alternative_headline") if reading.is_page else ():
        text = plain(html.unescape(clue.raw))
        yield Candidate(text, clue.raw, clue.source, clue.rule, _repeats(text, headline))


def _repeats(text: str, headline: str | None) -> str | None:
    return "repeats the headline" if headline and name_key(text) == name_key(headline) else None

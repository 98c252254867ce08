"""Who signed a document: people of all its bylines, and which of the places that name them is believed.

The first place in the order of `bylines_of` that names a person decides, names in full before single words and these before
lines that merely look like bylines. It gives way where a byline that is printed near the headline names the same people and
more, or agrees with a meta element on somebody else. What stands alone somewhere is the whole name: longer ones hold a role.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.normalize.byline import Byline, People
from tasks.normalize.choice import Candidate
from tasks.normalize.lexicon import Lexicon
from tasks.normalize.reading import Reading
from tasks.normalize.signing import bylines_of
from tasks.normalize.wires import Agency
from tasks.records import Author
from tasks.text import name_key, plain

FEW = 4  # names that a line which only looks like a byline may hold
MOST = 6  # authors of one story that another place adds to
PERSONAL = ("a[rel=author]", "itemprop=author")  # elements that hold a name and nothing else
# Rules for lines that only look like bylines.
WEAK = frozenset({"line.led", "line.name-place", "paragraph.led", "span.name", "inline.published-by", "inline.date-by"})
Origin = tuple[str, str]
Read = tuple[Candidate, Byline]


@dataclass(frozen=True, slots=True)
class Signed:
    """The authors of a document, the agencies that its bylines name, and every candidate."""

    authors: tuple[Author, ...]
    agencies: tuple[tuple[Agency, Candidate], ...]
    candidates: tuple[Candidate, ...]


def sign(reading: Reading, people: People, outlet: frozenset[str], country: str | None) -> Signed:
    """Who signed the document; `outlet` are the keys of the outlet's own names."""
    read = [(one, people.read(one.value or "", outlet, country, _is_personal(one))) for one in bylines_of(reading, people.lexicon)]
    alone = {name_key(plain(one.raw or "")) for one, byline in read if len(byline.authors) == 1}
    places = _places(read, alone)
    printed = [{name_key(a.name) for a in byline.authors} for one, byline in read if _is_printed(one, people.lexicon)]
    taken, why = _believed(places, printed)
    agencies = tuple((agency, one) for one, byline in read for agency in byline.agencies)
    return Signed(tuple(places.get(taken, {}).values()) if taken else (), agencies, tuple(_record(read, alone, places, taken, why)))


def _is_personal(candidate: Candidate) -> bool:
    """Whether one word in this place is somebody's name: where the page states its author, not a line that may be anything."""
    return candidate.source in ("input", "json-ld", "meta") or candidate.rule.startswith(PERSONAL)


def _standing(place: Origin, names: dict[str, Author]) -> int:
    """Names in full where an author is stated or marked, then single words there, then lines that merely look like bylines."""
    return 2 if _is_weak(place) else 0 if any(" " in name or not name.isascii() for name in names) else 1


def _is_weak(place: Origin) -> bool:
    return place[1] in WEAK or place[1].endswith("behind the story")


def _origin(candidate: Candidate) -> Origin:
    return candidate.source, candidate.rule


def _overlong(name: str, alone: set[str]) -> bool:
    """Whether a name holds another one that stands alone somewhere, and more behind it: a role, a place."""
    words = name_key(name).split()
    return any(" ".join(words[:count]) in alone for count in range(2, len(words)))


def _places(read: Iterable[Read], alone: set[str]) -> dict[Origin, dict[str, Author]]:
    """The people that each place names, by key, in the order in which it names them."""
    found: dict[Origin, dict[str, Author]] = {}
    for candidate, byline in read:
        for author in byline.authors:
            if not _overlong(author.name, alone):
                place = found.setdefault(_origin(candidate), {})
                place.setdefault(name_key(author.name), author)
    return found


def _is_printed(candidate: Candidate, lexicon: Lexicon) -> bool:
    """Whether a candidate is a line that `By` or the like introduces, above the story."""
    return candidate.rule in ("span.byline", "line.led") and lexicon.lead.match(candidate.raw or "") is not None


def _believed(places: dict[Origin, dict[str, Author]], printed: list[set[str]]) -> tuple[Origin | None, str]:
    """The place whose names are taken, and why the others lost."""
    if not places:
        return None, ""
    places = {place: names for place, names in places.items() if not (_is_weak(place) and len(names) > FEW)} or places
    first = min(places, key=lambda place: _standing(place, places[place]))
    own = places[first].keys()
    for place, names in places.items() if first[0] == "json-ld" else ():
        if place[0] == "meta" and names.keys() in printed and not own & names.keys():
            return place, "a printed byline agrees with the meta element on somebody else"
    for place, names in places.items():
        whole = names.keys() in printed or place[1] == "a[rel=author]"
        if own < names.keys() and len(names) <= MOST and whole:
            return place, f"{place[0]} names more"
    return first, f"{first[0]} comes first"


def _record(
    read: Iterable[Read], alone: set[str], places: dict[Origin, dict[str, Author]], taken: Origin | None, why: str
) -> Iterable[Candidate]:
    """Every part of every byline, and why it is no author."""
    authors = places.get(taken, {}) if taken else {}
    named: set[str] = set()
    for candidate, byline in read:
        for part, reason in byline.lost:
            yield Candidate(part, candidate.raw, candidate.source, candidate.rule, reason)
        for author in byline.authors:
            key = name_key(author.name)
            lost: str | None = why
            if _overlong(author.name, alone):
                lost = "holds a name that stands alone elsewhere, and more"
            elif key in named:
                lost = "named already"
            elif key in authors and _origin(candidate) == taken:
                lost = None
                named.add(key)
            yield Candidate(author.name, candidate.raw, candidate.source, candidate.rule, lost)

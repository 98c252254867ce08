"""Who signed a document: people of all its bylines, and which of the places that name them is believed.

The plain rule: the first place in the order of `bylines_of` that names a person decides, names in full before single words and
these before lines that merely look like bylines. It gives way where a byline that is printed near the headline names the same
people and more, or agrees with a meta element on somebody else. On a page the ranking of `signers` has the last word, to which the
plain rule is one voice of several. What stands alone somewhere is the whole name: longer ones hold a role.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tasks.normalize.byline import Byline, People
from tasks.normalize.choice import Candidate
from tasks.normalize.lexicon import Lexicon
from tasks.normalize.reading import Reading
from tasks.normalize.signers import LONE, POSTED, UNLIKE, Place, Scene, believed, scene_of, scores
from tasks.normalize.signing import bylines_of
from tasks.normalize.wires import Agency
from tasks.records import Author
from tasks.text import name_key, plain

NOBODY = ("an outlet", "an agency", "a desk or an organisation")  # reasons why a part of a byline is no person
FEW = 4  # names that a line which only looks like a byline may hold
MOST = 6  # authors of one story that another place adds to
PERSONAL = ("a[rel=author]", "itemprop=author")  # elements that hold a name and nothing else
# Rules for lines that only look like bylines.
WEAK = frozenset({"line.led", "line.name-place", "paragraph.led", "span.name", "inline.published-by", "inline.date-by"})
MARKED = (".author", ".byline", "itemprop=author", "a[rel=author]", "span.byline", "inline.")  # where a pen name may stand alone
Origin = tuple[str, str]
Read = tuple[Candidate, Byline]


@dataclass(frozen=True, slots=True)
class Signed:
    """The authors of a document, the agencies that its bylines name, and every candidate."""

    authors: tuple[Author, ...]
    agencies: tuple[tuple[Agency, Candidate], ...]
    candidates: tuple[Candidate, ...]


def sign(reading: Reading, people: People, outlet: frozenset[str], country: str | None, weights: Mapping[str, float]) -> Signed:
    """Who signed the document; `outlet` are the keys of the outlet's own names, `weights` those of the ranking of names."""
    read = bylines_read(reading, people, outlet, country)
    alone = _alone(read)
    places = _places(read, alone)
    taken, why = _believed(places, _printed(read, people.lexicon))
    if reading.is_page and places and not (taken and taken[0] == "input"):
        ranked, scene = places_of(reading, read, people, outlet)
        best = believed(ranked, scores(ranked, scene, weights))
        origin = (best.source, best.rule) if best else None
        why = why if origin == taken else f"{best.rule} is more like a byline" if best else UNLIKE
        kept = {name_key(name) for name in best.names} if best else set()
        places = {place: {key: a for key, a in names.items() if place != origin or key in kept} for place, names in places.items()}
        taken = origin
    agencies = tuple((agency, one) for one, byline in read for agency in byline.agencies)
    return Signed(tuple(places[taken].values()) if taken else (), agencies, tuple(_record(read, alone, places, taken, why)))


def bylines_read(reading: Reading, people: People, outlet: frozenset[str], country: str | None) -> list[Read]:
    """Every byline of the document, taken apart."""
    found = bylines_of(reading, people.lexicon)
    return [(one, people.read(one.value or "", outlet, country, _may_be_single(one, reading))) for one in found]


def _alone(read: Iterable[Read]) -> set[str]:
    """Keys of the names that are the whole of a byline somewhere."""
    return {name_key(plain(one.raw or "")) for one, byline in read if len(byline.authors) == 1}


def _printed(read: Iterable[Read], lexicon: Lexicon) -> list[set[str]]:
    """The names of each byline that `By` or the like introduces."""
    return [{name_key(a.name) for a in byline.authors} for one, byline in read if _is_printed(one, lexicon)]


def places_of(reading: Reading, read: list[Read], people: People, outlet: frozenset[str]) -> tuple[list[Place], Scene]:
    """The places that name people as the ranking sees them, and what of the page speaks for or against them."""
    places = _places(read, _alone(read))
    usual, _ = _believed(places, _printed(read, people.lexicon))
    ranked = [Place(*origin, tuple(a.name for a in names.values()), origin == usual) for origin, names in places.items()]
    return ranked, _scene(reading, read, outlet, people.lexicon.role_words)


def _scene(reading: Reading, read: list[Read], outlet: frozenset[str], roles: frozenset[str]) -> Scene:
    headlines = [clue.raw for clue in reading.clued("headline")]
    others = (one for one, byline in read if byline.agencies or any(why in NOBODY for _, why in byline.lost))
    nobody = frozenset(Place(*_origin(one), ()).family for one in others)
    return scene_of(reading.source_text, headlines, sorted(outlet), reading.body, roles, nobody)


def _is_personal(candidate: Candidate) -> bool:
    """Whether one word in this place is somebody's name: where the page states its author, not a line that may be anything."""
    return candidate.source in ("input", "json-ld", "meta") or candidate.rule.startswith(PERSONAL)


def _may_be_single(candidate: Candidate, reading: Reading) -> bool:
    """Whether one word may be a name here; on pages also where markup or a word like `By` says that somebody signs."""
    return _is_personal(candidate) or (reading.is_page and candidate.rule.startswith(MARKED))


def _standing(place: Origin, names: dict[str, Author]) -> int:
    """Names in full where an author is stated or marked, then single words there, then lines that merely look like bylines."""
    return 2 if _is_weak(place) else 0 if any(" " in name or not name.isascii() for name in names) else 1


def _counts(place: Origin, names: dict[str, Author]) -> bool:
    """Whether the plain rule believes a place at all: not one of too many names, nor of a single word that nothing says is a name."""
    if place[1] in LONE or (_is_weak(place) and len(names) > FEW):
        return False
    personal = place[0] in ("input", "json-ld", "meta") or place[1].startswith((*PERSONAL, POSTED))
    return personal or any(" " in name or not name.isascii() for name in names)


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
    places = {place: names for place, names in places.items() if _counts(place, names)}
    if not places:
        return None, "looks like a byline and no more"
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

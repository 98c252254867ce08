"""What a site calls itself: one name out of the several that its pages state."""

import html
import re

from tasks.normalize.reading import Reading
from tasks.text import name_key, plain

LINK = re.compile(r"\s*(?:https?:|www\.|@|/)")
LEGAL = re.compile(
    r"(?:,?(?<!\s)\s+"
    r"(?:GmbH(?: & Co\.? KG)?|AG|eG|S\.?\s?L\.?U?\.?|S\.?A\.?|S\.?p\.?A\.?|Ltd\.?|Inc\.?|LLC|plc|B\.?V\.?|AS|AB|Oy|Corp\.?)){1,3}\Z"
)
NOTICE = re.compile(
    r"(?:©|\([cC]\)|\bCopyright\b)\s*|\b(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?\b"
    r"|\b(?:[Aa]ll rights reserved|Alle Rechte vorbehalten|Tous droits réservés|Todos los derechos reservados)\.?"
)
SUFFIX = re.compile(r"(?<=[^\s.])(?:\.(?:com|net|org|info|news|online|tv|co))?\.[a-z]{2,6}\Z")
TAGLINE = re.compile(r"(?<!\s)\s+[|–—-]\s+|(?:(?<!\s)\s+)?[|｜]\s*")
ORDER = (
    *("publisher.name", "og:site_name", "Organization.name", "WebSite.name"),
    *("application-name", "publisher", "web-app-title", "copyright"),
)
LONGEST = 60
STATED = 400  # characters of a statement that are looked at


def site_names_stated(reading: Reading) -> list[tuple[str, str, str, str]]:
    """Names of the site (name, raw, source, rule), best rule first, cleaned of links, notices, legal forms and taglines."""
    found = [(name, clue.raw, clue.source, clue.rule) for clue in reading.clued("outlet") if (name := clean_name(clue.raw))]
    return sorted(found, key=lambda row: _standing(row[3]))


def _standing(rule: str) -> int:
    rank = next((rank for rank, word in enumerate(ORDER) if word in rule), len(ORDER))
    return len(ORDER) if "sourceOrganization" in rule or "copyrightHolder" in rule else rank


def clean_name(raw: str) -> str | None:
    """A site's name as one would print it, or None where the text is a link, a handle or a sentence."""
    raw = raw[:STATED]
    if LINK.match(raw):
        return None
    name = TAGLINE.split(plain(NOTICE.sub(" ", html.unescape(raw))).strip(" .,-–"))[0]
    name = LEGAL.sub("", name).strip(" .,-–")
    bare = SUFFIX.sub("", name)
    if bare != name and " " not in bare:
        name = bare if bare != bare.lower() else bare.capitalize()
    return name if 1 < len(name) <= LONGEST and any(map(str.isalpha, name)) else None


def best_name(reading: Reading, domain: str | None) -> str:
    """The name to print for an outlet that nobody vouches for, or nothing.

    The one that its domain abbreviates, else the one that is its domain in words, else what stands in the best place.
    """
    stated = [name for name, *_ in site_names_stated(reading)]
    label = _squeezed((domain or "").split(".")[0])
    spelled = [name for name in stated if len(label) > 1 and initials(name) == label]
    same = [name for name in stated if label and _squeezed(name_key(name)) in (label, f"the{label}")]
    return next(iter([*spelled, *same, *stated]), "")


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def initials(name: str) -> str:
    """The first letters of a name's words, in lower case."""
    return "".join(word[0] for word in name_key(name).split())

"""The outlets of config/outlets: who can be vouched for, who is only a candidate, and what gives a template away."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from tasks.normalize.facts import OutletFacts
from tasks.settings import ConfigurationError, read_csv, read_yaml
from tasks.text import name_key

DOMAIN = re.compile(r"[\w\-]+(?:\.[\w\-]+)+\Z")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?\Z")
COUNTRY = re.compile(r"[A-Z]{2}\Z")
ARTICLES = ("the ", "der ", "die ", "das ", "le ", "la ", "les ", "el ", "il ", "o ", "a ")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A template known by what its pages leave in extracted text: glyph names of an icon font, labels of its furniture."""

    id: str
    domain: str
    parts: tuple[str, ...]
    least: int  # so many of the parts in one line


@dataclass(frozen=True, slots=True)
class Mention:
    """A wording in which an outlet names itself; the name stands in the group `name`."""

    id: str
    pattern: re.Pattern[str]
    where: tuple[str, ...]  # `body`, or the classes of removed lines


@dataclass(frozen=True, slots=True)
class Registry:
    """Lookup of outlets. Names are keys as `name_key` makes them, with and without an article."""

    outlets: dict[str, OutletFacts]
    candidates: dict[str, OutletFacts]
    names: dict[str, tuple[OutletFacts, ...]]
    fingerprints: tuple[Fingerprint, ...]
    mentions: tuple[Mention, ...]
    platforms: frozenset[str]  # domains that publish nothing themselves
    words: frozenset[str] = frozenset()  # of which names of outlets consist

    def by_domain(self, domain: str) -> OutletFacts | None:
        """The outlet of a host or registrable domain, vouched or candidate (then without an id)."""
        return self.outlets.get(domain) or self.candidates.get(domain)

    def by_name(self, name: str, country: str | None = None) -> OutletFacts | None:
        """The one vouched outlet of this name; several are told apart by country, else nobody is meant."""
        found = self.names.get(name_key(name)) or self.names.get(bare_name(name), ())
        if len(found) > 1 and country:
            found = tuple(o for o in found if o.country == country)
        return found[0] if len(found) == 1 else None

    def is_name(self, name: str) -> bool:
        """Whether some vouched outlet is called so."""
        return name_key(name) in self.names


def bare_name(name: str) -> str:
    """The key of a name without its leading article."""
    return without_article(name_key(name))


def without_article(key: str) -> str:
    """A key without the article at its start."""
    return key.split(" ", 1)[1] if key.startswith(ARTICLES) else key


@cache
def load_registry(folder: Path) -> Registry:
    """Read config/outlets. Raises ConfigurationError where rows contradict each other."""
    path = folder / "outlets" / "outlets.csv"
    rows = read_csv(path)
    outlets = {row["domain"]: _outlet(row, path, number) for number, row in enumerate(rows, 2)}
    if len(outlets) < len(rows):
        double = next(d for d, n in Counter(row["domain"] for row in rows).items() if n > 1)
        raise ConfigurationError(f"{path}: {double} has two rows; keep one")
    candidates = _candidates(folder / "outlets" / "candidates.csv", outlets)
    fingerprints, mentions = _signs(folder / "outlets" / "fingerprints.yml"), _mentions(folder / "outlets" / "mentions.yml")
    if stray := next((f for f in fingerprints if f.domain not in outlets), None):
        raise ConfigurationError(f"{folder}/outlets/fingerprints.yml: {stray.id} names {stray.domain}, which outlets.csv does not have")
    platforms = frozenset(read_yaml(folder / "outlets" / "platforms.yml"))
    names = _named(rows, outlets)
    words = frozenset(word for key in (*names, *(name_key(outlet.name) for outlet in candidates.values())) for word in key.split())
    return Registry(_other_addresses(rows, outlets) | outlets, candidates, names, fingerprints, mentions, platforms, words)


def _other_addresses(rows: Iterable[dict[str, str]], outlets: dict[str, OutletFacts]) -> dict[str, OutletFacts]:
    """Hosts at which outlets stand or stood besides their domain: aliases that are written as hosts are, in lower case."""
    aliases = ((alias, outlets[row["domain"]]) for row in rows for alias in row["aliases"].split(";"))
    return {alias: outlet for alias, outlet in aliases if DOMAIN.match(alias) and alias.islower() and alias not in outlets}


@cache
def _countries_of_zones() -> dict[str, frozenset[str]]:
    """The canonical IANA zones and the countries that lie in each; `Etc/GMT` and `Etc/UTC` lie in none."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: frozenset((row[0],)) for row in rows} | dict.fromkeys(("Etc/GMT", "Etc/UTC"), frozenset())


def _outlet(row: dict[str, str], path: Path, number: int) -> OutletFacts:
    domain, country = row["domain"], row["country"]
    if not DOMAIN.match(domain) or not row["name"] or not COUNTRY.match(country) or not row["provenance"]:
        raise ConfigurationError(f"{path}: line {number}: needs a domain in lower case, a name, a country of two letters and a provenance")
    zones = _countries_of_zones()
    for zone in filter(None, (row["timezone"], row["display_timezone"])):
        if zone not in zones:
            raise ConfigurationError(f"{path}: line {number}: {zone} is no IANA time zone, or an old name of one")
    if row["timezone"] and country not in zones[row["timezone"]]:
        raise ConfigurationError(f"{path}: line {number}: {row['timezone']} does not lie in {country}; name a zone of the outlet's country")
    if row["language"] and not LANGUAGE.match(row["language"]):
        raise ConfigurationError(f"{path}: line {number}: {row['language']!r} is no language tag")
    return OutletFacts(
        outlet_id=domain,
        name=row["name"],
        domain=domain,
        country=country,
        language=row["language"] or None,
        timezone=row["timezone"] or None,
        display_timezone=row["display_timezone"] or None,
    )


def _candidates(path: Path, outlets: dict[str, OutletFacts]) -> dict[str, OutletFacts]:
    found = {}
    for number, row in enumerate(read_csv(path), 2):
        domain = row["domain"]
        if domain in outlets or domain in found:
            raise ConfigurationError(f"{path}: line {number}: {domain} is in the registry or twice among the candidates; keep one row")
        found[domain] = OutletFacts(outlet_id=None, name=row["name"], domain=domain, country=row["country"] or None)
    return found


def _named(rows: Iterable[dict[str, str]], outlets: dict[str, OutletFacts]) -> dict[str, tuple[OutletFacts, ...]]:
    """Keys of names and aliases; an outlet's own name outranks another's alias."""
    own: dict[str, list[OutletFacts]] = {}
    other: dict[str, list[OutletFacts]] = {}
    for row in rows:
        outlet = outlets[row["domain"]]
        for key in _keys(row["name"]):
            own.setdefault(key, []).append(outlet)
        for alias in row["aliases"].split(";") if row["aliases"] else ():
            for key in _keys(alias):
                other.setdefault(key, []).append(outlet)
    merged = {key: tuple(dict.fromkeys(found)) for key, found in other.items()}
    return merged | {key: tuple(found) for key, found in own.items()}


def _keys(name: str) -> tuple[str, ...]:
    """A name's key, and the one without its article where it has one."""
    key = name_key(name)
    return (key, without_article(key)) if key.startswith(ARTICLES) else (key,)


def _signs(path: Path) -> tuple[Fingerprint, ...]:
    try:
        return tuple(Fingerprint(e["id"], e["domain"], tuple(e["parts"]), e["least"]) for e in read_yaml(path))
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: an entry lacks {error}; each has id, domain, parts, least, yes and no") from None


def _mentions(path: Path) -> tuple[Mention, ...]:
    try:
        return tuple(Mention(e["id"], re.compile(e["pattern"]), tuple(e["where"])) for e in read_yaml(path))
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: an entry lacks {error}; each has id, pattern, where, yes and no") from None
    except re.error as error:
        raise ConfigurationError(f"{path}: not a regular expression: {error}") from None

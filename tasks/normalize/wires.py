"""The agencies of config/agencies: their forms, and the intermediaries through which texts are passed on."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.settings import ConfigurationError, read_csv, read_yaml
from tasks.text import name_key

KINDS = ("wire", "photo", "press-release", "syndicate")
EDGES = " .,;:–—-@©"  # around a form, no part of it
DESK = re.compile(r"[\s/\-](?:[a-z]{2,3}|infocom|AFX)\Z")  # dpa/lnw, dpa-infocom, dpa-AFX: the agency's own services


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency; only those of kind `wire` and `syndicate` own texts."""

    id: str
    name: str
    country: str
    domain: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Form:
    """How an agency signs. A `mark` counts only in a credit's shape, a `name` also alone on a byline."""

    agency: Agency
    text: str
    kind: str  # mark or name
    country: str | None  # where a form that several agencies share means this one


@dataclass(frozen=True, slots=True)
class Shape:
    """A wording that names an agency or an intermediary in one of its groups, or by itself (`agency`)."""

    id: str
    pattern: re.Pattern[str]
    at: str = ""  # where it counts
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Wires:
    """Lookup of agencies by form; marks keep their case, names do not."""

    agencies: dict[str, Agency]
    marks: dict[str, tuple[Form, ...]]
    names: dict[str, tuple[Form, ...]]
    domains: dict[str, Agency]
    notices: tuple[Shape, ...]
    credits: tuple[Shape, ...]
    datelines: tuple[Shape, ...]
    words: frozenset[str]  # marks that are also words
    worldwide: frozenset[str]  # agencies whose place without a country may lie anywhere
    homes: dict[str, str]  # the country that a language is written in, where it is one

    def find(self, text: str, country: str | None = None, marks: bool = True) -> Agency | None:
        """The agency that a piece of a credit names, whole; shared forms need the country. None where it names nobody."""
        text = text.strip(EDGES)
        found = self._forms(text, marks) or self._forms(DESK.sub("", text), marks)
        if len({form.agency.id for form in found}) > 1:
            found = tuple(form for form in found if country and form.country == country)
        return found[0].agency if len({form.agency.id for form in found}) == 1 else None

    def find_alone(self, text: str, country: str | None) -> Agency | None:
        """Likewise for a form without any other sign of a credit: a mark that is also a word needs the agency's own country."""
        agency = self.find(text, country)
        return None if agency and text.strip(EDGES) in self.words and agency.country != country else agency

    def is_form(self, text: str) -> bool:
        """Whether a text is some agency's mark or name, ambiguous or not."""
        text = text.strip(EDGES)
        return bool(self._forms(text, marks=True))

    def _forms(self, text: str, marks: bool) -> tuple[Form, ...]:
        return self.names.get(name_key(text)) or (self.marks.get(text, ()) if marks else ())


@cache
def load_wires(folder: Path) -> Wires:
    """Read config/agencies. Raises ConfigurationError for a form without an agency or a kind that does not exist."""
    path = folder / "agencies" / "agencies.csv"
    agencies = {row["id"]: _agency(row, path) for row in read_csv(path)}
    marks: dict[str, list[Form]] = {}
    names: dict[str, list[Form]] = {}
    path = folder / "agencies" / "forms.csv"
    for number, row in enumerate(read_csv(path), 2):
        agency = agencies.get(row["agency"])
        if agency is None or row["kind"] not in ("mark", "name"):
            raise ConfigurationError(f"{path}: line {number}: needs an agency of agencies.csv and the kind mark or name")
        form = Form(agency, row["form"], row["kind"], agency.country)
        text = row["form"].strip(EDGES)
        table, key = (marks, text) if row["kind"] == "mark" else (names, name_key(text))
        table.setdefault(key, []).append(form)
    signs = read_yaml(folder / "agencies" / "words.yml")
    return Wires(
        agencies=agencies,
        marks={key: tuple(forms) for key, forms in marks.items()},
        names={key: tuple(forms) for key, forms in names.items()},
        domains={agency.domain: agency for agency in agencies.values() if agency.domain},
        notices=_shapes(folder / "agencies" / "notices.yml"),
        credits=_shapes(folder / "agencies" / "credits.yml"),
        datelines=_shapes(folder / "agencies" / "datelines.yml"),
        words=frozenset(signs["words"]),
        worldwide=frozenset(signs["worldwide"]),
        homes=signs["homes"],
    )


def _agency(row: dict[str, str], path: Path) -> Agency:
    if row["kind"] not in KINDS:
        raise ConfigurationError(f"{path}: {row['id']}: kind {row['kind']!r} is none of {', '.join(KINDS)}")
    return Agency(row["id"], row["name"], row["country"], row["domain"] or None, row["kind"])


def _shapes(path: Path) -> tuple[Shape, ...]:
    try:
        return tuple(Shape(e["id"], re.compile(e["pattern"]), e.get("at", ""), e.get("agency")) for e in read_yaml(path))
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{path}: an entry lacks {error}; each has id, pattern, yes and no") from None
    except re.error as error:
        raise ConfigurationError(f"{path}: not a regular expression: {error}") from None

"""The places of config/places, looked up by any of their names."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.settings import ConfigurationError, read_csv, read_yaml
from tasks.text import name_key


@dataclass(frozen=True, slots=True)
class Place:
    """A city: its English name, its country, the state within the United States, its population."""

    name: str
    country: str
    state: str
    population: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """Lookup of cities and countries; keys are as `name_key` makes them."""

    cities: dict[str, tuple[Place, ...]]
    countries: dict[str, str]
    states: dict[str, tuple[str, str]]  # abbreviation or name of a part of a country: country and code
    words: frozenset[str]  # city names that are common words

    def city(self, name: str, qualifier: str | None = None, home: str | None = None) -> Place | None:
        """The largest city of a name, within the state or country that stands beside it where one does, else first in `home`."""
        found = self.cities.get(name_key(name), ())
        country, state = self.region(qualifier) if qualifier else (None, None)
        if country:
            found = tuple(p for p in found if p.country == country and (not state or not p.state or p.state == state))
        return max(found, key=lambda place: (place.country == home, place.population), default=None)

    def region(self, name: str) -> tuple[str | None, str | None]:
        """Country and state that a qualifier names (`Ill.`, `Bavaria`, `Ukraine`)."""
        key = name_key(name).rstrip(".")
        if key in self.states:
            return self.states[key]
        return self.countries.get(key), None

    def is_word(self, name: str) -> bool:
        """Whether a name needs more than itself to be a place."""
        return name_key(name) in self.words


@cache
def load_atlas(folder: Path) -> Atlas:
    """Read config/places. Raises ConfigurationError for a city in an unknown country."""
    countries: dict[str, str] = {}
    codes: set[str] = set()
    for row in read_csv(folder / "places" / "countries.csv"):
        codes.add(row["country"])
        countries |= dict.fromkeys([name_key(row["name"]), *filter(None, row["names"].split(";"))], row["country"])
    words = read_yaml(folder / "places" / "words.yml")
    states = {name_key(name).rstrip("."): (entry["country"], entry["code"]) for entry in words["states"] for name in entry["names"]}
    cities = _with_towns(_cities(folder / "places" / "cities.csv", codes), folder / "places" / "towns.csv")
    return Atlas(cities, countries, states, frozenset(map(name_key, words["words"])))


def _cities(path: Path, codes: set[str]) -> dict[str, tuple[Place, ...]]:
    cities: dict[str, tuple[Place, ...]] = {}
    for row in read_csv(path):
        if row["country"] not in codes:
            raise ConfigurationError(f"{path}: {row['name']} lies in {row['country']}, which countries.csv does not have")
        place = (Place(row["name"], row["country"], row["state"], int(row["population"])),)
        for key in (name_key(row["name"]), *filter(None, row["names"].split(";"))):
            cities[key] = cities.get(key, ()) + place
    return cities


def _with_towns(cities: dict[str, tuple[Place, ...]], path: Path) -> dict[str, tuple[Place, ...]]:
    """Towns under the size of the extract, and more names of its cities; a town without a population comes after every city."""
    grown = dict(cities)
    for row in read_csv(path):
        key = name_key(row["name"])
        town = next((p for p in cities.get(key, ()) if p.country == row["country"]), Place(row["name"], row["country"], "", 0))
        for name in (key, *filter(None, row["names"].split(";"))):
            if town not in grown.get(name, ()):
                grown[name] = (*grown.get(name, ()), town)
    return grown

"""The room's tables from config/: names of row fields, character sets, separators."""

import codecs
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tasks.settings import CONFIG, ConfigurationError, read_yaml


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What a language's letters beyond ASCII are worth, and the character sets it is written in."""

    id: str
    charsets: tuple[str, ...]
    worth: dict[str, float]  # 1.0 for frequent letters, less for rare ones and capitals
    capitals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Charsets:
    """All of `config/charsets.yml`."""

    alphabets: tuple[Alphabet, ...]
    marks: frozenset[str]
    labels: dict[str, str]
    codecs: dict[str, str]


def _section(path: Path, content: Any, key: str, kind: type) -> Any:
    value = content.get(key) if isinstance(content, dict) else None
    if not isinstance(value, kind):
        raise ConfigurationError(f"{path}: `{key}` is missing or of another kind")
    return value


def field_key(name: str) -> str:
    """A field's name as it is compared: lower case, without spaces, dots, dashes and underscores."""
    return "".join(c for c in name.lower() if c not in " ._-\t\ufeff")


@cache
def field_names(folder: Path = CONFIG) -> dict[str, tuple[str, int]]:
    """Field key -> (field of the contract, rank; 0 is preferred), from `fields.yml`."""
    path = folder / "fields.yml"
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ConfigurationError(f"{path}: a list of fields is asked for")
    names: dict[str, tuple[str, int]] = {}
    for row in rows:
        field = _section(path, row, "field", str)
        for rank, name in enumerate(_section(path, row, "names", list)):
            if names.get(field_key(name), (field, 0))[0] != field:
                raise ConfigurationError(f"{path}: {name} stands under two fields")
            names.setdefault(field_key(name), (field, rank))
    return names


def _alphabet(path: Path, row: dict[str, Any]) -> Alphabet:
    frequent, _, rare = _section(path, row, "letters", str).partition("|")
    worth = dict.fromkeys(rare, 0.7) | dict.fromkeys(frequent, 1.0)
    capitals = {} if row.get("case") == "none" else {c.upper(): 0.6 for c in worth if len(c.upper()) == 1 and c.upper() != c}
    return Alphabet(row["id"], tuple(_section(path, row, "charsets", list)), capitals | worth, frozenset(set(capitals) - set(worth)))


@cache
def charsets(folder: Path = CONFIG) -> Charsets:
    """`charsets.yml`. Raises ConfigurationError where a part is missing or a codec is unknown."""
    path = folder / "charsets.yml"
    content = read_yaml(path)
    alphabets = tuple(_alphabet(path, row) for row in _section(path, content, "languages", list))
    names = _section(path, content, "codecs", dict)
    for charset in sorted({c for a in alphabets for c in a.charsets} | set(names.values())):
        try:
            codecs.lookup(names.get(charset, charset))
        except LookupError:
            raise ConfigurationError(f"{path}: {charset}: Python has no such codec") from None
    return Charsets(alphabets, frozenset(_section(path, content, "marks", str)), _section(path, content, "labels", dict), names)

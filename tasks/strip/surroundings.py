"""What paths say of blocks and how captions print credits: config/debris/places.yml and pictures.yml as compiled patterns."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.gate import gate_of, parsed
from tasks.strip.knowledge import compiled, expanded


@dataclass(frozen=True, slots=True)
class Outside:
    """A class of debris and the paths at which it stands."""

    kind: str
    path: re.Pattern[str]
    definite: bool


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What the path of a block says of it. Paths are read part by part: the parts return on every page, the paths do not."""

    caption: re.Pattern[str]
    credit: re.Pattern[str]
    standfirst: re.Pattern[str]
    outside: tuple[Outside, ...]
    gates: tuple[tuple[str, ...] | None, tuple[str, ...] | None]  # of which a part holds one where `caption`, or one of `outside`, matches


@lru_cache(maxsize=50_000)
def captioned(places: Places, part: str) -> bool:
    """Whether a part of a path says that a caption stands below it; a slash stands for the beginning of the part."""
    return held(places.gates[0], part) and places.caption.search(f"/{part}") is not None


@lru_cache(maxsize=50_000)
def outside_of(places: Places, part: str) -> tuple[Outside, ...]:
    """What a part of a path names."""
    return tuple(outside for outside in places.outside if outside.path.search(part)) if held(places.gates[1], part) else ()


def held(gate: tuple[str, ...] | None, part: str) -> bool:
    """Whether a part of a path holds one of the strings of a gate; most parts hold none."""
    return gate is None or any(map(part.__contains__, gate))


@dataclass(frozen=True, slots=True)
class Pictures:
    """How captions print their credit."""

    label: re.Pattern[str]
    credit: tuple[re.Pattern[str], ...]
    picture: re.Pattern[str]
    agency: re.Pattern[str]  # the name or mark of an agency


def table(path: Path, keys: tuple[str, ...]) -> dict[str, Any]:
    """The content of a file that holds exactly these keys."""
    content = read_yaml(path)
    if not isinstance(content, dict) or set(content) != set(keys):
        raise ConfigurationError(f"{path}: it should hold the keys {', '.join(keys)}")
    return content


@cache
def load_places(folder: Path) -> Places:
    """The places of a configuration folder. Raises ConfigurationError."""
    path = folder / "debris" / "places.yml"
    content = table(path, ("caption", "credit", "standfirst", "outside"))
    outside = tuple(Outside(row["class"], compiled(row["path"], 0, str(path)), row.get("definite", False)) for row in content["outside"])
    caption, credit, standfirst = (compiled(content[key], 0, f"{path}: {key}") for key in ("caption", "credit", "standfirst"))
    together = "|".join(f"(?:{one.path.pattern})" for one in outside)
    gates = gate_of(parsed(caption.pattern), exact=True), gate_of(parsed(together), exact=True)
    return Places(caption, credit, standfirst, outside, gates)


@cache
def load_pictures(folder: Path) -> Pictures:
    """The forms of credits of a configuration folder. Raises ConfigurationError."""
    path, macros = folder / "debris" / "pictures.yml", read_yaml(folder / "debris" / "macros.yml")
    content = table(path, ("label", "credit", "picture"))
    label, picture = (compiled(expanded(content[key], macros), re.IGNORECASE, f"{path}: {key}") for key in ("label", "picture"))
    agency = compiled(r"(?<!\w)" + expanded("{agency}", macros) + r"(?!\w)", 0, f"{path}: agency")
    return Pictures(label, tuple(compiled(expanded(form, macros), 0, f"{path}: credit") for form in content["credit"]), picture, agency)

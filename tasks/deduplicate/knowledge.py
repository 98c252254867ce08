"""config/deduplicate.yml as typed, validated rules."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.deduplicate.words import hashes_of
from tasks.settings import CONFIG, ConfigurationError, read_yaml

ORDERS = ("agency-own", "fullest", "earliest", "outlet-evidence", "document-id")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shingles(_Section):
    """How a text becomes shingles."""

    words: int = Field(5, ge=2, le=9, description="words in a shingle")
    sample: int = Field(4, ge=1, description="one shingle in so many is kept, by its hash")


class Matching(_Section):
    """When two texts are one story."""

    shared: int = Field(3, ge=1, description="sampled shingles that two texts share at least")
    met: float = Field(0.1, ge=0, le=1, description="share of the smaller text by which a pair is met in the index before it is compared")
    recalled: float = Field(0.15, ge=0, le=1, description="share of the smaller text by which a remembered document is read at all")
    containment: float = Field(0.5, gt=0, le=1, description="share of the shorter text that is found in the longer one, at least")
    little: int = Field(80, ge=0, description="an overlap of fewer words is little evidence")
    little_containment: float = Field(0.65, gt=0, le=1, description="share asked of the shorter text where there is little evidence")
    version: float = Field(0.3, gt=0, le=1, description="share asked of the shorter one of two versions of a page")
    longer: float = Field(2.0, ge=1, description="from this ratio of lengths on the overlap has to lie at the head of the longer text")
    slack: int = Field(60, ge=0, description="words of debris that may stand before the head of the longer text")
    head: float = Field(0.7, gt=0, le=1, description="share of the overlap that lies at the head, at least")
    loose: float = Field(0.4, gt=0, le=1, description="containment by which texts are grouped to see which shingles are common")
    common: int = Field(6, ge=2, description="loose groups in which a shingle occurs before it no longer counts")


class Relations(_Section):
    """What a copy is called."""

    near: float = Field(0.7, gt=0, le=1, description="Jaccard similarity from which on two texts are near copies")
    contained: float = Field(0.5, gt=0, le=1, description="share of the smaller one that makes an excerpt or an extended copy")


class Grouping(_Section):
    """How much of a run is looked at together; no figure changes what comes out."""

    shingles: int = Field(4_000_000, ge=1, description="entries of the index that one task holds; 50 bytes each")
    texts: int = Field(50_000, ge=1, description="texts whose partners one task compares; 2,000 bytes each")


class Rules(_Section):
    """All of `config/deduplicate.yml`."""

    shingles: Shingles = Shingles()
    matching: Matching = Matching()
    relations: Relations = Relations()
    grouping: Grouping = Grouping()
    head: tuple[str, ...] = ORDERS
    outlet_evidence: tuple[str, ...] = ()
    agencies: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, tuple[str, ...]] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    ignored: tuple[str, ...] = ()
    datelines: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()


def _patterns(path: Path, key: str, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ConfigurationError(f"{path}: {key}: {pattern!r}: {error}") from None


def _words(path: Path, rules: Rules) -> None:
    entries = [*rules.numbers.items(), *rules.spellings.items()]
    listed = [*rules.ignored, *(word for key, values in entries for word in (key, *values))]
    try:
        hashes_of(listed)
    except ValueError as error:
        raise ConfigurationError(f"{path}: ignored, numbers or spellings: {error}") from None


@cache
def load_rules(folder: Path = CONFIG) -> Rules:
    """The rules of a configuration folder. Raises ConfigurationError with one line for the first mistake."""
    path = folder / "deduplicate.yml"
    content: Any = read_yaml(path) or {}
    try:
        rules = Rules.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    if unknown := next((name for name in rules.head if name not in ORDERS), None):
        raise ConfigurationError(f"{path}: head: {unknown!r} is none of {', '.join(ORDERS)}")
    _patterns(path, "datelines", rules.datelines)
    _patterns(path, "tails", rules.tails)
    _words(path, rules)
    return rules

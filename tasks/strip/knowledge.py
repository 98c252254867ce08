"""Debris rules: config/debris/*.yml as compiled, validated objects.

A rule names a class and, language by language, the forms of a line (or of the end of one) that are debris of that class,
where in the document it may act, and how long the line may be. Its examples are tests.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.gate import gate_of, parsed, passes
from tasks.strip.heads import heads_of

ANCHORS = {
    "whole": r"^[\W_]{{0,4}}(?:{})[\W_]{{0,4}}$",
    "start": r"^[\W_]{{0,4}}(?:{})",
    "end": r"(?:{})\s*$",
    "inside": r"(?:{})",
}
SEARCHED = {"end", "inside"}  # anchors whose patterns are tried at every character
ANY = 1 << 30  # reach of a pattern that may lie anywhere
TABLES = {"macros.yml", "model.yml", "pictures.yml", "places.yml", "refusals.yml", "words.yml"}  # what patterns and passes share, no rules
At = Literal["whole", "start", "end", "inside"]
Place = Literal["anywhere", "head", "tail", "edge"]


class RuleEntry(BaseModel):
    """A rule as it stands in the file."""

    model_config = ConfigDict(extra="forbid")

    id: str
    class_: str | None = Field(None, alias="class")
    at: At
    place: Place = "anywhere"
    words: int = 1000
    take: Literal["line", "match"] = "line"
    case: Literal["any", "exact"] = "any"
    lonely: bool = False
    forms: dict[str, list[str]]
    not_: list[str] = Field([], alias="not")
    yes: list[str]
    no: list[str]


class RuleFile(BaseModel):
    """A file of rules, with a class for all of them or one each."""

    model_config = ConfigDict(extra="forbid")

    class_: str | None = Field(None, alias="class")
    rules: list[RuleEntry]


@dataclass(frozen=True)
class Form:
    """A pattern, compiled when it is first tried, and what tells beforehand that a line cannot match it."""

    source: str
    flags: int
    bound: bool  # to the beginning of the line, not searched for in it
    gate: tuple[str, ...] | None  # strings of which every match holds one
    heads: tuple[str, ...] = ()  # how matches begin, of a bound form of which that is known
    reach: int = ANY  # characters from the end of a line in which a match lies

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.source, self.flags)


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule."""

    id: str
    kind: str
    place: str
    words: int
    whole_line: bool  # the line is debris, not the matched stretch alone
    lonely: bool  # not where the lines beside it are of the same kind (tables)
    forms: tuple[Form, ...]
    veto: re.Pattern[str] | None
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @property
    def bound(self) -> bool:
        """Whether it is for the beginning of a line; forms that begin with anything else stand behind those."""
        return self.forms[0].bound or self.forms[0].gate is None

    def find(self, text: str) -> re.Match[str] | None:
        """The first match in a line, or None where a veto or nothing matches."""
        matches = [match for form in self.forms if passes(form.gate, text) and (match := form.pattern.search(text))]
        if not matches or (self.veto is not None and self.veto.search(text)):
            return None
        return min(matches, key=lambda match: match.start())


def compiled(pattern: str, flags: int, where: str) -> re.Pattern[str]:
    """A pattern, or a ConfigurationError that says where it stands."""
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise ConfigurationError(f"{where}: the pattern does not compile: {error}") from None


def rule_of(entry: RuleEntry, kind: str | None, macros: dict[str, str], path: Path) -> Rule:
    """A rule entry with its macros put in and its forms joined over all languages."""
    where = f"{path}: rule {entry.id}"
    if kind is None:
        raise ConfigurationError(f"{where} has no class")
    forms = [expanded(form, macros) for language in entry.forms.values() for form in language]
    flags = re.NOFLAG if entry.case == "exact" else re.IGNORECASE
    return Rule(
        id=entry.id,
        kind=kind,
        place=entry.place,
        words=entry.words,
        whole_line=entry.take == "line",
        lonely=entry.lonely,
        forms=tuple(forms_of(entry.at, forms, flags, where)),
        veto=compiled("|".join(expanded(form, macros) for form in entry.not_), flags, where) if entry.not_ else None,
        yes=tuple(entry.yes),
        no=tuple(entry.no),
    )


def forms_of(at: At, forms: list[str], flags: int, where: str) -> list[Form]:
    """The forms one by one, those bound to the beginning of a line before those searched for in it."""
    searched = [form for form in forms if at in SEARCHED or form.startswith(".{")]
    bound = [form for form in forms if form not in searched]
    ordered = [(form, True) for form in bound] + [(form, False) for form in searched]
    return [form_of(at, form, flags, where, bound=is_bound) for form, is_bound in ordered]


def form_of(at: At, form: str, flags: int, where: str, *, bound: bool) -> Form:
    """A form between its anchors; it is parsed here, so that a mistake shows at once, and compiled when it is needed."""
    try:
        tree = parsed(form)
    except re.error as error:
        raise ConfigurationError(f"{where}: the pattern does not compile: {error}") from None
    heads = tuple(sorted(heads_of(tree, whole=at == "whole"))) if bound else ("",)
    gate, reach = gate_of(tree, exact=not flags & re.IGNORECASE), min(ANY, tree.getwidth()[1]) if at == "end" else ANY
    return Form(ANCHORS[at].format(form), flags, bound, gate, heads if "" not in heads else (), reach)


def expanded(form: str, macros: dict[str, str]) -> str:
    """A form with {name} replaced by the macro of that name; quantifiers such as {0,20} stay."""
    return re.sub(r"\{([a-z][a-z-]*)\}", lambda m: macros.get(m.group(1), m.group(0)), form)


def rules_of(path: Path, macros: dict[str, str]) -> list[Rule]:
    """The rules of one file, in order."""
    try:
        content = RuleFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return [rule_of(entry, entry.class_ or content.class_, macros, path) for entry in content.rules]


@cache
def load_rules(folder: Path) -> tuple[Rule, ...]:
    """All debris rules of a configuration folder, sorted by file and order. Raises ConfigurationError."""
    macros: dict[str, str] = read_yaml(folder / "debris" / "macros.yml")
    rules: list[Rule] = []
    for path in sorted((folder / "debris").glob("*.yml")):
        if path.name not in TABLES:
            rules.extend(rules_of(path, macros))
    twice: dict[str, Any] = {}
    for rule in rules:
        if twice.setdefault(rule.id, rule) is not rule:
            raise ConfigurationError(f"{folder / 'debris'}: two rules are called {rule.id}")
    return tuple(rules)

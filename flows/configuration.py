"""Settings from the outside in: `pipeline.yml`, then the environment, then flags; each value knows where it came from.

`COPYDESK_LIMITS__NESTING=6` is the key `limits.nesting`, as is `--set limits.nesting=6`.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tasks.settings import CONFIG, PIPELINE, SHAPING, ConfigurationError, Pipeline, Settings, digest_of, stated, validated

PREFIX, BETWEEN = "COPYDESK_", "__"
DEFAULT = "default"
NOTHING = "null"  # as the file has it; any other text is taken as it stands, a cron line among them, and read as its setting's type


@dataclass(frozen=True, slots=True)
class Value:
    """One setting: its dotted key, what holds, where that came from, and what it means."""

    key: str
    value: Any
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings that hold, and of each key that does not stand at its default, where it was set."""

    settings: Settings
    sources: Mapping[str, str]
    overridden: bool  # whether something that shapes the output differs from what the folder's own file says

    def values(self) -> Iterator[Value]:
        """Every setting, in the order of the documentation."""
        for section, field in Pipeline.model_fields.items():
            part = getattr(self.settings.pipeline, section)
            for name, meaning in type(part).model_fields.items():
                key = f"{section}.{name}"
                yield Value(key, getattr(part, name), self.sources.get(key, DEFAULT), meaning.description or field.description or "")


def from_environment(variables: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Settings in the environment: dotted key to the text and the variable's name."""
    named = {name: name.removeprefix(PREFIX).lower().split(BETWEEN, 1) for name in sorted(variables) if name.startswith(PREFIX)}
    return {".".join(parts): (variables[name], name) for name, parts in named.items() if len(parts) == 2}


def from_flags(assignments: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Settings on the command line: dotted key to the text and the flag. Raises ConfigurationError for a key without a section."""
    for key in assignments:
        if key.count(".") != 1:
            raise ConfigurationError(f"--set {key}: a key is SECTION.NAME, such as limits.nesting; `copydesk config` lists them")
    return {key: (text, f"--set {key}") for key, text in assignments.items()}


def configure(folder: str | None, variables: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Configuration:
    """What holds: the folder's `pipeline.yml` below the environment below flags. Raises ConfigurationError with one line."""
    place = Path(folder).resolve() if folder else CONFIG
    values = stated(place)
    sources = {f"{section}.{name}": str(place / PIPELINE) for section, part in values.items() if isinstance(part, dict) for name in part}
    own = validated(values, lambda _: str(place / PIPELINE))
    given = from_environment(variables) | from_flags(flags or {})
    for key, (text, source) in given.items():
        section, name = key.split(".")
        values[section] = {**(values.get(section) or {}), name: None if text == NOTHING else text}
        sources[key] = source
    pipeline = validated(values, lambda key: sources.get(key, str(place / PIPELINE)))
    shaped = any(getattr(pipeline, name) != getattr(own, name) for name in SHAPING)
    settings = Settings(folder=place, digest=digest_of(place, pipeline), pipeline=pipeline)
    return Configuration(settings, sources, shaped or pipeline.shards != own.shards)


def settled(configuration: Configuration, place: Path) -> Settings:
    """Settings whose folder says all that holds, for workers that read it there: the folder itself, or a copy below `place`."""
    settings = configuration.settings
    if not configuration.overridden:
        return settings
    folder = place / "config"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(settings.folder, folder)
    (folder / PIPELINE).write_text(yaml.safe_dump(settings.pipeline.model_dump(), sort_keys=False), encoding="utf-8")
    return settings.model_copy(update={"folder": folder})

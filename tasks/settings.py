"""config/ as typed, validated settings with a digest.

`pipeline.yml` holds the few numbers that steer a run. The tables beside it (debris rules, outlets,
agencies, date words …) are read by the room that knows what to do with them, through `read_yaml`
and `read_csv`, so that a mistake in any of them is one clear line.
"""

import csv
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one where it is built
CONFIG = Path(__file__).resolve().parent.parent / "config"
PIPELINE = "pipeline.yml"


class Loader(SAFE_LOADER):  # type: ignore[misc]
    """YAML with the booleans of version 1.2: `yes`, `no`, `on` and `off` are words, as in examples and language codes."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in SAFE_LOADER.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


class ConfigurationError(Exception):
    """The configuration is wrong; the message is one line that names the file and says what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shards(_Section):
    """How the input is cut into shards."""

    documents: int = Field(1000, ge=1, description="documents in a shard, at most")
    megabytes: float = Field(32, gt=0, description="decoded content in a shard, at most, in MB")


class Limits(_Section):
    """What one document or container may cost."""

    document_megabytes: float = Field(32, gt=0, description="size of one document; larger ones are rejected as too-large")
    nesting: int = Field(5, ge=1, description="containers inside containers; deeper ones are rejected as too-deep")
    members: int = Field(1_000_000, ge=1, description="members of one container; the rest is rejected as too-many")
    expansion: float = Field(200, gt=1, description="bytes unpacked for each byte packed; more is rejected as too-large")
    expansion_megabytes: float = Field(64, ge=0, description="MB that any container may unpack to, however small it is")
    seconds: float = Field(10, gt=0, description="processor seconds that a document may take in a room; else it is rejected as timeout")
    clock_seconds: float = Field(600, gt=0, description="the same by the clock, for what waits instead of working")
    memory_megabytes: float = Field(1024, ge=64, description="memory that work on a document may take, in MiB; else out-of-memory")
    head_characters: int = Field(1000, ge=0, description="characters of a rejected document that `rejects.head` shows")


class Story(_Section):
    """What counts as an article."""

    words: int = Field(20, ge=0, description="words a story has at least; shorter ones are rejected as too-short")


class Run(_Section):
    """How the work is done; nothing here changes what comes out."""

    workers: int = Field(0, ge=0, description="worker processes; 0 is as many as cores")
    engine: Literal["local", "dask"] = Field("local", description="where the work is done: this machine's cores, or Dask")
    dask_address: str | None = Field(None, description="a running Dask scheduler, as tcp://HOST:8786; null: a cluster on this machine")
    log: Literal["plain", "json"] = Field("plain", description="form of the log lines on stderr; json: one object a line")


class Schedule(_Section):
    """What `copydesk serve` and the deployments of `prefect.yaml` run, and when."""

    inbox: str = Field("inbox", min_length=1, description="folder whose entries are bundles; new and changed ones are cleaned")
    output: str = Field("data", min_length=1, description="folder where the datasets are published")
    incremental: str = Field("*/15 * * * *", description="cron: when the inbox is looked at")
    reclean: str = Field("30 3 * * *", description="cron: when it is looked whether configuration or version changed")
    timezone: str = Field("UTC", description="IANA zone of the two cron lines")
    settle_seconds: int = Field(60, ge=0, description="seconds an inbox entry must have been left alone: younger ones may still be written")
    port: int = Field(4200, ge=1, le=65535, description="port of the Prefect server that `copydesk serve` starts where none is named")

    @field_validator("incremental", "reclean")
    @classmethod
    def _cron(cls, line: str) -> str:
        if len(line.split()) != 5:
            raise ValueError("a cron line has five fields: minute, hour, day, month, weekday")
        return line

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no IANA time zone of this name, such as Europe/Berlin") from None
        return name


class Pipeline(_Section):
    """All of `config/pipeline.yml`."""

    shards: Shards = Shards()
    limits: Limits = Limits()
    story: Story = Story()
    run: Run = Run()
    schedule: Schedule = Schedule()


# Sections that change what is published; the others may differ between runs that give the same bytes.
SHAPING = ("limits", "story")


class Settings(_Section):
    """The configuration of a run: where it lies, what it says, and the digest of every file in it."""

    folder: Path
    digest: str
    pipeline: Pipeline


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises ConfigurationError where it is missing or not YAML."""
    try:
        return yaml.load(path.read_bytes(), Loader=Loader)  # noqa: S506 - it is a safe loader
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; restore the file or name another folder with --config") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header line. Raises ConfigurationError where it is missing or a row is too long."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            header, *cells = [row for row in csv.reader(handle) if row] or [[]]
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; restore the file or name another folder with --config") from None
    if long := next((number for number, row in enumerate(cells, 2) if len(row) > len(header)), None):
        raise ConfigurationError(f"{path}: line {long} has more cells than the header")
    blank = [""] * len(header)
    return [dict(zip(header, row + blank[len(row) :], strict=True)) for row in cells]


def digest_of(folder: Path, pipeline: Pipeline) -> str:
    """SHA-256 over what shapes the output: names and bytes of all files below a folder, and the sections of `pipeline.yml` that do."""
    total = hashlib.sha256(pipeline.model_dump_json(include=set(SHAPING)).encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".") and p != folder / PIPELINE):
        total.update(f"{path.relative_to(folder).as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def stated(folder: Path) -> dict[str, Any]:
    """What a folder's `pipeline.yml` says, section by section. Raises ConfigurationError."""
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: no such configuration folder; name one with --config")
    found = read_yaml(folder / PIPELINE) or {}
    if not isinstance(found, dict):
        raise ConfigurationError(f"{folder / PIPELINE}: sections with keys are expected, such as `limits: {{nesting: 5}}`")
    return found


def validated(values: dict[str, Any], where: Callable[[str], str]) -> Pipeline:
    """Values as typed settings. Raises ConfigurationError for the first mistake; `where` names the place that a dotted key came from."""
    try:
        return Pipeline.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        what = "no such setting; `copydesk config` lists them" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigurationError(f"{where(key)}: {key}: {what}") from None


@cache
def load_settings(folder: Path = CONFIG) -> Settings:
    """Read and validate a configuration folder. Raises ConfigurationError with one line for the first mistake."""
    pipeline = validated(stated(folder), lambda _: str(folder / PIPELINE))
    return Settings(folder=folder, digest=digest_of(folder, pipeline), pipeline=pipeline)

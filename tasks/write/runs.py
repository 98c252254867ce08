"""What a run was: its id, its row in `runs`, and the summary that is shown at its end."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from typing import Any

import pyarrow as pa

from tasks.write.schema import SCHEMA_VERSION, schema_for

# Libraries whose version can change what is published.
LIBRARIES = (
    "copydesk", "babel", "beautifulsoup4", "charset-normalizer", "courlan", "dateparser", "fastwarc", "html5lib", "lxml",
    "lxml_html_clean", "numpy", "py3langid", "pyarrow", "resiliparse", "trafilatura", "tzdata",
)  # fmt: skip


@cache
def library_versions() -> tuple[tuple[str, str], ...]:
    """Name and installed version of Copydesk and of each library that shapes the output."""
    found = []
    for name in LIBRARIES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "unknown"))
    return tuple(found)


def wall_clock() -> datetime:
    """Now, in UTC: only `runs` and `withdrawn` may show it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One input: where it lay, and the digest of all that was read from it (names of members included, its own folder left out)."""

    location: str
    digest: str


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run was given."""

    bundles: tuple[Bundle, ...]
    configuration_digest: str
    started_at: datetime
    versions: tuple[tuple[str, str], ...] = field(default_factory=library_versions)
    clock: Callable[[], datetime] = wall_clock


@dataclass(frozen=True, slots=True)
class Expectation:
    """A bound on a run, and how it came out (`ok` `warned` `failed`)."""

    id: str
    outlet: str | None
    value: float | None
    bound: float
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run published. `release` is None where it added nothing."""

    run_id: str
    release: int | None
    documents: int
    articles: int
    copies: int
    rejects: int
    unchanged: int
    rejects_by_reason: dict[str, int]
    removed_characters: dict[str, int]
    expectations: tuple[Expectation, ...] = ()
    unknown_outlets: dict[str, int] = field(default_factory=dict)  # not in the registry: documents by domain, else name, most first

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain values, for `--json`."""
        return asdict(self)


def run_id_of(run: RunInfo, state: str) -> str:
    """Digest (32 hex digits) of inputs in any order, configuration, versions and prior state; where the inputs lay does not count."""
    parts = {
        "inputs": sorted({bundle.digest for bundle in run.bundles}),
        "configuration": run.configuration_digest,
        "versions": sorted(run.versions),
        "schema": SCHEMA_VERSION,
        "state": state,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _pairs(values: Mapping[str, int], name: str, count: str) -> list[dict[str, Any]]:
    return [{name: key, count: values[key]} for key in sorted(values)]


def runs_row(run: RunInfo, summary: Summary, number: int) -> pa.Table:
    """The row of `runs`."""
    row = {
        "run_id": summary.run_id,
        "number": number,
        "started_at": run.started_at,
        "finished_at": run.clock(),
        "bundles": [asdict(b) for b in sorted(set(run.bundles), key=lambda b: (b.location, b.digest))],
        "documents": summary.documents,
        "articles": summary.articles,
        "copies": summary.copies,
        "rejects": summary.rejects,
        "unchanged": summary.unchanged,
        "removed_characters": _pairs(summary.removed_characters, "class", "characters"),
        "rejects_by_reason": _pairs(summary.rejects_by_reason, "reason", "documents"),
        "configuration_digest": run.configuration_digest,
        "versions": [{"name": name, "version": version} for name, version in run.versions],
        "expectations": [asdict(e) for e in summary.expectations],
    }
    return pa.Table.from_pylist([row], schema=schema_for("runs"))

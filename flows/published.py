"""What an output says of the runs behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.write.output import newest_release


def _runs(root: Path, *columns: str) -> Iterator[dict[str, Any]]:
    release = newest_release(root)
    for path in release.files("runs") if release else []:
        yield from pq.read_table(path, columns=list(columns)).to_pylist()


def cleaned_at(root: Path) -> dict[str, float]:
    """When the last run began that published something of a bundle: seconds since the epoch, by the bundle's location."""
    found: dict[str, float] = {}
    for run in _runs(root, "started_at", "bundles"):
        for bundle in run["bundles"]:
            found[bundle["location"]] = max(found.get(bundle["location"], 0.0), run["started_at"].timestamp())
    return found


def shaped_by(root: Path) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Configuration digest and library versions of an output's newest run; None where nothing is published."""
    runs = sorted(_runs(root, "number", "configuration_digest", "versions"), key=lambda run: int(run["number"]))
    if not runs:
        return None
    return runs[-1]["configuration_digest"], tuple((one["name"], one["version"]) for one in runs[-1]["versions"])

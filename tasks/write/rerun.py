"""Verification that needs the bundles: source texts parsed again (law 2), all runs replayed (laws 3 and 4)."""

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.write.laws import Breach
from tasks.write.output import OutputError, Release, current_release
from tasks.write.reading import EVERYTHING, ranges, read_range
from tasks.write.release import permanent_rejects
from tasks.write.schema import schema_for
from tasks.write.withdraw import Regroup, withdraw_documents

Parse = Callable[[Sequence[str]], Iterable[tuple[str, str]]]
Rerun = Callable[[Sequence[str], Path], None]
REPLAYED = ("articles", "copies", "removed", "evidence", "rejects")
PARTS = 16  # ranges in which rows are compared


def runs_in_order(release: Release) -> list[dict[str, Any]]:
    """The rows of `runs`, oldest first."""
    rows: list[dict[str, Any]] = read_range(release.files("runs"), schema_for("runs").names, EVERYTHING, "run_id").to_pylist()
    return sorted(rows, key=lambda row: row["number"])


def locations_of(run: dict[str, Any]) -> list[str]:
    """Where a run's bundles lay."""
    return [bundle["location"] for bundle in run["bundles"]]


def check_source(release: Release, parse: Parse) -> Iterator[Breach]:
    """What the bundles say today is what is published: length and digest of each source text."""
    proofs: dict[str, tuple[int, str]] = {}
    for dataset in ("articles", "copies"):
        table = read_range(release.files(dataset), ["document_id", "source_length", "source_text_sha256"])
        lengths, digests = table["source_length"].to_pylist(), table["source_text_sha256"].to_pylist()
        proofs.update(zip(table["document_id"].to_pylist(), zip(lengths, digests, strict=True), strict=True))
    for run in runs_in_order(release):
        for document, text in parse(locations_of(run)):
            proof = proofs.get(document)
            if proof and proof != (len(text), hashlib.sha256(text.encode()).hexdigest()):
                yield Breach("law 2", "articles", document, "its source text in the bundle is not what source_text_sha256 says")


def _events(release: Release) -> list[tuple[datetime, str, Any]]:
    """Runs and withdrawals in the order in which they were: (when, run_id or reason, the run or the ids)."""
    runs = runs_in_order(release)
    # Runs keep the order of their numbers, also where the clock jumped back between two of them.
    times = accumulate((run["finished_at"] for run in runs), max)
    events: list[tuple[datetime, str, Any]] = [(when, run["run_id"], run) for when, run in zip(times, runs, strict=True)]
    batches: dict[tuple[datetime, str], list[str]] = defaultdict(list)
    for row in read_range(release.files("withdrawn"), schema_for("withdrawn").names).to_pylist():
        batches[row["withdrawn_at"], row["reason"]].append(row["document_id"])
    events += [(when, reason, ids) for (when, reason), ids in sorted(batches.items())]
    return sorted(events, key=lambda event: event[0])


def check_rerun(release: Release, rerun: Rerun, regroup: Regroup | None = None) -> Iterator[Breach]:
    """Replay all runs and withdrawals, oldest first, into a scratch output, and compare; then run each again, which must add nothing."""
    with tempfile.TemporaryDirectory(prefix="copydesk-rerun-") as scratch:
        out = Path(scratch) / "out"
        for _, name, event in _events(release):
            try:
                _replay(event, name, out, rerun, regroup)
            except Exception as error:  # whatever stops a replay is the finding
                yield Breach("law 3", "runs", name, f"cannot be replayed: {' '.join(str(error).split())[:300]}")
                return
        yield from _compare(release, out)
        yield from _repeat(runs_in_order(release), rerun, out)


def _replay(event: Any, reason: str, out: Path, rerun: Rerun, regroup: Regroup | None) -> None:
    if isinstance(event, dict):
        rerun(locations_of(event), out)
        _same_makers(event, runs_in_order(current_release(out)))
    elif regroup is None:
        raise OutputError("documents were withdrawn, and nothing here can group the rest of their stories")
    else:
        withdraw_documents(out, event, reason, regroup)


def _same_makers(run: dict[str, Any], replayed: Sequence[dict[str, Any]]) -> None:
    """Raise OutputError where the replay was made by another configuration or other versions than the run was."""
    if not replayed:
        return
    if replayed[-1]["configuration_digest"] != run["configuration_digest"]:
        raise OutputError("it was cleaned with another configuration: name that one with --config")
    if replayed[-1]["versions"] != run["versions"]:
        raise OutputError("it was cleaned by other versions of Copydesk or of its libraries: runs.versions names them")


def _repeat(runs: list[dict[str, Any]], rerun: Rerun, out: Path) -> Iterator[Breach]:
    before = current_release(out).number
    for run in runs:
        rerun(locations_of(run), out)
        after = current_release(out)
        added = [row for row in runs_in_order(after) if row["number"] > len(runs)]
        if after.number != before and any(row["articles"] + row["copies"] + row["rejects"] for row in added):
            yield Breach("law 4", "runs", run["run_id"], "running its bundles again made a release")
            return


def _settled(table: pa.Table, dataset: str) -> pa.Table:
    """Rows that law 3 speaks of: rejects that depend on the machine are left out."""
    if dataset == "rejects":
        table = permanent_rejects(table)
    return table.sort_by([(name, "ascending") for name in ("document_id", "start_offset", "field", "rank") if name in table.column_names])


def _compare(release: Release, out: Path) -> Iterator[Breach]:
    try:
        replayed = current_release(out)
    except OutputError:
        yield Breach("law 3", "runs", None, "the replay published nothing")
        return
    for dataset in REPLAYED:
        if _digests(release, dataset) == _digests(replayed, dataset):
            continue
        for span in ranges(PARTS):
            ours, theirs = (_settled(read_range(r.files(dataset), schema_for(dataset).names, span), dataset) for r in (release, replayed))
            yield from _differences(dataset, ours, theirs)


def _digests(release: Release, dataset: str) -> list[tuple[str, str]]:
    return [(f["path"], f["sha256"]) for f in release.manifest["files"] if f["path"].startswith(f"{dataset}/")]


def _differences(dataset: str, ours: pa.Table, theirs: pa.Table) -> Iterator[Breach]:
    if ours.equals(theirs):
        return
    mine, other = ours.to_pylist(), theirs.to_pylist()
    for row in [row for row in mine if row not in other][:20]:
        yield Breach("law 3", dataset, row["document_id"], "the replay gives another row, or none")
    for row in [row for row in other if row not in mine][:20]:
        yield Breach("law 3", dataset, row["document_id"], "the replay gives this row, which is not published so")

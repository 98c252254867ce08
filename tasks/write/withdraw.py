"""`copydesk withdraw`: documents go from every dataset and from the memory, in a new release.

Files that hold nothing of them are linked as ever; the others are written anew under their own names, so that all rows of a
document stay in one group of files. What becomes of a story whose article goes is for the deduplication to say (`Regroup`).
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.records import Assignment
from tasks.write.columns import sort_by_id, strings
from tasks.write.output import Output, OutputError, Release, close_output, holding, open_output
from tasks.write.parquet import write_rows, writer_options
from tasks.write.reading import group_of, read_file
from tasks.write.release import MEMORY, commit, prior_state
from tasks.write.runs import wall_clock
from tasks.write.schema import schema_for

OWNED = ("removed", "evidence", "rejects")
STORIES = ("articles", "copies")
# Rows of `copies` (those of `articles` among them, their own columns null) that are left of one story, oldest run first, to the
# assignment of each: one of the oldest run's must stand for itself.
Regroup = Callable[[pa.Table], Sequence[Assignment]]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal did: the release, and the other documents of the same stories, which stay."""

    release: Release
    remaining: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    ids: frozenset[str]
    gone: pa.Table  # document_id, identity, source_text_sha256 of the rows that go
    versions: dict[str, str | None]  # previous_version of each that goes
    assignments: dict[str, Assignment]  # of the members of the stories whose article goes


def withdraw_documents(
    out: str | os.PathLike[str], ids: Sequence[str], reason: str, regroup: Regroup, clock: Callable[[], datetime] = wall_clock
) -> Withdrawal:
    """Take documents out of all datasets from the next release on; they never return.

    Raises OutputError for an id that is not published, Conflict where a run published meanwhile.
    """
    output = open_output(out)
    try:
        with holding(output):
            return _withdraw(output, frozenset(ids), reason, regroup, clock)
    finally:
        close_output(output)


def _of(release: Release, datasets: Sequence[str], column: str, values: frozenset[str]) -> pa.Table:
    """The rows of datasets whose column holds one of some values, with the columns of `copies` (null where there are none)."""
    schema, wanted, tables = schema_for("copies"), strings(sorted(values)), []
    nullable = pa.schema([field.with_nullable(True) for field in schema])
    for path in (path for dataset in datasets for path in release.files(dataset)):
        table = read_file(path)
        table = table.filter(pc.is_in(table[column], wanted)).select([n for n in schema.names if n in table.column_names])
        for name in [n for n in schema.names if n not in table.column_names]:
            table = table.append_column(name, pa.nulls(table.num_rows, schema.field(name).type))
        tables.append(table.select(schema.names).cast(nullable))
    return pa.concat_tables(tables)


def _plan(output: Output, release: Release, ids: frozenset[str], regroup: Regroup) -> tuple[_Plan, tuple[str, ...]]:
    gone = _of(release, (*STORIES, "rejects"), "document_id", ids)
    if missing := sorted(ids - set(gone["document_id"].to_pylist())):
        raise OutputError(f"{output.root}: no document {missing[0]}; nothing was withdrawn")
    members = _of(release, STORIES, "story_id", frozenset(s for s in gone["story_id"].to_pylist() if s))
    members = members.filter(pc.invert(pc.is_in(members["document_id"], strings(sorted(ids)))))
    numbers = {row["run_id"]: row["number"] for path in release.files("runs") for row in read_file(path, ["run_id", "number"]).to_pylist()}
    assignments: dict[str, Assignment] = {}
    for story in sorted(ids & set(members["story_id"].to_pylist())):
        rows = members.filter(pc.equal(members["story_id"], story))
        order = sorted(range(rows.num_rows), key=lambda i: (numbers[rows["run_id"][i].as_py()], rows["document_id"][i].as_py()))
        assignments |= {a.document_id: a for a in regroup(rows.take(pa.array(order)))}
    versions = dict(zip(gone["document_id"].to_pylist(), gone["previous_version"].to_pylist(), strict=True))
    return _Plan(ids, gone, versions, assignments), tuple(sorted(members["document_id"].to_pylist()))


def _relinked(plan: _Plan, version: str | None) -> str | None:
    """The version before, past those that go."""
    while version is not None and version in plan.versions:
        version = plan.versions[version]
    return version


def _changed(plan: _Plan, row: dict[str, Any]) -> dict[str, Any]:
    row = row | {"previous_version": _relinked(plan, row["previous_version"])}
    if (new := plan.assignments.get(row["document_id"])) is None:
        return row
    row |= {"story_id": new.story_id, "copy_of": new.story_id, "relation": new.relation, "reason": new.reason}
    return row | {"similarity": new.similarity, "containment": new.containment}


def _touched(plan: _Plan, table: pa.Table) -> bool:
    names = [n for n in ("document_id", "previous_version") if n in table.column_names]
    known = strings(sorted(plan.ids | plan.assignments.keys()))
    return any(pc.any(pc.is_in(table[name], known)).as_py() for name in names)


def _without(plan: _Plan, table: pa.Table) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["document_id"], strings(sorted(plan.ids)))))


def _rewrite_stories(plan: _Plan, release: Release, staged: Path, number: int) -> set[str]:
    """Write the story rows that change; copies that now stand for their story move to `articles`. Returns the paths written anew."""
    replaced: set[str] = set()
    for dataset in STORIES:
        for path in release.files(dataset):
            table = read_file(path)
            if not _touched(plan, table):
                continue
            replaced.add(f"{dataset}/{path.name}")
            rows = [_changed(plan, row) for row in _without(plan, table).to_pylist()]
            heads = [row for row in rows if row["story_id"] == row["document_id"]]
            kept, moved = (heads, []) if dataset == "articles" else ([r for r in rows if r not in heads], heads)
            _write(staged, dataset, path.stem, kept)
            _write(staged, "articles", f"{group_of(path)}-moved{number:06d}{path.stem.rsplit('-', 1)[1]}", moved)
    return replaced


def _write(staged: Path, dataset: str, stem: str, rows: list[dict[str, Any]] | pa.Table) -> None:
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, schema=schema_for(dataset))
    if table.num_rows:
        (staged / dataset).mkdir(parents=True, exist_ok=True)
        pq.write_table(sort_by_id(table), staged / dataset / f"{stem}.parquet", row_group_size=1024, **writer_options(dataset))


def _rewrite_owned(plan: _Plan, release: Release, staged: Path) -> set[str]:
    replaced: set[str] = set()
    for dataset in OWNED:
        for path in release.files(dataset):
            table = read_file(path)
            rest = _without(plan, table)
            if rest.num_rows < table.num_rows:
                replaced.add(f"{dataset}/{path.name}")
                _write(staged, dataset, path.stem, rest)
    return replaced


def _retold(plan: _Plan, memory: pa.Table) -> pa.Table:
    """Memory in which documents point at the story that they belong to now."""
    if "story_id" not in memory.column_names:
        return memory
    pairs = zip(memory["document_id"].to_pylist(), memory["story_id"].to_pylist(), strict=True)
    stories = [plan.assignments[document].story_id if document in plan.assignments else story for document, story in pairs]
    return memory.set_column(memory.column_names.index("story_id"), "story_id", strings(stories))


def _rewrite_memory(plan: _Plan, release: Release, staged: Path) -> set[str]:
    """Take the documents out of what is remembered by document; counts without ids stay as they are."""
    replaced: set[str] = set()
    for path in release.files(MEMORY):
        table = read_file(path)
        if "document_id" not in table.column_names or not _touched(plan, table):
            continue
        rest = _retold(plan, _without(plan, table))
        target = staged / path.relative_to(release.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rest, target, compression="zstd", compression_level=1)
        replaced.add(path.relative_to(release.path).as_posix())
    return replaced


def _withdraw(output: Output, ids: frozenset[str], reason: str, regroup: Regroup, clock: Callable[[], datetime]) -> Withdrawal:
    release = output.prior
    if release is None or not ids:
        raise OutputError(f"{output.root}: nothing to withdraw from; name a published document")
    plan, remaining = _plan(output, release, ids, regroup)
    staged = output.staging / "withdraw"
    staged.mkdir()
    replaced = _rewrite_stories(plan, release, staged, release.number + 1)
    replaced |= _rewrite_owned(plan, release, staged) | _rewrite_memory(plan, release, staged)
    rows = plan.gone.select(["document_id", "identity", "source_text_sha256"]).to_pylist()
    now = clock()
    told = pa.Table.from_pylist([row | {"withdrawn_at": now, "reason": reason} for row in rows], schema=schema_for("withdrawn"))
    write_rows(staged / "withdrawn", "withdrawn", f"{release.manifest['runs']:06d}-withdrawn{release.number + 1:06d}", [sort_by_id(told)])
    keep = [f for f in release.manifest["files"] if f["path"] not in replaced]
    state = hashlib.sha256("\0".join([prior_state(release), "withdrawn", *sorted(ids)]).encode()).hexdigest()
    return Withdrawal(commit(output, staged, runs=release.manifest["runs"], keep=keep, state=state), remaining)

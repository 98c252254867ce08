"""`copydesk withdraw`: documents go from every dataset and from the memory, in a new release.

Files that hold nothing of them are linked as ever; the others are written anew under their own names, so that all rows of a
document stay in one group of files. What becomes of a story whose article goes is for the deduplication to say (`Regroup`).
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.records import Assignment
from tasks.write.columns import sort_by_id
from tasks.write.ledger import LEDGER
from tasks.write.output import Output, OutputError, Release, close_output, current_release, holding, open_output
from tasks.write.parquet import write_rows, write_table
from tasks.write.reading import among, group_of, read_file, rows_among
from tasks.write.rejects import lasting_id
from tasks.write.release import MEMORY, commit, prior_state, write_memory
from tasks.write.runs import wall_clock
from tasks.write.schema import schema_for

OWNED = ("removed", "evidence", "rejects")
STORIES = ("articles", "copies")
TOLD = ["document_id", "identity", "source_text_sha256", "previous_version", "story_id"]
# Rows of `copies` (those of `articles` among them, their own columns null) that are left of one story, oldest run first, to the
# assignment of each: its article stays, and where that is gone one of the oldest run's must stand for the story.
Regroup = Callable[[pa.Table], Sequence[Assignment]]


@dataclass(frozen=True, slots=True)
class Rest:
    """Another document of a story of which something was withdrawn; it stays. `relation` is null for the story's article."""

    document_id: str
    story_id: str
    relation: str | None
    source_bundle: str
    source_member: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal did: the release, and the other documents of the same stories, which stay."""

    release: Release
    remaining: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    ids: frozenset[str]
    gone: list[dict[str, Any]]  # rows (columns TOLD) that go
    versions: dict[str, str | None]  # previous_version of each that goes
    assignments: dict[str, Assignment]  # of documents that are something else from now on
    remaining: tuple[Rest, ...]


def withdraw_documents(
    out: str | os.PathLike[str], ids: Sequence[str], reason: str, regroup: Regroup, clock: Callable[[], datetime] = wall_clock
) -> Withdrawal:
    """Take documents out of all datasets from the next release on; they never return.

    Raises OutputError for an id that is not published, Conflict where a run published meanwhile.
    """
    current_release(out)  # an output that is none is not made one
    output = open_output(out)
    try:
        with holding(output):
            return _withdraw(output, frozenset(ids), reason, regroup, clock)
    finally:
        close_output(output)


def _story_rows(release: Release, column: str, values: frozenset[str]) -> pa.Table:
    """The rows of articles and copies whose column holds one of some ids, with the columns of `copies` (null where there are none)."""
    schema = pa.schema([field.with_nullable(True) for field in schema_for("copies")])
    tables = [rows_among(path, column, values) for dataset in STORIES for path in release.files(dataset)]
    wide = [
        pa.table([t[n] if n in t.column_names else pa.nulls(t.num_rows, schema.field(n).type) for n in schema.names], names=schema.names)
        for t in tables
    ]
    return pa.concat_tables([schema.empty_table(), *(table.cast(schema) for table in wide)])


def _rejected(release: Release, ids: frozenset[str]) -> Iterator[dict[str, Any]]:
    for path in release.files("rejects"):
        for row in rows_among(path, "document_id", ids).to_pylist():
            yield {name: row.get(name) for name in (*TOLD, "reason", "source_sha256")}


def _plan(output: Output, release: Release, ids: frozenset[str], regroup: Regroup) -> _Plan:
    rows = _story_rows(release, "document_id", ids).select(TOLD).to_pylist() + list(_rejected(release, ids))
    if missing := sorted(ids - {row["document_id"] for row in rows}):
        raise OutputError(f"{output.root}: no document {missing[0]}; nothing was withdrawn")
    members = _story_rows(release, "story_id", frozenset(row["story_id"] for row in rows if row["story_id"]))
    members = _oldest_first(release, members.filter(pc.invert(among(members["document_id"], ids))))
    assignments: dict[str, Assignment] = {}
    for story in sorted(set(members["story_id"].to_pylist())):
        assignments |= _assigned(members.filter(pc.equal(members["story_id"], story)), story, ids, regroup)
    versions = {row["document_id"]: row["previous_version"] for row in rows}
    return _Plan(ids, rows, versions, assignments, tuple(_rest(row, assignments) for row in members.to_pylist()))


def _oldest_first(release: Release, members: pa.Table) -> pa.Table:
    runs = [row for path in release.files("runs") for row in read_file(path, ["run_id", "number"]).to_pylist()]
    numbers = {row["run_id"]: row["number"] for row in runs}
    keys = [(numbers[run], document) for run, document in zip(*(members[n].to_pylist() for n in ("run_id", "document_id")), strict=True)]
    return members.take(pa.array(sorted(range(len(keys)), key=keys.__getitem__), pa.int64()))


def _assigned(rows: pa.Table, story: str, ids: frozenset[str], regroup: Regroup) -> dict[str, Assignment]:
    """The documents of one story that are something else from now on: all of them where its article goes, else those whose
    version before goes, for that is what makes one a `version`."""
    before = zip(rows["document_id"].to_pylist(), rows["previous_version"].to_pylist(), rows["relation"].to_pylist(), strict=True)
    changed = {document for document, version, relation in before if story in ids or (version in ids and relation)}
    return {a.document_id: a for a in regroup(rows) if a.document_id in changed} if changed else {}


def _rest(row: dict[str, Any], assignments: dict[str, Assignment]) -> Rest:
    new = assignments.get(row["document_id"])
    story, relation = (new.story_id, new.relation) if new else (row["story_id"], row["relation"])
    return Rest(row["document_id"], story, relation, row["source_bundle"], row["source_member"], row["url"])


def _relinked(plan: _Plan, version: str | None) -> str | None:
    """The version before, past those that go."""
    while version is not None and version in plan.versions:
        version = plan.versions[version]
    return version


def _changed(plan: _Plan, row: dict[str, Any]) -> dict[str, Any]:
    row = row | {"previous_version": _relinked(plan, row["previous_version"])}
    if (new := plan.assignments.get(row["document_id"])) is None:
        return row
    reason = new.reason if new.story_id != row["story_id"] else row.get("reason")
    row |= {"story_id": new.story_id, "copy_of": new.story_id, "relation": new.relation, "reason": reason}
    return row | {"similarity": new.similarity, "containment": new.containment}


def _without(plan: _Plan, table: pa.Table) -> pa.Table:
    return table.filter(pc.invert(among(table["document_id"], plan.ids)))


def _files(release: Release, datasets: Sequence[str]) -> list[tuple[str, Path]]:
    return [(dataset, path) for dataset in datasets for path in release.files(dataset)]


def _rewrite_stories(plan: _Plan, release: Release, staged: Path) -> set[str]:
    """Write the story rows that change; copies that now stand for their story move to `articles`. Returns the paths written anew."""
    replaced: set[str] = set()
    for dataset, path in _files(release, STORIES):
        keys = read_file(path, ["document_id", "previous_version"])
        new = pc.or_kleene(among(keys["document_id"], plan.assignments), among(keys["previous_version"], plan.ids))
        if not pc.any(pc.or_(new, among(keys["document_id"], plan.ids))).as_py():
            continue
        replaced.add(f"{dataset}/{path.name}")
        table = read_file(path)
        rows = [_changed(plan, row) for row in _without(plan, table.filter(new)).to_pylist()]
        heads = [row for row in rows if row["story_id"] == row["document_id"]]
        copies = [row for row in rows if row["story_id"] != row["document_id"]]
        kept, moved = (heads, []) if dataset == "articles" else (copies, heads)
        schema = schema_for(dataset)
        same = _without(plan, table.filter(pc.invert(new)))
        _write(staged, dataset, path.stem, pa.concat_tables([same.cast(schema), pa.Table.from_pylist(kept, schema=schema)]))
        # Moved rows get a file of their own in the same group: `removed` and `evidence` stay where they are.
        stem = f"{group_of(path)}-moved{release.number + 1:06d}{path.stem.rsplit('-', 1)[1]}"
        _write(staged, "articles", stem, pa.Table.from_pylist(moved, schema=schema_for("articles")))
    return replaced


def _write(staged: Path, dataset: str, stem: str, table: pa.Table) -> None:
    if table.num_rows:
        (staged / dataset).mkdir(parents=True, exist_ok=True)
        write_table(staged / dataset / f"{stem}.parquet", dataset, sort_by_id(table))


def _rewrite_owned(plan: _Plan, release: Release, staged: Path) -> set[str]:
    replaced: set[str] = set()
    for dataset, path in _files(release, OWNED):
        if pc.any(among(read_file(path, ["document_id"])["document_id"], plan.ids)).as_py():
            replaced.add(f"{dataset}/{path.name}")
            _write(staged, dataset, path.stem, _without(plan, read_file(path)))
    return replaced


def _retold(plan: _Plan, memory: pa.Table) -> pa.Table:
    """Memory in which documents point at the story that they belong to now."""
    if "story_id" not in memory.column_names:
        return memory
    kind = memory["story_id"].type
    packed = pa.types.is_fixed_size_binary(kind)
    told = {bytes.fromhex(d) if packed else d: bytes.fromhex(a.story_id) if packed else a.story_id for d, a in plan.assignments.items()}
    pairs = zip(memory["document_id"].to_pylist(), memory["story_id"].to_pylist(), strict=True)
    stories = pa.array([told.get(document, story) for document, story in pairs], kind)
    return memory.set_column(memory.column_names.index("story_id"), "story_id", stories)


def _rewrite_memory(plan: _Plan, release: Release, staged: Path) -> set[str]:
    """Take the documents out of signatures and counts; the ledger keeps what tells that they must not return."""
    replaced: set[str] = set()
    for path in release.files(MEMORY):
        name = path.relative_to(release.path).as_posix()
        if name.startswith(f"{LEDGER}/") or not pc.any(among(read_file(path, ["document_id"])["document_id"], _named(plan))).as_py():
            continue
        write_memory(staged / name, [_retold(plan, _without(plan, read_file(path)))])
        replaced.add(name)
    return replaced


def _named(plan: _Plan) -> frozenset[str]:
    return plan.ids | plan.assignments.keys()


def _told(release: Release, plan: _Plan, reason: str, now: datetime) -> pa.Table:
    """The rows of `withdrawn`. A provisional reject stands there by the id that its document gets once it is through."""
    rows = []
    for row in plan.gone:
        lasting = lasting_id(row)
        free = lasting != row["document_id"] and not _story_rows(release, "document_id", frozenset({lasting})).num_rows
        rows.append({name: row[name] for name in TOLD[1:3]} | {"document_id": lasting if free else row["document_id"]})
    return pa.Table.from_pylist([row | {"withdrawn_at": now, "reason": reason} for row in rows], schema=schema_for("withdrawn"))


def _withdraw(output: Output, ids: frozenset[str], reason: str, regroup: Regroup, clock: Callable[[], datetime]) -> Withdrawal:
    release = output.prior
    if release is None or not ids:
        raise OutputError(f"{output.root}: nothing to withdraw from; name a published document")
    plan = _plan(output, release, ids, regroup)
    staged = output.staging / "withdraw"
    staged.mkdir()
    replaced = _rewrite_stories(plan, release, staged) | _rewrite_owned(plan, release, staged) | _rewrite_memory(plan, release, staged)
    told = sort_by_id(_told(release, plan, reason, clock()))
    write_rows(staged / "withdrawn", "withdrawn", f"{release.manifest['runs']:06d}-withdrawn{release.number + 1:06d}", [told])
    keep = [f for f in release.manifest["files"] if f["path"] not in replaced]
    state = hashlib.sha256("\0".join([prior_state(release), "withdrawn", *sorted(ids)]).encode()).hexdigest()
    return Withdrawal(commit(output, staged, runs=release.manifest["runs"], keep=keep, state=state), plan.remaining)

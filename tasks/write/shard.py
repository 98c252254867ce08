"""A run's shards become a release: joined, sorted, written, counted, committed."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.records import Article, Assignment, Evidence, Removed
from tasks.shards import schema_of
from tasks.turned_away import PROVISIONAL
from tasks.write.columns import BrokenLawError, article_tables, id_bytes, owned_rows, strings
from tasks.write.expectations import Measured, Rule, judge, past_debris, stop_where_failed, told_shares
from tasks.write.ledger import entries, ledger_files, rows_of, stage_ledger
from tasks.write.output import Output, Release, holding
from tasks.write.parquet import DatasetWriter, write_rows
from tasks.write.partition import BUDGET, bucket_count, read_buckets
from tasks.write.reading import read_file
from tasks.write.rejects import Taken, failed_before, reject_rows, select_rejects
from tasks.write.release import (
    KNOWN,
    MEMORY,
    commit,
    known_documents,
    permanent_rejects,
    prior_state,
    run_number,
    stage_empty,
)  # fmt: skip
from tasks.write.runs import Expectation, RunInfo, Summary, run_id_of, runs_row

INPUTS = ("documents.parquet", "rejects-split.parquet")  # each row of these is one input


@dataclass(slots=True)
class _Job:
    """What the steps of one publication share."""

    output: Output
    shards: Sequence[Path]
    assignments: Path
    staged: Path
    spill: Path
    run_id: str
    stem: str
    buckets: int
    measured: Measured
    owners: "list[np.ndarray[tuple[int], np.dtype[np.bytes_]]]" = field(default_factory=list)  # accepted ids of each bucket, sorted

    def files(self, name: str) -> list[Path]:
        return [path for shard in self.shards if (path := shard / name).exists()]


def _files(shards: Sequence[Path], pattern: str) -> list[Path]:
    return [path for shard in shards for path in sorted(shard.glob(pattern))]


def _known_table(output: Output, known: Path | None) -> pa.Table:
    path = known if known and known.exists() else known_documents(output, output.staging / "known-to-write.parquet")
    return read_file(path) if path else KNOWN.empty_table()


def _accepted(shards: Sequence[Path]) -> pa.Table:
    parts = [read_file(path, KNOWN.names).cast(KNOWN) for path in _files(shards, "articles.parquet")]
    return pa.concat_tables(parts) if parts else KNOWN.empty_table()


def _check_new(accepted: pa.Table, known: pa.Table) -> None:
    again = accepted.filter(pc.is_in(accepted["document_id"], known["document_id"].combine_chunks()))
    if again.num_rows:
        raise BrokenLawError(f"law 1: document {again['document_id'][0].as_py()} is published already and was cleaned again")


def _taken(accepted: pa.Table, known: pa.Table, rejects: Sequence[Path], output: Output) -> Taken:
    """What rejects could meet: all that this run accepted, of what is published that which shares an identity or an id with one."""
    mine = pa.concat_tables([read_file(path, ["document_id", "identity"]) for path in rejects] or [KNOWN.empty_table()])
    met = (pc.is_in(known[name], mine[name].combine_chunks()) for name in ("document_id", "identity"))
    both = pa.concat_tables([accepted, known.filter(pc.or_(*met))])
    pairs = frozenset(zip(both["identity"].to_pylist(), both["source_text_sha256"].to_pylist(), strict=True))
    return Taken(frozenset(both["document_id"].to_pylist()), pairs, failed_before(output.prior))


def _empty(record: type) -> pa.Table:
    return schema_of(record).empty_table()


def _buckets(job: _Job, paths: Sequence[Path], record: type, name: str) -> Iterator[pa.Table]:
    if not paths:
        return iter([_empty(record)] * job.buckets)
    return read_buckets(paths, job.buckets, job.spill / name)


def _write_articles(job: _Job) -> tuple[int, int]:
    articles = _buckets(job, job.files("articles.parquet"), Article, "articles")
    verdicts = _buckets(job, [job.assignments] if job.assignments.exists() else [], Assignment, "assignments")
    with (
        DatasetWriter(job.staged / "articles", "articles", job.stem) as heads,
        DatasetWriter(job.staged / "copies", "copies", job.stem) as copies,
    ):
        for table, verdict in zip(articles, verdicts, strict=True):
            job.owners.append(np.sort(id_bytes(table["document_id"])))
            for writer, rows in zip((heads, copies), article_tables(table, verdict, job.run_id), strict=True):
                writer.write(rows)
                job.measured.add(rows)
    return heads.rows, copies.rows


def _write_owned(job: _Job, dataset: str, record: type) -> Counter[str]:
    """Write `removed` or `evidence`; returns the characters by class."""
    characters: Counter[str] = Counter()
    tables = _buckets(job, job.files(f"{dataset}.parquet"), record, dataset)
    with DatasetWriter(job.staged / dataset, dataset, job.stem) as writer:
        for table, owners in zip(tables, job.owners, strict=True):
            rows = owned_rows(table, owners, dataset, job.run_id)
            writer.write(rows)
            if dataset == "removed":
                characters.update(_characters(rows))
    return characters


def _characters(removed: pa.Table) -> dict[str, int]:
    if not removed.num_rows:
        return {}
    classes = removed["class"].combine_chunks().dictionary_encode()
    lengths = np.subtract(*(removed[name].combine_chunks().to_numpy() for name in ("end_offset", "start_offset")))
    totals = np.bincount(classes.indices.to_numpy(), weights=lengths)
    return {name: int(total) for name, total in zip(classes.dictionary.to_pylist(), totals, strict=True)}


def _stage_memory(job: _Job, memory: Mapping[str, Path]) -> None:
    for name, path in sorted(memory.items()):
        target = job.staged / MEMORY / name / f"{job.stem}.parquet"
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)


def _prepare(output: Output, shards: Sequence[Path], assignments: Path, run_id: str, budget: int, rules: Sequence[Rule]) -> _Job:
    work = output.staging / "publish"
    shutil.rmtree(work, ignore_errors=True)
    (work / "release").mkdir(parents=True)
    heavy = [path for name in ("articles", "removed", "evidence") for path in _files(shards, f"{name}.parquet")]
    stem = f"{run_number(output.prior):06d}-{run_id[:12]}"
    return _Job(output, shards, assignments, work / "release", work / "spill", run_id, stem, bucket_count(heavy, budget), Measured(rules))


def publish_run(
    output: Output,
    shards: Sequence[Path],
    assignments: Path,
    run: RunInfo,
    *,
    memory: Mapping[str, Path] | None = None,
    known: Path | None = None,
    expectations: Sequence[Rule] = (),
    budget: int = BUDGET,
) -> Summary:
    """Publish what a run's shards hold as the next release, or nothing where there is no new row.

    `shards` are folders with articles, removed, evidence and rejects-*.parquet; `assignments` holds records.Assignment for each of their
    articles; `memory` maps a name (`signatures`, `boilerplate`) to the file that the next run is to find under it; `known` is what
    `known_documents` wrote for this output (read again where None). Raises BrokenLawError where the shards contradict a law,
    ExpectationsError where a minimum is not reached, Conflict where another run published first, OutputError where the file system refuses.
    """
    run_id = run_id_of(run, prior_state(output.prior))
    accepted, seen = _accepted(shards), _known_table(output, known)
    _check_new(accepted, seen)
    turned_away = _files(shards, "rejects-*.parquet")
    rejected = select_rejects(turned_away, _taken(accepted, seen, turned_away, output))
    rejects = reject_rows(rejected, run_id)
    documents = sum(pq.read_metadata(path).num_rows for name in INPUTS for path in _files(shards, name))
    unchanged = documents - accepted.num_rows - rejects.num_rows
    summary = Summary(run_id, None, documents, 0, 0, rejects.num_rows, unchanged, _counts(rejects), {})
    if not accepted.num_rows and not rejects.num_rows:
        return summary
    with holding(output):
        return _publish(_prepare(output, shards, assignments, run_id, budget, expectations), run, accepted, rejects, summary, memory or {})


def _counts(rejects: pa.Table) -> dict[str, int]:
    return dict(sorted(Counter(rejects["reason"].to_pylist()).items()))


def _past_shares(prior: Release | None) -> Iterator[tuple[str, float]]:
    told = ledger_files(prior)
    if told is not None:
        table = rows_of(told, "outlet")
        yield from zip(table["identity"].to_pylist(), table["share"].to_pylist(), strict=True)
    elif prior is not None:
        yield from told_shares(row for path in prior.files("runs") for row in read_file(path, ["expectations"]).to_pylist())


def _learnt(accepted: pa.Table, rejects: pa.Table, judged: Sequence[Expectation]) -> pa.Table:
    """This run's rows of the ledger."""
    known = pa.concat_tables([accepted, permanent_rejects(rejects).select(KNOWN.names).cast(KNOWN)])
    failed = rejects.filter(pc.is_in(rejects["reason"], strings(sorted(PROVISIONAL))))
    outlets = pa.Table.from_pylist(
        [{"outlet": e.outlet, "share": e.value} for e in judged if e.outlet is not None],
        schema=pa.schema([("outlet", pa.string()), ("share", pa.float64())]),
    )
    return pa.concat_tables([
        entries("known", known, document_id="document_id", identity="identity", digest="source_text_sha256"),
        entries("failed", failed, identity="identity", digest="source_sha256"),
        entries("outlet", outlets, identity="outlet", share="share"),
    ])  # fmt: skip


def _publish(job: _Job, run: RunInfo, accepted: pa.Table, rejects: pa.Table, summary: Summary, memory: Mapping[str, Path]) -> Summary:
    number = run_number(job.output.prior)
    articles, copies = _write_articles(job)
    judged = judge(job.measured, rejects.num_rows, past_debris(_past_shares(job.output.prior)))
    stop_where_failed(judged)
    characters = _write_owned(job, "removed", Removed)
    _write_owned(job, "evidence", Evidence)
    write_rows(job.staged / "rejects", "rejects", job.stem, [rejects])
    removed = dict(sorted(characters.items()))
    summary = replace(summary, articles=articles, copies=copies, removed_characters=removed, expectations=judged)
    summary = replace(summary, unknown_outlets=job.measured.unknown_outlets())
    write_rows(job.staged / "runs", "runs", job.stem, [runs_row(run, summary, number)])
    _stage_memory(job, memory)
    stage_ledger(job.output.prior, job.staged, number, job.stem, _learnt(accepted, rejects, judged))
    if job.output.prior is None:
        stage_empty(job.staged)
    release = commit(job.output, job.staged, runs=number)
    return replace(summary, release=release.number)

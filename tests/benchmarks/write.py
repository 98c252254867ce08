"""What writing costs: `make bench-write` (FROM="DIR …" names published outputs whose texts are taken; made-up news without).

Prints how the choices for Parquet come out one by one, what the room costs beside a bare `pyarrow.parquet.write_table` of the same
tables, what a release costs when 10, 100 and 1,000 are published, and what `copydesk verify` costs. Seconds are processor time.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402 - the path first
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.dataset as ds  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

from tasks.records import Article, Assignment, Evidence, Removed  # noqa: E402
from tasks.shards import schema_of, write_records  # noqa: E402
from tasks.write.columns import STAMP, sort_by_id  # noqa: E402
from tasks.write.output import close_output, current_release, open_output  # noqa: E402
from tasks.write.parquet import GROUP_ROWS, write_rows, writer_options  # noqa: E402
from tasks.write.reading import find_all  # noqa: E402
from tasks.write.schema import schema_for  # noqa: E402
from tasks.write.shard import publish_run  # noqa: E402
from tests.write.made import Input, info, make, prepare, some  # noqa: E402
from tests.write.stories import headline, paragraphs  # noqa: E402

ROUNDS = 5
DATASETS = ("articles", "copies", "removed", "evidence")
Tables = dict[str, pa.Table]


def spent(work: Callable[[], Any]) -> float:
    """Processor seconds of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def usual(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """The median of some rounds, a first one for warmth aside."""
    work()
    return median(spent(work) for _ in range(rounds))


# --- text


def published(outs: list[Path]) -> Tables:
    """The rows of published outputs, each document once; in order of document_id."""
    found: dict[str, list[pa.Table]] = {name: [] for name in DATASETS}
    seen: set[str] = set()
    for out in outs:
        tables = {name: ds.dataset(str(out / name), format="parquet").to_table() for name in DATASETS}
        new = {d for name in ("articles", "copies") for d in tables[name]["document_id"].to_pylist()} - seen
        copies = tables["copies"].filter(pc.is_in(tables["copies"]["copy_of"], pa.array(sorted(new))))
        ids = pa.array(sorted(set(tables["articles"]["document_id"].to_pylist() + copies["document_id"].to_pylist()) & new))
        seen |= set(ids.to_pylist())
        for name, table in tables.items():
            table = copies if name == "copies" else table
            found[name].append(table.filter(pc.is_in(table["document_id"], ids)).select(schema_for(name).names).cast(schema_for(name)))
    return {name: sort_by_id(pa.concat_tables(tables)) for name, tables in found.items()}


def made_up(work: Path, documents: int) -> Tables:
    """Rows of made-up news."""
    stories = []
    for n in range(documents):
        pieces = [("headline", headline(n)), ("whitespace", "\n")]
        for paragraph in paragraphs(n, 8):
            pieces += [("paragraph", paragraph), ("whitespace", "\n"), ("share", "Share this article"), ("whitespace", "\n")]
        stories.append(make(f"https://gazette.example/{n}", pieces))
    shards, assignments = prepare(work / "made", Input(tuple(stories)))
    output = open_output(work / "made-out")
    publish_run(output, shards, assignments, info())
    close_output(output)
    return published([work / "made-out"])


def shard_of(tables: Tables, folder: Path) -> tuple[list[Path], Path]:
    """A shard and its assignments, as the rooms before leave them, from published rows."""
    folder.mkdir(parents=True)
    copies = tables["copies"]
    stories = pa.concat_tables([tables["articles"], copies.select(schema_for("articles").names)])
    columns = {name: stories[name] for name in schema_of(Article).names if name in stories.column_names}
    for event in ("published", "modified"):
        kind = schema_of(Article).field(event).type
        order = {field: stories[f"{event}_{column}"].combine_chunks() for column, field in STAMP.items()}
        columns[event] = pa.StructArray.from_arrays([order[f.name].cast(f.type) for f in kind], fields=list(kind))
    articles = pa.table([columns[name] for name in schema_of(Article).names], names=schema_of(Article).names)
    pq.write_table(articles, folder / "articles.parquet", compression="zstd", compression_level=1)
    pq.write_table(articles.select(["document_id"]), folder / "documents.parquet")
    removed = tables["removed"].drop_columns(["run_id"]).rename_columns({"class": "kind"}).select(schema_of(Removed).names)
    pq.write_table(removed, folder / "removed.parquet", compression="zstd", compression_level=1)
    evidence = tables["evidence"].select(schema_of(Evidence).names)
    pq.write_table(evidence, folder / "evidence.parquet", compression="zstd", compression_level=1)
    verdicts = [Assignment(d, d) for d in tables["articles"]["document_id"].to_pylist()]
    names = ("document_id", "story_id", "relation", "similarity", "containment", "reason", "previous_version")
    verdicts += [Assignment(**row) for row in copies.select(list(names)).to_pylist()]
    return [folder], write_records(folder.with_name("assignments.parquet"), verdicts, Assignment)


# --- one choice at a time


@dataclass(frozen=True)
class Choice:
    """What differs from what Copydesk does."""

    name: str
    rows: int | None = None
    options: dict[str, Any] | None = None
    by: str = "document_id"


CHOICES = {
    "articles": [
        Choice("as it is: zstd 3, 1,024 rows"),
        Choice("256 rows", rows=256),
        Choice("4,096 rows", rows=4096),
        Choice("16,384 rows", rows=16384),
        Choice("zstd 1", options={"compression_level": 1}),
        Choice("zstd 9", options={"compression_level": 9}),
        Choice("snappy", options={"compression": "snappy", "compression_level": None}),
        Choice("a dictionary for every column", options={"use_dictionary": True}),
        Choice("no dictionary", options={"use_dictionary": False}),
        Choice("no bloom filter", options={"bloom_filter_options": None}),
        Choice("no page index", options={"write_page_index": False}),
        Choice("statistics for every column", options={"write_statistics": True}),
        Choice("no statistics", options={"write_statistics": False}),
        Choice("in order of publication", by="published_date", options={"sorting_columns": None}),
    ],
    "removed": [
        Choice("as it is: 65,536 rows"),
        Choice("16,384 rows", rows=16384),
        Choice("262,144 rows", rows=262144),
        Choice("offsets not packed", options={"column_encoding": None}),
        Choice("a dictionary for every column", options={"use_dictionary": True, "column_encoding": None}),
        Choice("no dictionary", options={"use_dictionary": False}),
    ],
    "evidence": [
        Choice("as it is: 65,536 rows"),
        Choice("no dictionary", options={"use_dictionary": False}),
    ],
}  # fmt: skip


def written(table: pa.Table, path: Path, dataset: str, choice: Choice) -> float:
    options = {k: v for k, v in (writer_options(dataset) | (choice.options or {})).items() if v is not None}
    rows = choice.rows or GROUP_ROWS[dataset]
    table = table if choice.by == "document_id" else table.sort_by(choice.by)
    return usual(lambda: pq.write_table(table, path, row_group_size=rows, **options), 3)


def month_of(table: pa.Table) -> tuple[Any, Any]:
    """The month that most articles are of: its first day and that of the next one."""
    months = pc.value_counts(pc.strftime(table["published_date"].drop_null(), "%Y-%m")).to_pylist()
    best = max(months, key=lambda m: (m["counts"], m["values"]))["values"] if months else "2024-04"
    year, month = map(int, best.split("-"))
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def month_read(path: Path, first: Any, end: Any) -> float:
    where = (ds.field("published_date") >= first) & (ds.field("published_date") < end)
    return usual(lambda: ds.dataset(path).to_table(columns=["document_id", "headline", "body"], filter=where))


def by_id(path: Path, wanted: str) -> list[Any]:
    return duckdb.sql(f"select * from '{path}' where document_id = '{wanted}'").fetchall()


def choices(tables: Tables, work: Path) -> None:
    for dataset, several in CHOICES.items():
        table = tables[dataset]
        if dataset == "articles":
            table = sort_by_id(pa.concat_tables([table, tables["copies"].select(table.column_names).cast(table.schema)]))
        print(f"\n{dataset}: {table.num_rows:,} rows, {table.nbytes / 1e6:.1f} MB in memory")
        print(f"{'':34} {'size':>9} {'write':>8} {'a month':>9} {'by id':>8} {'by id, DuckDB':>14}")
        wanted = table["document_id"][table.num_rows // 3].as_py()
        first, end = month_of(tables["articles"])
        for choice in several:
            path = work / f"{dataset}.parquet"
            seconds = written(table, path, dataset, choice)
            month = f"{1e3 * month_read(path, first, end):6.0f} ms" if dataset == "articles" else ""
            ours = 1e3 * usual(lambda path=path, wanted=wanted: find_all([path], [wanted]))
            theirs = 1e3 * usual(lambda path=path, wanted=wanted: by_id(path, wanted))
            print(f"{choice.name:34} {path.stat().st_size / 1e6:6.2f} MB {seconds:6.2f} s {month:>9} {ours:5.1f} ms {theirs:11.1f} ms")


# --- throughput


def bare(tables: Tables, folder: Path) -> None:
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=3)


def throughput(tables: Tables, work: Path) -> None:
    documents = tables["articles"].num_rows + tables["copies"].num_rows
    (work / "bare").mkdir()
    rows = {
        "bare pyarrow.parquet.write_table, zstd 3": lambda: bare(tables, work / "bare"),
        "the same tables by Copydesk's writer": lambda: [write_rows(work / "ours", name, "x", [table]) for name, table in tables.items()],
    }
    print(f"\nthe {len(tables)} tables of {documents:,} documents")
    figures = {name: usual(call) for name, call in rows.items()}
    shards, assignments = shard_of(tables, work / "shards" / "00000")

    def publish() -> None:
        output = open_output(Path(tempfile.mkdtemp(dir=work)) / "out")
        publish_run(output, shards, assignments, info())
        close_output(output)

    figures["the whole room: read, join, sort, write, digest, sync"] = usual(publish, 3)
    base = next(iter(figures.values()))
    for name, seconds in figures.items():
        print(f"{name:56} {seconds:6.2f} s {documents / seconds:9,.0f} documents/s {seconds / base:6.2f} times")


# --- many releases


def releases(work: Path, points: tuple[int, ...]) -> None:
    out, near = work / "many", 3
    print(f"\n{'releases published':>20} {'a release':>12} {'of it hard links':>18} {'files linked':>14}")
    costs: list[float] = []
    for number in range(1, points[-1] + near + 1):
        shards, assignments = prepare(work / "many-work" / str(number), Input(some(number * 10, 5, 1)))
        memory = {"signatures": shards[0] / "articles.parquet"}

        def publish() -> None:
            output = open_output(out)
            told = replace(info(str(number)), configuration_digest="0" * 64)  # noqa: B023 - called at once
            publish_run(output, shards, assignments, told, memory=memory)  # noqa: B023
            close_output(output)

        costs.append(spent(publish))
        if number - near in points:
            files = current_release(out).manifest["files"]
            links = usual(lambda: linked(out, work), 3)
            print(f"{number - near:20,} {1e3 * median(costs[-2 * near :]):9.0f} ms {1e3 * links:15.0f} ms {len(files):14,}", flush=True)


def linked(out: Path, work: Path) -> None:
    """Link a release as a bare loop does it."""
    release, target = current_release(out), Path(tempfile.mkdtemp(dir=work))
    for entry in release.manifest["files"]:
        folder = target / entry["path"].rpartition("/")[0]
        if not folder.is_dir():
            folder.mkdir(parents=True)
        os.link(release.path / entry["path"], target / entry["path"])


# --- verify

VERIFY = "import sys; from flows.cli import main; sys.exit(main(['verify', '--out', sys.argv[1]]))"


def verified(tables: Tables, work: Path, times: int) -> Iterator[str]:
    for factor in (1, times):
        many = {name: multiplied(table, factor) for name, table in tables.items()}
        shards, assignments = shard_of(many, work / f"verify-{factor}" / "00000")
        output = open_output(work / f"verify-{factor}" / "out")
        summary = publish_run(output, shards, assignments, info())
        close_output(output)
        pid = subprocess.Popen([sys.executable, "-c", VERIFY, str(work / f"verify-{factor}" / "out")], cwd=ROOT)
        _, status, used = os.wait4(pid.pid, 0)
        pid.returncode = os.waitstatus_to_exitcode(status)
        seconds, documents = used.ru_utime + used.ru_stime, summary.articles + summary.copies
        rate = f"{documents:,} documents: {seconds:.2f} s, {60 * documents / seconds:,.0f} a minute"
        yield f"{rate}, {used.ru_maxrss / 1024:.0f} MB at most, exit {pid.returncode}"


def multiplied(table: pa.Table, factor: int) -> pa.Table:
    """A table several times, each time with other documents."""
    names = [n for n in ("document_id", "story_id", "copy_of", "previous_version") if n in table.column_names]
    tables = [table]
    for turn in range(1, factor):
        again = table
        for name in names:
            turned = pc.binary_join_element_wise(pc.utf8_slice_codeunits(table[name], 2), f"{turn:02x}", "")
            again = again.set_column(again.column_names.index(name), name, turned)
        if "identity" in table.column_names:
            other = pc.binary_join_element_wise(table["identity"], str(turn), "#")
            again = again.set_column(again.column_names.index("identity"), "identity", other)
        tables.append(again.cast(table.schema))
    return pa.concat_tables(tables)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("outs", nargs="*", type=Path, metavar="DIR", help="published outputs whose text is taken")
    options.add_argument("--documents", type=int, default=10_000, help="of made-up text")
    options.add_argument("--releases", type=int, default=1000)
    options.add_argument("--only", choices=["choices", "throughput", "releases", "verify"])
    chosen = options.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(prefix="copydesk-write-") as folder:
        work = Path(folder)
        tables = published(chosen.outs) if chosen.outs else made_up(work, chosen.documents)
        parts: dict[str, Callable[[], Any]] = {
            "choices": lambda: choices(tables, work),
            "throughput": lambda: throughput(tables, work),
            "releases": lambda: releases(work, tuple(n for n in (10, 100, 1000) if n <= chosen.releases)),
            "verify": lambda: [print(f"verify, {line}", flush=True) for line in verified(tables, work, 8)],
        }
        for name, part in parts.items():
            if chosen.only in (None, name):
                part()
    return 0


if __name__ == "__main__":
    sys.exit(main())

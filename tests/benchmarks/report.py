"""What the report costs: seconds, memory and size of the page for outputs of 1,000, 100,000 and 1,000,000 documents, and how fast it opens.

    make bench-report [SIZES="1000 100000 1000000"]

The outputs are made up: a pool of lossless documents under ever new ids, outlets, days and groups, written as the write room writes.
Two runs each, the second with a tenth of the documents. The time to open is that of headless Chromium, where `make test-browser` set it up.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tasks.write.output import close_output, open_output  # noqa: E402
from tasks.write.parquet import DatasetWriter, write_rows  # noqa: E402
from tasks.write.release import commit, stage_empty  # noqa: E402
from tasks.write.runs import Expectation, Summary, runs_row  # noqa: E402
from tasks.write.schema import schema_for  # noqa: E402
from tests.write.made import Input as MadeInput  # noqa: E402
from tests.write.made import info, make, publish, reject  # noqa: E402

SIZES = [int(size) for size in os.environ.get("SIZES", "1000 100000 1000000").split()]
CHUNK = 20_000
POOL, SPANS = 200, 24
CLASSES = ("navigation", "share", "related", "newsletter", "caption", "credit", "headline", "timestamp", "byline", "copyright")
AGENCIES = ("ap", "reuters", "afp", "dpa", "efe", "xinhua", "tass", "pti", "ansa", "kyodo")
LANGUAGES = ("en", "de", "fr", "es", "ru", "pt", "it", "tr", "ar", "zh")
OUTLETS = 5000
DIGITS = 16**32


def pool(scratch: Path) -> dict[str, pa.Table]:
    """Published rows of POOL documents: some 2,500 characters of story, SPANS spans each."""
    documents = []
    for number in range(POOL):
        pieces = []
        for at in range(SPANS // 2):
            sentence = " ".join(f"w{(number * 31 + at * 7 + word) % 997}" for word in range(40))
            pieces += [
                ("paragraph", f"{sentence}."),
                (CLASSES[(number + at) % len(CLASSES)], f"debris {number} {at} " * (1 + at % 4)),
                ("whitespace", "\n"),
            ]
        documents.append(make(f"pool-{number}", pieces))
    publish(
        scratch / "pool",
        scratch / "w",
        MadeInput(tuple(documents), tuple(reject(n, reason=r) for n, r in enumerate(("too-short", "index-page", "empty")))),
    )
    from tasks.write.output import current_release
    from tasks.write.reading import read_file

    release = current_release(scratch / "pool")
    return {
        name: pa.concat_tables([read_file(path) for path in release.files(name)]) for name in ("articles", "removed", "evidence", "rejects")
    }


def ids(start: int, count: int, of: int, offset: int) -> list[str]:
    """Ids in order, spread over all there are."""
    step = DIGITS // of
    return [f"{(start + n) * step + offset:032x}" for n in range(count)]


def replaced(table: pa.Table, **columns: Any) -> pa.Table:
    for name, values in columns.items():
        field = table.schema.field(name)
        table = table.set_column(table.schema.get_field_index(name), field, pa.array(values, field.type))
    return table


class Made:
    """Rows of a made-up run, chunk by chunk."""

    def __init__(self, rows: dict[str, pa.Table], documents: int, run: str, offset: int) -> None:
        self.rows, self.documents, self.run, self.offset = rows, documents, run, offset
        self.random = np.random.default_rng(documents + offset)
        self.per = {name: rows[name].num_rows // POOL for name in ("removed", "evidence")}
        self.heads: list[str] = []

    def chunks(self) -> Iterator[dict[str, pa.Table]]:
        for start in range(0, self.documents, CHUNK):
            yield self.chunk(start, min(CHUNK, self.documents - start))

    def owned(self, name: str, picked: "np.ndarray[Any, Any]", names: Sequence[str]) -> pa.Table:
        per = self.per[name]
        rows = (picked[:, None] * per + np.arange(per)).reshape(-1)
        owners = pa.array(names).take(pa.array(np.repeat(np.arange(len(names)), per)))
        return replaced(self.rows[name].take(pa.array(rows)), document_id=owners, run_id=[self.run] * len(rows))

    def chunk(self, start: int, count: int) -> dict[str, pa.Table]:
        names, random = ids(start, count, self.documents, self.offset), self.random
        picked = random.integers(0, POOL, count)
        outlet = np.minimum(random.zipf(1.3, count), OUTLETS)
        agency = random.integers(0, 3 * len(AGENCIES), count)
        copies = random.random(count) < 0.25
        copies[0] = False
        rows = replaced(
            self.rows["articles"].take(pa.array(picked)), document_id=names, run_id=[self.run] * count,
            headline=[f"A made-up headline of the day, number {start + n}" for n in range(count)],
            outlet_domain=[f"outlet-{n}.example" for n in outlet], outlet_name=[f"The Outlet {n}" for n in outlet],
            outlet_id=[f"outlet-{n}.example" if n % 3 else None for n in outlet],
            agency_id=[AGENCIES[n] if n < len(AGENCIES) else None for n in agency],
            language=[LANGUAGES[min(n, 9)] for n in random.geometric(0.5, count) - 1],
            published_date=(np.datetime64("2023-01-01") + random.integers(0, 700, count)).astype("datetime64[D]"),
            body_confidence=random.random(count).astype(np.float32),
        )  # fmt: skip
        own = np.flatnonzero(~copies)
        story = np.array(names, dtype=object)
        story[copies] = np.array(names, dtype=object)[own[np.minimum(random.zipf(1.5, copies.sum()), len(own)) - 1]]
        rows = replaced(rows, story_id=story.tolist())
        return {
            "articles": rows.filter(pa.array(~copies)),
            "copies": self.as_copies(rows.filter(pa.array(copies))),
            "removed": self.owned("removed", picked, names),
            "evidence": self.owned("evidence", picked, names),
        }

    def as_copies(self, rows: pa.Table) -> pa.Table:
        relation = ["near", "exact", "excerpt", "extended"]
        more = {
            "copy_of": rows["story_id"], "relation": pa.array([relation[n] for n in self.random.integers(0, 4, rows.num_rows)]),
            "similarity": pa.array(np.full(rows.num_rows, 0.8, np.float32)), "containment": pa.array(np.full(rows.num_rows, 0.9, np.float32)),
            "reason": pa.array(["fullest"] * rows.num_rows),
        }  # fmt: skip
        for name, column in more.items():
            rows = rows.append_column(name, column)
        return rows.cast(schema_for("copies"))


def publish_made(out: Path, rows: dict[str, pa.Table], documents: int, number: int) -> None:
    """Publish one made-up run; one input in twenty is a reject."""
    run = f"{number:032x}"
    output = open_output(out)
    staged, stem = output.staging / "made", f"{number:06d}-{run[:12]}"
    staged.mkdir()
    made = Made(rows, documents, run, number)
    writers = {name: DatasetWriter(staged / name, name, stem) for name in ("articles", "copies", "removed", "evidence")}
    for writer in writers.values():
        writer.__enter__()
    for chunk in made.chunks():
        for name, table in chunk.items():
            writers[name].write(table)
    for writer in writers.values():
        writer.__exit__(None, None, None)
    rejects = rows["rejects"].take(pa.array(np.arange(documents // 20 or 1) % rows["rejects"].num_rows))
    rejects = replaced(rejects, document_id=ids(0, rejects.num_rows, rejects.num_rows, 7 + number), run_id=[run] * rejects.num_rows)
    write_rows(staged / "rejects", "rejects", stem, [rejects])
    judged = tuple(Expectation("debris", f"outlet-{n}.example", 0.3, 0.4, "ok" if n % 9 else "warned", "made up") for n in range(1, 400))
    counts = (documents + rejects.num_rows, writers["articles"].rows, writers["copies"].rows, rejects.num_rows, 0)
    summary = Summary(run, number, *counts, {}, dict.fromkeys(CLASSES, 1000), judged)
    write_rows(staged / "runs", "runs", stem, [runs_row(info(), summary, number)])
    if output.prior is None:
        stage_empty(staged)
    commit(output, staged, runs=number)
    close_output(output)


def cost(out: Path) -> tuple[float, float, int]:
    """Processor seconds and peak memory in MB of `copydesk report` in a process of its own, and the bytes of the page."""
    command = [sys.executable, "-m", "flows.cli", "report", "--out", str(out)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit("copydesk report failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, (out / "report.html").stat().st_size


def opening(page: Path) -> str:
    """Median milliseconds until Chromium has loaded and drawn the page, of five visits; why not, where it cannot be asked."""
    try:
        from tests.browser.chromium import browser
    except ImportError:
        return "run `make test-browser` first"
    with browser() as opened:
        taken = []
        for _ in range(5):
            visit = opened.new_page()
            start = time.monotonic()
            visit.goto(page.as_uri(), wait_until="load")
            visit.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            taken.append(1000 * (time.monotonic() - start))
            visit.close()
    return f"{statistics.median(taken):,.0f}"


def main() -> None:
    print("| documents | rows of `removed` | processor s | peak MB | page MB | opens in ms |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        rows = pool(Path(scratch))
        for size in SIZES:
            out = Path(scratch) / f"out-{size}"
            out.mkdir()
            publish_made(out, rows, size * 9 // 10, 1)
            publish_made(out, rows, size // 10, 2)
            seconds, memory, length = cost(out)
            spans = size * rows["removed"].num_rows // POOL
            print(
                f"| {size:,} | {spans:,} | {seconds:.1f} | {memory:,.0f} | {length / 1e6:.2f} | {opening(out / 'report.html')} |",
                flush=True,
            )
            if os.environ.get("KEEP"):
                (Path(os.environ["KEEP"]) / f"report-{size}.html").write_bytes((out / "report.html").read_bytes())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    main()

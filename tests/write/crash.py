"""Real runs killed at random moments while plain readers loop: `make crash` (KILLS=200 RUNS=20).

Bundles are cleaned one after another, once undisturbed and once by `copydesk run` processes that are killed, whole process group, with
SIGKILL: half of them at any moment of a run, half while it publishes. Meanwhile pandas, DuckDB and Polars read the folders by path. No
reader may fail or see half a run, no row may be lost or doubled, and in the end each data file must have the bytes of the undisturbed
output. Exits with 1 and says what was wrong otherwise.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.write.stories import bundle, headline, page, paragraphs, row  # noqa: E402 - the path first

READERS = ("pandas", "duckdb", "polars")
DOCUMENTS = 30  # of a bundle


def rows_of(run: int) -> list[dict[str, Any]]:
    """A bundle's rows: new stories, pages, copies and versions of what earlier runs published, a row that is rejected."""
    first, dice = run * 1000, Random(run)
    rows = [row(first + n) for n in range(DOCUMENTS - 10)]
    rows += [{"url": f"https://pages.example/{first + n}", "html": page(first + n, paragraphs(first + n))} for n in range(100, 104)]
    earlier = [dice.randrange(max(run, 1)) * 1000 + n for n in range(4)]
    rows += [row(n, url=f"https://copies{run}.example/{n}") for n in earlier[:2]]
    rows += [
        row(n, text="\n\n".join([headline(n), *paragraphs(n)[: 2 + n % 2]]), url=f"https://short{run}.example/{n}") for n in earlier[2:]
    ]
    rows.append(row(earlier[0], text="\n\n".join([headline(earlier[0]), *paragraphs(earlier[0]), *paragraphs(first + 500)[:1]])))
    return [*rows, {"url": f"https://gazette.example/stub/{run}", "text": "Too short."}]


def command(path: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "flows.cli", "run", str(path), "--out", str(out), "--workers", "2"]


def whole_run(path: Path, out: Path) -> float:
    """One run left alone; returns its seconds."""
    started = time.monotonic()
    done = subprocess.run(command(path, out), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"crash: a run left alone failed: {done.stderr.splitlines()[-1:]}")
    return time.monotonic() - started


def manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "current" / "_manifest.json").read_text())
    return found


def data_files(out: Path) -> dict[str, str]:
    """Path and digest of each published file that no clock may show in."""
    return {f["path"]: f["sha256"] for f in manifest(out)["files"] if not f["path"].startswith("runs/")}


def expected_rows(out: Path) -> dict[str, dict[str, int]]:
    """For each dataset how many rows each run left there, runs in order."""
    import duckdb

    runs = [str(run) for (run,) in duckdb.sql(f"select run_id from '{out}/runs/*.parquet' order by number").fetchall()]
    found = {}
    for dataset in ("articles", "copies", "removed", "evidence", "rejects"):
        counted = dict(duckdb.sql(f"select run_id, count(*) from '{out}/{dataset}/*.parquet' group by 1").fetchall())
        found[dataset] = {run: counted.get(run, 0) for run in runs}
    return found


# --- readers


def columns_of(reader: str, folder: Path, columns: list[str]) -> dict[str, list[Any]]:
    """Some columns of a dataset, as a person would read them."""
    if reader == "pandas":
        import pandas

        frame = pandas.read_parquet(folder, columns=columns)
        return {name: frame[name].tolist() for name in columns}
    if reader == "polars":
        import polars

        table = polars.read_parquet(folder, columns=columns)
        return {name: table[name].to_list() for name in columns}
    import duckdb

    found = duckdb.sql(f"select {', '.join(columns)} from '{folder}/*.parquet'").fetchall()
    return {name: [line[place] for line in found] for place, name in enumerate(columns)}


def look(reader: str, out: Path, expected: dict[str, dict[str, int]]) -> int:
    """Read everything once; returns how many runs were seen at last. Raises AssertionError for what may not be."""
    seen = 0
    for dataset, told in expected.items():
        found = columns_of(reader, out / dataset, ["document_id", "run_id", *(["body"] if dataset == "articles" else [])])
        counted = Counter(found["run_id"])
        wrong = {run: rows for run, rows in counted.items() if rows != told.get(run)}
        assert not wrong, f"{dataset}: rows by run {wrong}, {[told.get(run) for run in wrong]} expected"
        whole = list(told)
        last = max((whole.index(run) + 1 for run in counted), default=0)
        missing = [run for run in whole[:last] if told[run] and run not in counted]
        assert not missing, f"{dataset}: runs {missing} are not there, a later one is"
        assert last >= seen or dataset in ("copies", "rejects"), f"{dataset}: run {last} seen after run {seen}"
        seen = max(seen, last)
        if dataset in ("articles", "copies"):
            assert len(set(found["document_id"])) == len(found["document_id"]), f"{dataset}: a document twice"
    release = (out / "current").resolve()  # who joins resolves the pointer once
    heads = set(columns_of(reader, release / "articles", ["document_id"])["document_id"])
    copies = columns_of(reader, release / "copies", ["copy_of"])["copy_of"]
    assert heads.issuperset(copies), "a copy whose article is not there"
    return seen


def read_on(reader: str, out: Path, told: Path, stop: Path) -> int:
    """Loop until told to stop; prints how often and what was seen. Returns 1 at the first thing that may not be."""
    os.nice(5)  # the runs go first
    expected, looks, states = json.loads(told.read_text()), 0, Counter[int]()
    while not (out / "articles").exists() and not stop.exists():
        time.sleep(0.01)
    latest = 0
    while not stop.exists():
        try:
            seen = look(reader, out, expected)
            assert seen >= latest, f"run {seen} seen after run {latest}"
        except Exception as error:  # whatever a reader meets is the finding
            print(f"{type(error).__name__}: {error}")
            return 1
        latest, looks = seen, looks + 1
        states[seen] += 1
        time.sleep(0.05)  # the runs need the machine too
    print(f"{looks} reads of all datasets, {len(states)} states of the output seen")
    return 0


# --- kills


def staged(out: Path) -> bool:
    return any((out / ".staging").glob("*/publish/release/articles"))


def kill_once(path: Path, out: Path, dice: Random, seconds: float) -> str:
    """Start a run and kill its process group at a random moment; returns where it was then, or `finished` where it was too late."""
    before = len(list((out / "releases").glob("*"))) if (out / "releases").exists() else 0
    said = out.with_name("said")
    with said.open("w") as stream:
        run = subprocess.Popen(command(path, out), cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=stream)
    if dice.random() < 0.5:
        moment = time.monotonic() + dice.uniform(0, seconds)
        while time.monotonic() < moment and run.poll() is None:
            time.sleep(0.002)
    else:
        while not staged(out) and run.poll() is None:
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.15))
    late = run.poll() is not None
    os.killpg(run.pid, signal.SIGKILL) if not late else None
    status = run.wait()
    after = len(list((out / "releases").glob("*"))) if (out / "releases").exists() else 0
    if late:
        return "finished" if status == 0 else sys.exit(f"crash: a run that followed a kill failed with {status}: {said.read_text()[-500:]}")
    return "after its commit" if after > before else "while publishing" if staged(out) else "before publishing"


def disturb(paths: list[Path], out: Path, calm: list[dict[str, str]], kills: int, dice: Random, seconds: float) -> Counter[str]:
    """Each bundle in turn: runs that are killed, then one that is left alone and must leave what the undisturbed one left."""
    where: Counter[str] = Counter()
    for number, path in enumerate(paths):
        quota = -(-(kills - sum(where.values()) + where["finished"]) // (len(paths) - number))
        last = number + 1 == len(paths)
        while quota > 0:
            told = kill_once(path, out, dice, seconds)
            where[told] += 1
            quota -= told != "finished"
            committed = told in ("after its commit", "finished")
            if committed and not last:
                break  # nothing is left to do for this bundle; the next ones get its kills
        whole_run(path, out)
        if data_files(out) != calm[number]:
            sys.exit(f"crash: after bundle {number + 1} the data files are not those of the undisturbed output")
        print(f"bundle {number + 1} of {len(paths)}: killed so far {sum(where.values()) - where['finished']}", flush=True)
    return where


def leftovers(out: Path) -> list[str]:
    return sorted(p.name for p in (out / ".staging").iterdir() if p.name != ".gate")


def crash(work: Path, kills: int, runs: int, seed: int) -> int:
    paths = [bundle(work / f"bundle-{number:02d}.jsonl", rows_of(number)) for number in range(runs)]
    calm, seconds = [], []
    for path in paths:
        seconds.append(whole_run(path, work / "calm"))
        calm.append(data_files(work / "calm"))
    told, stop = work / "expected.json", work / "stop"
    told.write_text(json.dumps(expected_rows(work / "calm")))
    usual = min(seconds)  # a moment after the end would kill nothing
    print(f"seed {seed}; {runs} bundles, the shortest undisturbed run took {usual:.1f} s", flush=True)
    out, me = work / "out", [sys.executable, str(Path(__file__).resolve()), "--read"]
    readers = {r: subprocess.Popen([*me, r, str(out), str(told), str(stop)], stdout=subprocess.PIPE, text=True) for r in READERS}
    try:
        where = disturb(paths, out, calm, kills, Random(seed), usual)
        time.sleep(2)  # the readers see the last state too
    finally:
        stop.touch()
        said = {name: (process.communicate()[0].strip(), process.returncode) for name, process in readers.items()}
    for name, (line, status) in said.items():
        print(f"{name}: {line or 'said nothing'}{'' if status == 0 else ' — FAILED'}")
    print("killed: " + ", ".join(f"{count} {name}" for name, count in sorted(where.items()) if name != "finished"))
    verified = subprocess.run([sys.executable, "-m", "flows.cli", "verify", "--out", str(out)], cwd=ROOT, capture_output=True, text=True)
    print(f"verify: {verified.stdout.strip() or 'all laws hold'}; leftovers in staging: {leftovers(out) or 'none'}")
    bad = verified.returncode or leftovers(out) or any(status for _, status in said.values())
    print("crash: FAILED" if bad else "crash: each data file is that of the undisturbed output, no reader failed or saw half a run")
    return int(bool(bad))


def main() -> int:
    if sys.argv[1:2] == ["--read"]:
        reader, out, told, stop = sys.argv[2:]
        return read_on(reader, Path(out), Path(told), Path(stop))
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("crash: stopped"))  # the readers end with it
    with tempfile.TemporaryDirectory(prefix="copydesk-crash-") as work:
        return crash(Path(work), chosen.kills, chosen.runs, chosen.seed)


if __name__ == "__main__":
    sys.exit(main())

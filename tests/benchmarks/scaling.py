"""What a large run costs: the share of orchestration, memory over the run, two cores against one, all beside the bare functions.

    make bench-scaling [PAGES=20000] [SHARD=1000] [PARTS="two one bare ceiling"] [DATA=../shared/data/pages/pages.jsonl.zst]

The pages are real ones, repeated with the words of each longer piece of text in another order, so that none is a copy of another.
The bare functions are those that the workers call, one after the other in one process, without Prefect, a pool or a server.
Processor time is that of a command and of all processes it waited for. Memory is what a worker and the child that works for it hold,
pages that they share counted once (PSS), looked at twice a second.
"""

import base64
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import zstandard

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

PAGES = int(os.environ.get("PAGES", "20000"))
DATA = Path(os.environ.get("DATA", ROOT.parent / "shared/data/pages/pages.jsonl.zst"))
KEPT = os.environ.get("SCRATCH")  # where the bundle is kept for another go
SHARD = os.environ.get("SHARD")  # documents in a shard, where it is not to be the default
PARTS = os.environ.get("PARTS", "two one bare ceiling").split()  # what is measured
MARKUP = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<[^>]*>)", re.DOTALL | re.IGNORECASE)
LONG = 8  # words of a piece of text whose order is changed
TENTHS = 10
CEILING = 250  # pages of the shard by which the machine itself is measured
MEBIBYTE = 1 << 20


@dataclass
class Measured:
    """A command that ran: seconds of processor and clock, the same of its own process alone, what it said and what its workers held."""

    processor: float
    wall: float
    load: float
    said: list[tuple[float, str]] = field(default_factory=list)
    held: list[tuple[float, int, int]] = field(default_factory=list)  # seconds, bytes of the largest worker, bytes of the flow's process

    def own(self) -> float:
        """Processor seconds of the flow's process, as it told them at its end."""
        return float(next(line for _, line in reversed(self.said) if line.startswith("own ")).split()[1])


def rounds(data: Path, pages: int) -> Iterator[bytes]:
    """Lines of JSONL: the pages of `data`, again and again, each time in other words' order and under another address."""
    with data.open("rb") as raw:
        rows = [json.loads(line) for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")]
    rows = [row for row in rows if row.get("html") or row.get("html_base64")]
    for number in range(pages):
        turn, place = divmod(number, len(rows))
        yield json.dumps(changed(rows[place], turn), ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def changed(row: dict[str, str], turn: int) -> dict[str, str]:
    """A page as another one: turn 0 leaves it as it is."""
    if not turn:
        return row
    html = row.get("html") or base64.b64decode(row["html_base64"]).decode("latin-1")
    dice = random.Random(f"{row['id']} {turn}")
    pieces = MARKUP.split(html)
    for place in range(0, len(pieces), 2):  # what stands between two pieces of markup
        words = pieces[place].split()
        if len(words) >= LONG:
            dice.shuffle(words)
            pieces[place] = f" {' '.join(words)} "
    url = row.get("url") or ""
    return {"id": f"{row['id']}-{turn}", "url": f"{url}{'&' if '?' in url else '?'}turn={turn}" if url else "", "html": "".join(pieces)}


def bundle_of(scratch: Path, pages: int) -> Path:
    """A bundle of so many pages, made where it is missing."""
    bundle = scratch / f"pages-{pages}.jsonl.zst"
    if not bundle.exists():
        with zstandard.ZstdCompressor(level=3).stream_writer(bundle.with_suffix(".new").open("wb")) as packed:
            for line in rounds(DATA, pages):
                packed.write(line)
        bundle.with_suffix(".new").rename(bundle)
    return bundle


def bare(bundle: str, out: str) -> None:
    """The functions that workers call, in the order of the flow, here."""
    from flows.workers import perform
    from tasks.settings import Shards, load_settings
    from tasks.write.output import close_output, open_output

    settings = load_settings()
    if SHARD:
        pipeline = settings.pipeline.model_copy(update={"shards": Shards(documents=int(SHARD))})
        settings = settings.model_copy(update={"pipeline": pipeline})
    started, output = datetime.now(UTC), open_output(out)

    def call(target: str, *arguments: object) -> object:
        return perform(f"tasks.{target}", arguments, {})

    work, config = output.staging / "work", settings.folder
    work.mkdir()
    known = call("write.release:known_documents", output, work / "known.parquet")
    shards: list[Path] = call("split.shard:split_bundles", [bundle], work, settings)  # type: ignore[assignment]
    for shard in shards:
        call("strip.shard:parse_shard", shard, config, known)
    selected, lines, stories = work / "selected.parquet", work / "boilerplate.parquet", work / "stories.parquet"
    call("deduplicate.select:select_documents", shards, known, selected)
    call("strip.shard:count_lines", shards, selected, [], lines)
    for shard in shards:
        call("strip.shard:strip_shard", shard, config, selected, lines)
        call("normalize.shard:normalize_shard", shard, config)
        call("deduplicate.shard:sign_shard", shard, config)
    grouping = work / "grouping"
    parts, ranges = call("deduplicate.members:gather", shards, [], grouping, config)  # type: ignore[misc]
    for step, pieces, other in (("index:index_part", parts, parts), ("stories:compare_range", ranges, parts),
                                ("stories:count_part", parts, ranges), ("stories:judge_range", ranges, parts)):  # fmt: skip
        for piece in range(pieces):
            call(f"deduplicate.{step}", grouping, piece, other, config)
    call("deduplicate.groups:assign", shards, grouping, ranges, stories, config)
    call("deduplicate.remember:memory_rows", shards, stories, [], work / "signatures.parquet")
    memory = {"boilerplate": work / "lines.parquet", "signatures": work / "signatures.parquet"}
    summary = call("write.inputs:publish_shards", output, shards, stories, memory, known, ((bundle,), settings.digest, started), config)
    call("write.report.files:renew_report", output.root, summary.release)  # type: ignore[attr-defined]
    close_output(output)


def product(*arguments: str) -> int:
    """`copydesk run`, which tells in the end what its own process took."""
    from flows.cli import main as command

    status = command(["run", *arguments])
    spent = os.times()
    print(f"own {spent.user + spent.system:.2f}", file=sys.stderr, flush=True)
    return status


def pss(process: int) -> int:
    """Bytes that a process holds, what it shares with others divided by their number; 0 where it is gone."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def children() -> dict[int, list[int]]:
    """The processes of this machine by their parent."""
    found: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found.setdefault(int(place.read_text().rpartition(")")[2].split()[1]), []).append(int(place.parent.name))
    return found


def family(process: int, of: dict[int, list[int]]) -> int:
    """Bytes that a process and all below it hold."""
    return pss(process) + sum(family(one, of) for one in of.get(process, ()))


def watch(process: int, measured: Measured, start: float, over: threading.Event) -> None:
    """Look twice a second at what the workers (the children of the fork server) and the flow's own process hold."""
    while not over.wait(0.5):
        of = children()
        workers = [worker for server in of.get(process, ()) for worker in of.get(server, ())]
        measured.held.append((time.monotonic() - start, max((family(one, of) for one in workers), default=0), pss(process)))


def run(*arguments: str, watched: bool = False) -> Measured:
    """Run a part of this script as a command of its own, which must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    start, measured = time.monotonic(), Measured(0, 0, os.getloadavg()[0])
    child = subprocess.Popen([sys.executable, __file__, *arguments], cwd=ROOT, env=kept, stderr=subprocess.PIPE, text=True)
    over = threading.Event()
    looking = threading.Thread(target=watch, args=(child.pid, measured, start, over), daemon=True)
    if watched:
        looking.start()
    assert child.stderr
    for line in child.stderr:
        measured.said.append((time.monotonic() - start, line.rstrip()))
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    measured.wall, measured.processor = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if child.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {child.returncode}\n" + "\n".join(line for _, line in measured.said[-20:]))
    return measured


def ceiling(scratch: Path) -> float:
    """How many times the work of one process two of them do here in the same time, by the bare functions on one shard each."""
    bundle = bundle_of(scratch, CEILING)
    for name in ("one", "two", "three"):
        run("--split", str(bundle), str(scratch / name))
    alone = run("--parse", str(scratch / "one")).wall
    start = time.monotonic()
    both = [subprocess.Popen([sys.executable, __file__, "--parse", str(scratch / name)]) for name in ("two", "three")]
    assert [one.wait() for one in both] == [0, 0]
    return 2 * alone / (time.monotonic() - start)


def shards_of(bundle: str, folder: str) -> None:
    from tasks.settings import load_settings
    from tasks.split.shard import split_bundles

    split_bundles([bundle], Path(folder), load_settings())


def parse_all(folder: str) -> None:
    from tasks.settings import load_settings
    from tasks.strip.shard import parse_shard

    for shard in sorted(Path(folder, "shards").iterdir()):
        parse_shard(shard, load_settings().folder, None)


def show_memory(measured: Measured) -> None:
    """The largest worker and the flow's process in each tenth of the run."""
    end = measured.held[-1][0]
    tenths = [[one for one in measured.held if end * part / TENTHS <= one[0] <= end * (part + 1) / TENTHS] for part in range(TENTHS)]
    print(f"| tenth of the run | {' | '.join(str(part + 1) for part in range(TENTHS))} |\n|---|{'---|' * TENTHS}")
    for column, name in ((1, "largest worker, MiB"), (2, "the flow's process, MiB")):
        print(f"| {name} | {' | '.join(str(max((one[column] for one in part), default=0) // MEBIBYTE) for part in tenths)} |")
    print(f"\nlargest worker of the whole run: {max(one[1] for one in measured.held) / MEBIBYTE:.0f} MiB (asked: under 1,536)")


def show_stages(measured: Measured) -> None:
    """When each stage ended, by the clock of the command, and the largest worker since the one before it ended."""
    told = [(at, line.split(" s  ", 1)[1]) for at, line in measured.said if " s  " in line]
    before = 0.0
    print("\n| stage | ended after s | largest worker until then, MiB |\n|---|---|---|")
    for at, stage in told:
        print(f"| {stage} | {at:.1f} | {max((one[1] for one in measured.held if before < one[0] <= at), default=0) // MEBIBYTE} |")
        before = at


def measured(bundle: str, made: str) -> dict[str, Measured]:
    """The parts that are asked for, by name."""
    shard = ["--set", f"shards.documents={SHARD}"] if SHARD else []
    found = {}
    if "two" in PARTS:
        found["two"] = run("--product", bundle, "--out", f"{made}/two", "--workers", "2", *shard, watched=True)
    if "one" in PARTS:
        found["one"] = run("--product", bundle, "--out", f"{made}/one", "--workers", "1", *shard)
    if "bare" in PARTS:
        found["bare"] = run("--bare", bundle, f"{made}/bare")
    return found


def show(found: dict[str, Measured], scratch: Path) -> None:
    """What was measured, beside one another."""
    names = {"bare": "bare functions, one process", "one": "`copydesk run --workers 1`", "two": "`copydesk run --workers 2`"}
    print(
        f"| {PAGES:,} pages | processor s | of these the flow's own process | wall s | pages a second | load before |\n|---|---|---|---|---|---|"
    )
    for name, it in found.items():
        own = "" if name == "bare" else f"{it.own():.1f}"
        print(f"| {names[name]} | {it.processor:.1f} | {own} | {it.wall:.1f} | {PAGES / it.wall:.1f} | {it.load:.1f} |")
    print()
    for name in ("one", "two"):
        if name in found:
            it = found[name]
            print(
                f"{names[name]}: its own process, which only orchestrates, {it.own() / (it.processor - it.own()):.2%} of the rest", end=""
            )
            print(
                f"; all against the bare functions {it.processor / found['bare'].processor - 1:+.2%} (asked: 5 %)"
                if "bare" in found
                else ""
            )
    if {"one", "two"} <= found.keys():
        print(f"two workers against one: {found['one'].wall / found['two'].wall:.2f} (asked: 1.8)")
    if "ceiling" in PARTS:
        print(f"two bare processes against one, which is what this machine gives: {ceiling(scratch):.2f}")
    if "two" in found:
        print(f"cores in use by two workers: {found['two'].processor / found['two'].wall:.2f}\n")
        show_memory(found["two"])
        show_stages(found["two"])


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        scratch = Path(KEPT or made)
        scratch.mkdir(exist_ok=True)
        show(measured(str(bundle_of(scratch, PAGES)), made), scratch)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        bare(*sys.argv[2:])
    elif sys.argv[1:2] == ["--product"]:
        sys.exit(product(*sys.argv[2:]))
    elif sys.argv[1:2] == ["--split"]:
        shards_of(*sys.argv[2:])
    elif sys.argv[1:2] == ["--parse"]:
        parse_all(*sys.argv[2:])
    else:
        main()

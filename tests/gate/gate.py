"""The gate: the product on real articles, scored from outside; figures below their floor stop a change.

    make gate                 the seeds, a sample of pages, lines and copies, and all ways to break a run
    .venv/bin/python tests/gate/gate.py seeds pages    only these parts

The data and the scripts that score lie beside the repository, in ../shared (COPYDESK_SHARED names another
place); they are not ours to publish. Floors are in floors.json: a number is the least a figure may be,
`{"at_most": x}` the most. Exit 1 below a floor or on a broken law, 2 where the data is missing.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("COPYDESK_SHARED") or ROOT.parent / "shared").resolve()
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text())
COPYDESK = str(ROOT / ".venv/bin/copydesk")
NEEDED = ("checks/laws.py", "checks/score.py", "data/bad_inputs", "data/seeds", "data/pages", "data/lines", "data/copies")

Row = dict[str, Any]


def call(*command: str | Path) -> str:
    """The stdout of a command; the gate ends where it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        what = " ".join(Path(str(part)).name for part in command[:3])
        print(f"gate: {what} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}", file=sys.stderr)
        sys.exit(1)
    return done.stdout


def clean(bundles: Iterable[Path], out: Path) -> Row:
    """Run the product and hold its laws; returns the run's summary."""
    summary: Row = json.loads(call(COPYDESK, "run", *bundles, "--out", out, "--json"))
    call(COPYDESK, "verify", "--out", out)
    return summary


def score(*arguments: str | Path) -> Row:
    """What score.py says."""
    found: Row = json.loads(call(sys.executable, SHARED / "checks/score.py", *arguments))
    return found


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a compressed JSONL file."""
    packed = path.open("rb")
    with packed, gzip.open(packed) if path.suffix == ".gz" else zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        for line in io.TextIOWrapper(plain, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """Rows as JSONL, gzipped where the name says so."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, 1) if path.suffix == ".gz" else text)
    return path


def chosen(key: str, part: float) -> bool:
    """Whether something belongs to a sample: the same ones every time, whatever else there is."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) < part * (1 << 32)


def seeds(work: Path) -> Row:
    """Five documents whose every line and value is labelled: nothing lost, nothing left, nothing wrong."""
    data = SHARED / "data/seeds"
    clean(sorted(data.glob("*.txt")), work / "out")
    call(sys.executable, SHARED / "checks/laws.py", work / "out", "--source", data, "--explain", "5", "--copydesk", COPYDESK)
    found = score("seeds", data / "gold.json", work / "out")
    return {name: {**figures, "wrong": len(figures["wrong"])} for name, figures in found.items()}


def pages(work: Path) -> Row:
    """A sample of real pages: the body and the metadata."""
    part, data = FLOORS["pages"]["sample"], SHARED / "data/pages"
    bundle = write_rows(work / "pages.jsonl", (row for row in rows_of(data / "pages.jsonl.zst") if chosen(row["id"], part)))
    gold = write_rows(work / "gold.jsonl", (row for row in rows_of(data / "gold.jsonl.zst") if chosen(row["id"], part)))
    clean([bundle], work / "out")
    call(sys.executable, SHARED / "checks/laws.py", work / "out", "--explain", "5", "--copydesk", COPYDESK)
    return {"body": score("pages", gold, work / "out"), "meta": score("meta", gold, work / "out")}


def lines(work: Path) -> Row:
    """A sample of extracted text with its debris, in the view that is closest to the seeds."""
    part, view = FLOORS["lines"]["sample"], FLOORS["lines"]["view"]
    kept = (row for row in rows_of(SHARED / "data/lines/texts.jsonl.gz") if row["view"] == view and chosen(row["page_id"], part))
    gold = write_rows(work / "gold.jsonl.gz", kept)
    call(sys.executable, SHARED / "checks/score.py", "bundle", "lines", gold, work / "bundle.jsonl", view)
    clean([work / "bundle.jsonl"], work / "out")
    return score("lines", gold, work / "out")


def copies(work: Path) -> Row:
    """A sample of wire copy, whole groups of it."""
    part, data = FLOORS["copies"]["sample"], SHARED / "data/copies"
    kept = (row for row in rows_of(data / "docs.jsonl.gz") if chosen(row.get("event_id") or row["cluster_id"], part))
    gold = write_rows(work / "gold/docs.jsonl.gz", kept)
    shutil.copy(data / "pairs_ignore.jsonl.gz", work / "gold")
    call(sys.executable, SHARED / "checks/score.py", "bundle", "copies", gold, work / "bundle.jsonl")
    clean([work / "bundle.jsonl"], work / "out")
    return score("copies", work / "gold", work / "out")


def bad_inputs(work: Path) -> Row:
    """All ways to break a run, in one run: how many come out otherwise than asked, and the largest process."""
    command = [sys.executable, str(SHARED / "data/bad_inputs/check.py"), "--copydesk", COPYDESK, "--keep", str(work)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    counted = re.fullmatch(r"(\d+) of (\d+) cases as asked; peak RSS of one process (\d+) MB, .*", told[-1] if told else "")
    if not counted:
        print("\n".join(["gate: bad_inputs/check.py did not come to its end:", *told]), file=sys.stderr)
        sys.exit(1)
    good, cases, peak = map(int, counted.groups())
    return {"cases": cases, "not as asked": cases - good, "peak_mb": peak, "which": told[:-1]}


def below(floors: Any, found: Any, where: str) -> Iterator[str]:
    """A line for each figure that is on the wrong side of its floor."""
    if isinstance(floors, dict) and "at_most" not in floors:
        for name, floor in floors.items():
            yield from below(floor, found.get(name) if isinstance(found, dict) else None, f"{where} › {name}")
    elif isinstance(floors, dict):
        if found is None or found > floors["at_most"]:
            yield f"{where}: {found}, at most {floors['at_most']} was asked"
    elif found is None or found < floors:
        yield f"{where}: {found}, at least {floors} was asked"


PARTS: dict[str, Callable[[Path], Row]] = {"seeds": seeds, "pages": pages, "lines": lines, "copies": copies, "bad_inputs": bad_inputs}


def floors_of(part: str, found: Row) -> Any:
    """The floors of a part; those of the seeds hold for each document."""
    floors = FLOORS[part]["floors"]
    return dict.fromkeys(found, floors) if part == "seeds" else floors


def main() -> int:
    """Run the parts that were named, or all."""
    missing = [str(SHARED / name) for name in NEEDED if not (SHARED / name).exists()]
    if missing:
        print(f"gate: missing: {', '.join(missing)}; put the real articles there, or name their folder in COPYDESK_SHARED", file=sys.stderr)
        return 2
    failures = []
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory(prefix=f"copydesk-gate-{part}-") as scratch:
            found = PARTS[part](Path(scratch))
        print(f"{part}: {json.dumps(found, ensure_ascii=False)}", flush=True)
        failures += below(floors_of(part, found), found, part)
        if part == "seeds" and len(found) != FLOORS["seeds"]["documents"]:
            failures.append(f"seeds: {len(found)} documents were scored, {FLOORS['seeds']['documents']} was asked")
    for line in failures:
        print(f"gate: {line}", file=sys.stderr)
    print(f"gate: {'closed' if failures else 'open'}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

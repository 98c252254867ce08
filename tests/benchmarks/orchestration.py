"""What Prefect costs: a whole run on seeds/ beside an empty flow of plain Prefect, in processor time, all in one go.

    make bench-orchestration [ROUNDS=5]

Processor time is that of a command and of all processes it waited for; the rounds alternate, so that a
busy machine is as busy for the one as for the other.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
EMPTY = "from prefect import flow\n\n@flow\ndef empty() -> None: ...\n\nempty()\n"
COPYDESK = str(ROOT / ".venv/bin/copydesk")
PATIENT = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"}
BARE = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


def measured(command: list[str], **environment: str) -> tuple[float, float]:
    """Processor and wall-clock seconds of a command that must succeed."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        child = subprocess.Popen(command, cwd=ROOT, env=BARE | environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        if child.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)}: exit {child.returncode}\n{said.read().decode(errors='replace')[-2000:]}")
    return usage.ru_utime + usage.ru_stime, wall


def row(name: str, figures: list[tuple[float, float]], base: float | None = None) -> float:
    """Print the medians of one command, beside those of the empty flow."""
    processor, wall = (statistics.median(column) for column in zip(*figures, strict=True))
    spread = f"{min(f[0] for f in figures):.1f} to {max(f[0] for f in figures):.1f}"
    print(f"| {name} | {processor:.1f} | {spread} | {wall:.1f} | {f'{processor / base:.2f}' if base else ''} |", flush=True)
    return processor


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home, fresh = f"{scratch}/home", iter(range(ROUNDS + 1))
        used = f"{scratch}/used"
        kinds: dict[str, Callable[[], tuple[float, float]]] = {
            # Only its patience is changed: on a busy machine it gives up after 20 s.
            "empty flow of plain Prefect, used home": lambda: measured([sys.executable, "-c", EMPTY], PREFECT_HOME=home, **PATIENT),
            "`make pipeline` on seeds": lambda: measured(["make", "-s", "pipeline", f"OUT={scratch}/{next(fresh)}"]),
            "the same bundle again": lambda: measured([COPYDESK, "run", "seeds", "--out", used]),
        }
        measured([sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"], PREFECT_HOME=home)
        for run in kinds.values():
            run()
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
        for _ in range(ROUNDS):
            for name, run in kinds.items():
                figures[name].append(run())
        print(f"| {ROUNDS} rounds | processor s, median | from, to | wall s, median | to the empty flow |\n|---|---|---|---|---|")
        base = row("empty flow of plain Prefect, used home", figures["empty flow of plain Prefect, used home"])
        for name in list(kinds)[1:]:
            row(name, figures[name], base)
        quick(used, base)


def quick(out: str, base: float) -> None:
    """The commands that need no flow."""
    import pyarrow.parquet as pq

    document = pq.read_table(Path(out, "articles"), columns=["document_id"])["document_id"][0].as_py()
    for command in (["--help"], ["schema"], ["explain", document, "--out", out], ["verify", "--out", out]):
        name = " ".join(part for part in command if part not in (document, "--out", out))
        row(f"`copydesk {name}`", [measured([COPYDESK, *command]) for _ in range(ROUNDS)], base)


if __name__ == "__main__":
    main()

"""Start the flow in fresh homes: an empty cache, an empty home directory, nothing prepared. All of TIMES (10) must go through.

make first-run
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMES = int(os.environ.get("TIMES", "10"))


def first_run(home: Path) -> tuple[int, float, str]:
    """Exit status, seconds and last line of a run by someone who never ran it."""
    story = home / "story.txt"
    story.write_text("A story\n\n" + "The council met on Monday to talk about the bridge over the river. " * 8)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "XDG_"))}
    command = [str(ROOT / ".venv/bin/copydesk"), "run", str(story), "--out", str(home / "out")]
    start = time.monotonic()
    done = subprocess.run(command, env=kept | {"HOME": str(home)}, capture_output=True, text=True)
    return done.returncode, time.monotonic() - start, done.stderr.strip().splitlines()[-1]


def main() -> int:
    failed = 0
    for number in range(TIMES):
        with tempfile.TemporaryDirectory() as scratch:
            status, seconds, last = first_run(Path(scratch))
            touched = sorted(p.name for p in Path(scratch).iterdir() if p.name not in ("story.txt", "out", ".cache"))
        failed += bool(status or touched)
        print(f"{number + 1:3}: exit {status} after {seconds:.1f} s: {last}{f'; left {touched} behind' if touched else ''}", flush=True)
    print(f"{TIMES - failed} of {TIMES} first runs went through")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

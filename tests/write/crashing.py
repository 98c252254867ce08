"""Publishes made-up runs in processes that are killed: crashing.py OUT WORK FIRST COUNT [STOP…]

Without STOP one run is published in OUT. With STOPs, for each of them a fork publishes in OUT-STOP and kills itself at that many
calls to the file system (link, mkdir, rename, replace, symlink, fsync, unlink, rmdir); the exit status of each is printed.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from write.made import Input, publish, reject, some  # noqa: E402 - the paths first

CALLS = ("link", "mkdir", "rename", "replace", "symlink", "fsync", "unlink", "rmdir")


def die_at(stop: int) -> None:
    left = [stop]

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **options)

        return counting

    for name in CALLS:
        setattr(os, name, watched(getattr(os, name)))


def fork_and_die(out: Path, work: Path, run: Input, stop: int) -> int:
    if (child := os.fork()) == 0:
        die_at(stop)
        publish(out, work, run)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    out, work, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    run = Input(some(first, count, count // 4), (reject(first),), bundle=f"bundle-{first}", memory={"signatures": b"s"})
    if len(sys.argv) > 5:
        print(*(fork_and_die(Path(f"{out}-{stop}"), Path(f"{work}-{stop}"), run, int(stop)) for stop in sys.argv[5:]))
    else:
        print(publish(Path(out), Path(work), run).release)

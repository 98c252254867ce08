"""`copydesk run` that stops before it publishes: it makes FOLDER/ready-N and goes on once FOLDER/go-N is there (N counts its tries).

python -m tests.slow.held FOLDER run BUNDLE --out DIR
"""

import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from flows import running
from flows.cli import main


def held(folder: Path, call: Callable[..., Any]) -> Callable[..., Any]:
    """`call`, which waits before what publishes."""
    tries = count(1)

    def waiting(target: str, *arguments: Any, **options: Any) -> Any:
        if target.endswith(":publish_shards"):
            number = next(tries)
            (folder / f"ready-{number}").touch()
            while not (folder / f"go-{number}").exists():
                time.sleep(0.05)
        return call(target, *arguments, **options)

    return waiting


if __name__ == "__main__":
    place, name = Path(sys.argv[1]), running.named
    running.named = lambda call: held(place, name(call))
    sys.exit(main(sys.argv[2:]))

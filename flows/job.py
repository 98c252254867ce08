"""What a run is given, and where its files lie while it lasts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tasks.settings import Settings
from tasks.write.output import Output

WORK = "work"  # below the staging folder


def nobody(target: str, *_: Any, **__: Any) -> Any:
    """Stands where no worker can be called: before one is hired, and in other processes that a job is sent to."""
    raise AssertionError(f"{target}: there is no worker to call here")


@dataclass(frozen=True, slots=True)
class Job:
    """One run over bundles.

    `call` runs a named function in a worker process and returns its value; `each` does so for the stages of shards, wherever
    the engine has those done. `shown`: the page of this flow's run on a server that stays is to show it; `share` says how much
    of the work is done, from 0 to 1.
    """

    bundles: tuple[str, ...]
    output: Output
    settings: Settings
    started_at: datetime
    call: Callable[..., Any]
    each: Callable[..., Any]
    shown: bool = False
    share: Callable[[], float] = float

    def at(self, name: str) -> Path:
        """Where a file of this run lies, in the output's staging area."""
        return self.output.staging / WORK / name

    def earlier(self, name: str) -> list[Path]:
        """The files that earlier runs left under a name of the memory: `signatures` or `boilerplate`."""
        return self.output.prior.files(f"memory/{name}") if self.output.prior else []

    @property
    def origin(self) -> tuple[tuple[str, ...], str, datetime]:
        """Where the input lay, the configuration's digest, and when the run started."""
        return self.bundles, self.settings.digest, self.started_at

"""Where a run that died left off: stages of shards that it finished are taken over, not done again."""

import errno
import logging
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from flows.log import start_logging, tell
from flows.workers import perform
from tasks.settings import Settings
from tasks.turned_away import PROVISIONAL

STORE = ".resume"  # below the output, beside its releases
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})  # what is kept may be what fills the disk
# The stages of a shard: which files each reads from its folder, and which it writes there.
STAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tasks.strip.shard:parse_shard": (
        ("documents.parquet", "rejects-split.parquet"),
        ("parsed.parquet", "rejects-parse.parquet", "lines.parquet"),
    ),
    "tasks.strip.shard:strip_shard": (("parsed.parquet",), ("stripped.parquet", "rejects-strip.parquet")),
    "tasks.normalize.shard:normalize_shard": (
        ("stripped.parquet",),
        ("articles.parquet", "evidence.parquet", "removed.parquet", "rejects-normalize.parquet"),
    ),
    "tasks.deduplicate.shard:sign_shard": (("articles.parquet",), ("signatures.parquet", "shingles.arrow")),
}


def tell_finished(target: str, shard: str, finished: Any) -> None:
    """Log that a stage of a shard is done, and which documents got no further; one that a later run tries again is worth a warning."""
    stage = target.partition(":")[2].removesuffix("_shard")
    tell("%s: %s", stage, "taken over from a run that died" if finished.resumed else "done", level=logging.DEBUG, shard=shard, stage=stage)
    for one in finished.rejects:
        level = logging.WARNING if one.reason in PROVISIONAL else logging.DEBUG
        tell("rejected as %s: %s", one.reason, one.detail or "", level=level, shard=shard, document=one.document_id, stage=one.stage)


@dataclass(frozen=True)
class OnTheSpot:
    """Does the work in the process that calls it: a worker of an engine that spreads tasks over processes itself."""

    store: Path
    settings: Settings

    def __call__(self, target: str, *arguments: Any) -> Any:
        """Call a named function, the stages of a shard through `tasks.resume`; returns what the function returns."""
        from tasks.resume import resumable  # a worker's import, not that of the process that starts the flow

        if target not in STAGES:
            return perform(target, arguments, {})
        start_logging(self.settings.pipeline.run.log)
        finished = resumable(target, *STAGES[target], self.store, self.settings.digest, arguments)
        tell_finished(target, Path(arguments[0]).name, finished)
        return finished.value


class Resuming:
    """`call` with the stages of shards taken over where they are kept.

    As a context manager it drops what is kept for the output `root` when the run ends well, or when the disk is full.
    `configuration` is the digest of the settings; `taken` counts the stages that were at hand, by target.
    """

    def __init__(self, call: Callable[..., Any], root: Path, configuration: str) -> None:
        self._call, self._store, self._configuration = call, root / STORE, configuration
        self._lock = threading.Lock()
        self.taken: Counter[str] = Counter()

    def __call__(self, target: str, *arguments: Any, **options: Any) -> Any:
        """Call on; a stage of a shard through `tasks.resume`."""
        if target not in STAGES:
            return self._call(target, *arguments, **options)
        finished = self._call("tasks.resume:resumable", target, *STAGES[target], self._store, self._configuration, arguments)
        tell_finished(target, Path(arguments[0]).name, finished)
        with self._lock:
            self.taken.update([target] * finished.resumed)
        return finished.value

    def __enter__(self) -> "Resuming":
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if error is None or getattr(error, "errno", None) in FULL:
            shutil.rmtree(self._store, ignore_errors=True)

"""Where a run that died left off: stages of shards that it finished are taken over, not done again."""

import errno
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

STORE = ".resume"  # below the output, beside its releases
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})  # what is kept may be what fills the disk
# The stages of a shard: which files each reads from its folder, and which it writes there.
STAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tasks.strip.shard:parse_shard": (("documents.parquet",), ("parsed.parquet", "rejects-parse.parquet", "lines.parquet")),
    "tasks.strip.shard:strip_shard": (("parsed.parquet",), ("stripped.parquet", "rejects-strip.parquet")),
    "tasks.normalize.shard:normalize_shard": (
        ("stripped.parquet",),
        ("articles.parquet", "evidence.parquet", "removed.parquet", "rejects-normalize.parquet"),
    ),
    "tasks.deduplicate.shard:sign_shard": (("articles.parquet",), ("signatures.parquet",)),
}


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
        with self._lock:
            self.taken.update([target] * finished.resumed)
        return finished.value

    def __enter__(self) -> "Resuming":
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if error is None or getattr(error, "errno", None) in FULL:
            shutil.rmtree(self._store, ignore_errors=True)

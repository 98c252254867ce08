"""The face of the room: one Prefect task that cuts the bundles into shards."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.settings import Settings


@task(task_run_name="split", cache_policy=NO_CACHE, persist_result=False)
def split(bundles: Sequence[str], work: Path, settings: Settings, call: Callable[..., Any]) -> list[Path]:
    """Cut bundles into shard folders below `work`; returns them in order. `call` runs a named function in a worker process."""
    folders: list[Path] = call("tasks.split.shard:split_bundles", bundles, work, settings)
    return folders

"""The face of the room: one Prefect task over one shard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE


@task(task_run_name="normalize {folder.name}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def normalize(folder: Path, config: Path, call: Callable[..., Any]) -> Path:
    """Make articles of the stripped documents of one shard; returns the shard's folder."""
    call("tasks.normalize.shard:normalize_shard", folder, config)
    return folder

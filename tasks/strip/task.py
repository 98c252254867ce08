"""The face of the room: Prefect tasks that parse a shard, merge what was counted, and strip a shard."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE


@task(task_run_name="parse {folder.name}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def parse(folder: Path, config: Path, known: Path | None, call: Callable[..., Any]) -> Path:
    """Parse the documents of one shard that are not published yet; returns the shard's folder."""
    call("tasks.strip.shard:parse_shard", folder, config, known)
    return folder


@task(task_run_name="count boilerplate", cache_policy=NO_CACHE, persist_result=False)
def count_boilerplate(shards: Sequence[Path], selected: Path, prior: Sequence[Path], target: Path, call: Callable[..., Any]) -> Path | None:
    """Merge the lines counted in the selected documents of all shards and in earlier runs; returns the file, None where there is none."""
    merged: Path | None = call("tasks.strip.shard:count_lines", shards, selected, prior, target)
    return merged


@task(task_run_name="strip {folder.name}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def strip(folder: Path, config: Path, selected: Path, boilerplate: Path | None, call: Callable[..., Any]) -> Path:
    """Strip the selected documents of one shard; returns the shard's folder."""
    call("tasks.strip.shard:strip_shard", folder, config, selected, boilerplate)
    return folder

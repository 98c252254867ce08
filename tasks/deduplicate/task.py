"""The face of the room: Prefect tasks that select what counts, sign a shard, and find the stories over all shards."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE


@task(task_run_name="select", cache_policy=NO_CACHE, persist_result=False)
def select(shards: Sequence[Path], known: Path | None, target: Path, call: Callable[..., Any]) -> Path:
    """Write which documents count: one of those that are the same, none that is published; returns the file."""
    call("tasks.deduplicate.select:select_documents", shards, known, target)
    return target


@task(task_run_name="sign {folder.name}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def sign(folder: Path, config: Path, call: Callable[..., Any]) -> Path:
    """Write the signatures of one shard's articles; returns the shard's folder."""
    call("tasks.deduplicate.shard:sign_shard", folder, config)
    return folder


@task(task_run_name="deduplicate", cache_policy=NO_CACHE, persist_result=False)
def deduplicate(shards: Sequence[Path], prior: Sequence[Path], target: Path, config: Path, call: Callable[..., Any]) -> Path:
    """Write the story of each article, earlier runs' signatures at hand; returns the file of assignments."""
    call("tasks.deduplicate.groups:assign", shards, prior, target, config)
    return target


@task(task_run_name="remember", cache_policy=NO_CACHE, persist_result=False)
def remember(shards: Sequence[Path], stories: Path, prior: Sequence[Path], target: Path, call: Callable[..., Any]) -> Path:
    """Write what later runs must know of this run's articles; returns the file."""
    call("tasks.deduplicate.groups:memory_rows", shards, stories, prior, target)
    return target

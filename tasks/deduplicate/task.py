"""The face of the room: Prefect tasks that select what counts, sign a shard, and find the stories over all shards.

Stories are found in steps over parts of the index and over ranges of texts, a task each; what passes between them lies in one folder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

Plan = tuple[int, int]  # parts of the index, ranges of texts


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


@task(task_run_name="gather", cache_policy=NO_CACHE, persist_result=False)
def gather(shards: Sequence[Path], prior: Sequence[Path], folder: Path, config: Path, call: Callable[..., Any]) -> Plan:
    """Write the texts of all shards, and of earlier runs where they could matter, as arrays; returns how the rest is cut."""
    parts, ranges = call("tasks.deduplicate.members:gather", shards, prior, folder, config)
    return parts, ranges


@task(task_run_name="index {part}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def index(part: int, folder: Path, plan: Plan, config: Path, call: Callable[..., Any]) -> None:
    """Write the pairs of texts that meet in a part of the index."""
    call("tasks.deduplicate.index:index_part", folder, part, plan[0], config)


@task(task_run_name="compare {number}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def compare(number: int, folder: Path, plan: Plan, config: Path, call: Callable[..., Any]) -> None:
    """Write what the texts of a range share with the longer ones that they meet."""
    call("tasks.deduplicate.stories:compare_range", folder, number, plan[0], config)


@task(task_run_name="count {part}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def count(part: int, folder: Path, plan: Plan, config: Path, call: Callable[..., Any]) -> None:
    """Write which shingles of a part of the index are in many stories, as debris is."""
    call("tasks.deduplicate.stories:count_part", folder, part, plan[1], config)


@task(task_run_name="judge {number}", retries=1, cache_policy=NO_CACHE, persist_result=False)
def judge(number: int, folder: Path, plan: Plan, config: Path, call: Callable[..., Any]) -> None:
    """Write which longer text each text of a range is a copy of."""
    call("tasks.deduplicate.stories:judge_range", folder, number, plan[0], config)


@task(task_run_name="assign", cache_policy=NO_CACHE, persist_result=False)
def assign(shards: Sequence[Path], folder: Path, plan: Plan, target: Path, config: Path, call: Callable[..., Any]) -> Path:
    """Write the story of each article; returns the file of assignments."""
    call("tasks.deduplicate.groups:assign", shards, folder, plan[1], target, config)
    return target


@task(task_run_name="remember", cache_policy=NO_CACHE, persist_result=False)
def remember(shards: Sequence[Path], stories: Path, prior: Sequence[Path], target: Path, call: Callable[..., Any]) -> Path:
    """Write what later runs must know of this run's articles; returns the file."""
    call("tasks.deduplicate.remember:memory_rows", shards, stories, prior, target)
    return target

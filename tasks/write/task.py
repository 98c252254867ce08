"""The face of the room: Prefect tasks that tell what is published already, publish what the shards hold, and show it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect import task
from prefect.cache_policies import NO_CACHE

if TYPE_CHECKING:
    from tasks.write.output import Output
    from tasks.write.runs import Summary


@task(task_run_name="recall", cache_policy=NO_CACHE, persist_result=False)
def recall(output: "Output", target: Path, call: Callable[..., Any]) -> Path | None:
    """Write what is published already to `target`; None where nothing is."""
    known: Path | None = call("tasks.write.release:known_documents", output, target)
    return known


@task(task_run_name="write", cache_policy=NO_CACHE, persist_result=False)
def write(
    output: "Output",
    shards: Sequence[Path],
    stories: Path,
    memory: Mapping[str, Path],
    known: Path | None,
    origin: tuple[tuple[str, ...], str, datetime],
    config: Path,
    call: Callable[..., Any],
) -> "Summary":
    """Publish the next release, or nothing where there is no new row; `origin` as in `tasks.write.inputs.publish_shards`."""
    summary: Summary = call("tasks.write.inputs:publish_shards", output, shards, stories, memory, known, origin, config)
    return summary


@task(task_run_name="report", cache_policy=NO_CACHE, persist_result=False)
def report(output: "Output", summary: "Summary", call: Callable[..., Any]) -> str | None:
    """Write the page of what is published now. The run stands without it: a failure comes back as a line for people."""
    try:
        call("tasks.write.report.files:renew_report", output.root, summary.release)
    except Exception as error:
        line = " ".join(str(error).split())
        return f"the report could not be written ({line}); the run is published, `copydesk report` tries again"
    return None

"""A run from the outside in: output, workers, Prefect's home and API, then the flow."""

import contextlib
import errno
import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.configuration import Configuration, settled
from flows.display import progress
from flows.home import lodging
from flows.job import WORK, Job, nobody
from flows.log import tell
from flows.resuming import STORE, OnTheSpot, Resuming
from flows.server import serving
from flows.workers import WorkerLostError, crew
from tasks.write.output import Conflict, close_output, open_output, refresh

if TYPE_CHECKING:
    from tasks.write.runs import Summary

# What the fork server loads while this process imports Prefect.
ROOMS = (
    "flows.lean",
    "tasks.resume",
    "tasks.split.shard",
    "tasks.strip.shard",
    "tasks.normalize.shard",
    "tasks.deduplicate.shard",
    "tasks.deduplicate.select",
    "tasks.deduplicate.groups",
    "tasks.deduplicate.remember",
    "tasks.write.inputs",
)
PLAIN = frozenset({"ConfigurationError", "BundleError", "OutputError", "BrokenLawError", "KeyboardInterrupt"})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # no fault of a shard's


class ShardError(Exception):
    """Work on a shard failed twice; the message names it."""


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def named(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` with the shard in the message of whatever fails for no reason that a person gave."""

    def told(target: str, *arguments: Any, **options: Any) -> Any:
        try:
            return call(target, *arguments, **options)
        except Exception as error:
            if (isinstance(error, OSError) and error.errno in FULL) or PLAIN & {kind.__name__ for kind in type(error).__mro__}:
                raise
            what = next((f" on shard {a.name}" for a in arguments if isinstance(a, Path) and a.parent.name == "shards"), "")
            reason = str(error) if isinstance(error, WorkerLostError) else f"{type(error).__name__}: {error}"
            raise ShardError(f"{target.partition(':')[2]} failed{what} ({reason}); run again, with --debug to see where") from error

    return told


def run_bundles(bundles: tuple[str, ...], out: str, configuration: Configuration, hosted: bool = False) -> "Summary":
    """Clean bundles and publish what is new in `out`; returns the summary.

    `hosted`: Prefect is there already, and the flow becomes part of the flow run that calls this. Raises ConfigurationError,
    OutputError, BundleError, HomeError and ShardError, each with one line for people.
    """
    started_at = datetime.now(UTC)
    places = tuple(sorted({bundle if "://" in bundle else os.path.abspath(bundle) for bundle in bundles}))  # noqa: PTH100 - links keep their names
    output = open_output(out)
    try:
        (output.staging / WORK).mkdir(exist_ok=True)
        settings = settled(configuration, output.staging / WORK)
        return _run(Job(places, output, settings, started_at, nobody, nobody), hosted)
    finally:
        close_output(output)


def _run(job: Job, hosted: bool) -> "Summary":
    workers = job.settings.pipeline.run.workers or cores()
    stays = os.environ.get("PREFECT_API_URL", "").strip()
    with contextlib.ExitStack() as stack:
        hired = stack.enter_context(crew(workers, ROOMS))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # Prefect's own, about its libraries; those of the rooms are the workers'
        if not hosted:
            stack.enter_context(lodging(job.output.root))
            stack.enter_context(serving())
        from flows.artifacts import showing
        from flows.pipeline import run

        resuming = stack.enter_context(Resuming(hired, job.output.root, job.settings.digest))
        call = stack.enter_context(progress(named(resuming), bars=job.settings.pipeline.run.log == "plain" and not hosted))
        each = call if job.settings.pipeline.run.engine == "local" else OnTheSpot(job.output.root / STORE, job.settings)
        # The page of the run that was started shows it: that of a schedule around this flow, else that of this flow.
        job = replace(job, call=call, each=each, shown=bool(stays) and not hosted, share=call.share)
        publish = partial(_published, run, job, workers)
        summary = showing(publish, call.share, job.output.root) if hosted else publish()
        if resuming.taken:
            tell("stages of shards taken over from a run that died: %d", resuming.taken.total())
        return summary


def _published(run: Callable[[Job, int], "Summary"], job: Job, workers: int) -> "Summary":
    """Run; where another run published meanwhile, once more on its release. Raises Conflict where that happens again."""
    try:
        return run(job, workers)
    except Conflict:
        tell("another run published first; this one starts again from its release", level=logging.WARNING)
    try:
        return run(replace(job, output=refresh(job.output)), workers)
    except Conflict:
        raise Conflict(f"{job.output.root}: other runs published twice while this one was at work; run again when they are done") from None

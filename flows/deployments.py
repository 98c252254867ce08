"""What is run by a schedule: the inbox, and a full cleaning into a new output where configuration or version changed."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.logging import get_run_logger
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.configuration import Configuration, configure
from flows.display import tell_summary
from flows.inbox import waiting
from flows.log import log_to_prefect
from flows.published import shaped_by
from flows.running import run_bundles
from flows.watch import watch_for_the_lost
from tasks.settings import Schedule
from tasks.write.runs import library_versions

# A run that comes while one is at work on the same output is cancelled; the next one finds what it would have cleaned.
ALONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


@flow(name="copydesk_incremental", log_prints=False)
def incremental(inbox: str | None = None, output: str | None = None, config: str | None = None) -> dict[str, Any] | None:
    """Clean what is new in the inbox into the output; None where nothing is. What is left out is as the settings have it."""
    configuration = configure(config, os.environ)
    plan = configuration.settings.pipeline.schedule
    return _clean(Path(inbox or plan.inbox), Path(output or plan.output), configuration)


@flow(name="copydesk_reclean", log_prints=False)
def reclean(inbox: str | None = None, output: str | None = None, config: str | None = None) -> dict[str, Any] | None:
    """Clean the whole inbox into a new output where the newest run was made by another configuration or version; None where it was not.

    The new output stands beside the old one, `OUTPUT-` and eight digits of what shapes it, and is added to by later runs of this flow.
    """
    configuration = configure(config, os.environ)
    plan = configuration.settings.pipeline.schedule
    place = Path(output or plan.output)
    made_by, now = shaped_by(place.resolve()), (configuration.settings.digest, library_versions())
    if made_by is None or made_by == now:
        get_run_logger().info("%s: configuration and version are those of its newest run", place)
        return None
    digits = hashlib.sha256(repr(now).encode()).hexdigest()[:8]
    return _clean(Path(inbox or plan.inbox), place.with_name(f"{place.name}-{digits}"), configuration)


def _clean(inbox: Path, output: Path, configuration: Configuration) -> dict[str, Any] | None:
    """Clean what waits in an inbox, as part of the flow run that calls this; None where nothing does."""
    logger = get_run_logger()
    with suppress(Exception):  # a server that lacks automations still runs what is due
        watch_for_the_lost()
    bundles = waiting(inbox.resolve(), output.resolve(), configuration.settings.pipeline.schedule.settle_seconds)
    if not bundles:
        logger.info("%s: nothing new for %s", inbox, output)
        return None
    log_to_prefect(logger)
    summary = run_bundles(bundles, str(output), configuration, hosted=True)
    tell_summary(summary, str(output))
    return summary.as_dict()


def planned(schedule: Schedule, config: str | None) -> tuple[RunnerDeployment, ...]:
    """Both flows as deployments for this machine, at the times that the settings name."""
    return _deployment(incremental, schedule.incremental, schedule, config), _deployment(reclean, schedule.reclean, schedule, config)


def _deployment(what: Flow[..., Any], cron: str, schedule: Schedule, config: str | None) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        what,
        name=what.fn.__name__,
        schedule=Cron(cron, timezone=schedule.timezone),
        parameters={"config": config} if config else {},
        concurrency_limit=ALONE,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )

"""Runs that were lost with their machine or worker do not stay `Running`: Prefect's own automation marks them as crashed."""

from datetime import timedelta
from typing import Any

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

NAME = "copydesk: lost runs"
FLOWS = ("copydesk_incremental", "copydesk_reclean")
SILENCE = timedelta(seconds=90)  # three heartbeats
ALIVE = "prefect.flow-run.heartbeat"
OVER = tuple(f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed"))


def watch_for_the_lost() -> None:
    """Have the server mark runs of our flows as crashed whose heartbeat stops; does nothing where it does so already."""
    try:
        _: Any = Automation.read(name=NAME)  # outside of a loop it is no coroutine
    except (ValueError, ObjectNotFound):
        _automation().create()


def _automation() -> Automation:
    trigger = EventTrigger(
        after={ALIVE},
        expect={ALIVE, *OVER},
        match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
        match_related=ResourceSpecification({"prefect.resource.role": "flow", "prefect.resource.name": list(FLOWS)}),
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=SILENCE,
    )
    crashed = ChangeFlowRunState(state=StateType.CRASHED, message="its heartbeat stopped: the process or its machine is gone")
    return Automation(name=NAME, description="Marks runs as crashed whose heartbeat stops", trigger=trigger, actions=[crashed])

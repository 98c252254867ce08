"""Where the tasks of a flow run: threads that wait for this machine's worker processes, or the workers of a Dask cluster."""

import logging
import os
from typing import Any
from urllib.parse import urlsplit

from prefect.task_runners import ThreadPoolTaskRunner

from flows.home import HomeError
from tasks.settings import Run

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
# One thread a process: parsing holds the interpreter. No dashboard, for its port may be taken.
CLUSTER = {"threads_per_worker": 1, "processes": True, "dashboard_address": None, "silence_logs": logging.ERROR}


def runner(settings: Run, workers: int) -> Any:  # Prefect annotates its runners and what takes them differently
    """The task runner of the settings' engine; a Dask cluster of `workers` processes on this machine where no address is named.

    Raises HomeError where the cluster cannot be reached, or could not reach the API that its tasks report to.
    """
    if settings.engine == "local":
        return ThreadPoolTaskRunner(max_workers=workers)
    from prefect_dask.task_runners import DaskTaskRunner  # a second's import that only this engine pays

    logging.getLogger("distributed").setLevel(logging.ERROR)  # it tells of each process that it starts
    if settings.dask_address is None:
        return DaskTaskRunner(cluster_kwargs=CLUSTER | {"n_workers": workers})
    _reachable(settings.dask_address)
    return DaskTaskRunner(address=settings.dask_address)


def _reachable(address: str) -> None:
    """Raise HomeError where the scheduler does not answer, or runs elsewhere while Prefect's API is this process's own."""
    from distributed import Client

    if urlsplit(address).hostname not in HERE and urlsplit(os.environ.get("PREFECT_API_URL", "")).hostname in HERE:
        raise HomeError(f"the workers of {address} must reach a Prefect server: start one and name it in PREFECT_API_URL")
    connect: Any = Client  # it is not annotated
    try:
        with connect(address, timeout="10s", set_as_default=False):
            return
    except (OSError, ValueError) as error:
        raise HomeError(f"no Dask scheduler answers at {address} ({error}); start it, or leave --dask-address out") from None

"""`copydesk serve`: the deployments of this machine on their schedules, with a Prefect server where none is named."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from flows.configuration import Configuration
from flows.home import HomeError
from flows.log import tell
from tasks.settings import Schedule

START_SECONDS = 180.0
HEARTBEAT_SECONDS = 30
OWN = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}


def serve_schedules(configuration: Configuration, config: str | None) -> None:
    """Run what is due, until the process is stopped. Raises HomeError where there is no server and none starts."""
    plan = configuration.settings.pipeline.schedule
    if configuration.settings.pipeline.run.log == "json":  # Prefect's own lines as well, in its own words
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER", "json")
    os.environ.setdefault("PREFECT_FLOWS_HEARTBEAT_FREQUENCY", str(HEARTBEAT_SECONDS))
    signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))  # a terminal that is closed, else the server would stay
    with contextlib.suppress(KeyboardInterrupt), _server(plan.port) as url:  # to be stopped is how this ends
        os.environ["PREFECT_API_URL"] = url
        _serve(plan, config, url)
    tell("stopped")


def _serve(plan: Schedule, config: str | None, url: str) -> None:
    from prefect import serve

    from flows.deployments import planned
    from flows.watch import watch_for_the_lost

    watch_for_the_lost()
    tell("serving on %s: %s at %r, a look at configuration and version at %r", url, plan.inbox, plan.incremental, plan.reclean)
    serve(*planned(plan, config), print_starting_message=False)


@contextlib.contextmanager
def _server(port: int) -> Iterator[str]:
    """The API of the server that PREFECT_API_URL names, or of one that is started here and ends with the block."""
    if named := os.environ.get("PREFECT_API_URL", "").strip():
        yield named
        return
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    quiet = subprocess.DEVNULL
    # In a group of its own: Ctrl-C goes to ours, and a server that is gone first leaves the runs nobody to tell that they end.
    server = subprocess.Popen(command, env=os.environ | OWN, stdout=quiet, stderr=quiet, process_group=0)  # noqa: S603
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310 - our own
            return
        time.sleep(0.2)
    raise HomeError(f"no Prefect server starts at {url}; free the port or name another one with COPYDESK_SCHEDULE__PORT")



"""A real Prefect server, worker and command line for the slow tests, in a home of their own."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.home import prepared
from tests.conftest import ROOT
from tests.slow.waiting import PATIENCE, PAUSE, end, free_port, until


@dataclass(frozen=True)
class Prefect:
    """A running server and the environment that leads to it."""

    url: str
    environment: Mapping[str, str]
    log: Path

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        """A process of ours in a group of its own, such as a worker."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", *arguments]
            return subprocess.Popen(command, cwd=ROOT, env={**self.environment, **more}, stdout=log, stderr=log, start_new_session=True)

    def run(self, *arguments: str, **more: str) -> None:
        """The same, awaited; it must succeed."""
        assert self.start(*arguments, **more).wait(PATIENCE) == 0, self.said()

    def said(self) -> str:
        """What server and processes said last."""
        return self.log.read_text(errors="replace")[-5000:]

    def call(self, *arguments: str) -> str:
        """The output of `prefect …`."""
        command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The answer of the API to a question, which is asked again while the server is too busy to give one."""
        request = urllib.request.Request(f"{self.url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def runs(self, flow: str, *states: str) -> list[dict[str, Any]]:
        """The runs of a flow that are in one of the states, oldest first."""
        found = self.ask("flow_runs/filter", {"flows": {"name": {"any_": [flow]}}, "sort": "START_TIME_ASC"})
        return [run for run in found if run["state_type"] in states]

    def events(self, name: str, of: str) -> list[dict[str, Any]]:
        """The events of one name that speak of a resource."""
        asked = {"event": {"name": [name]}, "resource": {"id": [of]}}
        return list(self.ask("events/filter", {"filter": asked})["events"])


@contextmanager
def prefect_server(folder: Path) -> Iterator[Prefect]:
    """A server on a database that is migrated already."""
    home = folder / "prefect"
    home.mkdir()
    shutil.copyfile(prepared(folder), home / "prefect.db")
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COPYDESK_"))}
    url = f"http://127.0.0.1:{port}/api"
    own = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "DO_NOT_TRACK": "1",
    }
    prefect = Prefect(url, {**kept, **own}, folder / "prefect.log")
    server = prefect.start("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))

    def healthy() -> bool | None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=60):
                return True
        except OSError:
            assert server.poll() is None, prefect.said()
            return None

    try:
        until(healthy, "the server")
        yield prefect
    finally:
        end(server)

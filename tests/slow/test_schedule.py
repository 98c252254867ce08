"""Scheduled runs as their users have them: a server, a worker, a schedule; what is new is cleaned, what is lost is marked."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from flows.home import prepared
from tests.conftest import ROOT
from tests.slow.prefect_server import Prefect, prefect_server
from tests.slow.waiting import PATIENCE, end, free_port, until

pytestmark = pytest.mark.slow
FLOW = "copydesk_incremental"


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[Prefect]:
    with prefect_server(tmp_path) as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where the schedule's inbox and output lie."""
    (tmp_path / "inbox").mkdir()
    own = {"INBOX": tmp_path / "inbox", "OUTPUT": tmp_path / "data", "SETTLE_SECONDS": 0}
    return {f"COPYDESK_SCHEDULE__{name}": str(value) for name, value in own.items()}


def deployed(prefect: Prefect, folder: Path) -> None:
    """The repository's own deployments, every minute, and their pool."""
    text = (ROOT / "prefect.yaml").read_text()
    hurried = text.replace('"*/15 * * * *"', '"* * * * *"').replace('"{{ $COPYDESK_HOME }}"', str(ROOT))
    assert hurried.count("* * * * *") == 1 and str(ROOT) in hurried
    (folder / "prefect.yaml").write_text(hurried)
    prefect.call("work-pool", "create", "copydesk", "--type", "process")
    prefect.call("deploy", "--all", "--prefect-file", str(folder / "prefect.yaml"))


def articles(output: Path) -> int:
    return ds.dataset(str(output / "articles"), format="parquet").count_rows() if (output / "articles").exists() else 0


def lose(folder: Path) -> None:
    """Kill what was started for runs on this test's inbox: they have groups of their own, and a machine that goes away takes all of them."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"COPYDESK_SCHEDULE__INBOX={folder}/inbox\0" in (place / "environ").read_text(errors="replace"):
                os.kill(int(place.name), signal.SIGKILL)


def test_a_worker_runs_what_the_schedule_says(prefect: Prefect, environment: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds/text", tmp_path / "inbox/text")
    deployed(prefect, tmp_path)
    worker = prefect.start("prefect", "worker", "start", "--pool", "copydesk", **environment)
    try:
        until(lambda: prefect.runs(FLOW, "COMPLETED") or None, "the first run to end")
        first = articles(tmp_path / "data")
        assert first > 20
        shutil.copytree(ROOT / "seeds/feeds", tmp_path / "inbox/feeds")
        until(lambda: articles(tmp_path / "data") > first or None, "what is new to be cleaned")
        assert not prefect.runs(FLOW, "FAILED", "CRASHED"), prefect.said()
    finally:
        end(worker)
        lose(tmp_path)
    tables = {one["key"]: one for one in prefect.ask("artifacts/filter", {})}
    assert {"counts", "rejects", "drift", "report", "progress"} <= tables.keys()
    logs = prefect.ask("logs/filter", {"logs": {"level": {"ge_": 20}}})
    assert any("parse" in line["message"] for line in logs)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serving_ends_when_it_is_told_to_and_takes_its_server_along(
    how: signal.Signals, environment: dict[str, str], tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COPYDESK_"))}
    own = {**environment, "COPYDESK_SCHEDULE__PORT": str(port), "PREFECT_HOME": str(tmp_path / "prefect")}
    (tmp_path / "prefect").mkdir()
    shutil.copyfile(prepared(tmp_path), tmp_path / "prefect/prefect.db")
    with log.open("wb") as said:
        command = [sys.executable, "-m", "flows.cli", "serve"]
        serving = subprocess.Popen(command, cwd=ROOT, env=kept | own, stdout=said, stderr=said, start_new_session=True)
    try:
        until(lambda: "serving on" in log.read_text() or serving.poll() is not None or None, "the schedules to be served")
        until(lambda: "copydesk_reclean" in deployments(port) or None, "the deployments")
        os.killpg(serving.pid, how)  # as Ctrl-C does, which goes to all of the terminal's processes
        assert serving.wait(PATIENCE) == 0, log.read_text()
    finally:
        end(serving, signal.SIGKILL)
    assert "Traceback" not in log.read_text()
    socket.create_server(("127.0.0.1", port)).close()  # nobody listens there any more


def deployments(port: int) -> set[str]:
    """The names of the flows that a server knows; none while it does not answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/flows/filter", b"{}", {"Content-Type": "application/json"})
    with suppress(OSError), urllib.request.urlopen(asked, timeout=60) as answer:
        return {one["name"] for one in json.load(answer)}
    return set()


def test_a_run_whose_machine_dies_does_not_stay_running(prefect: Prefect, environment: dict[str, str], tmp_path: Path) -> None:
    for number in range(40):  # enough to be at work when it is killed
        shutil.copytree(ROOT / "seeds/pages", tmp_path / f"inbox/pages-{number}")
    deployed(prefect, tmp_path)
    prefect.run("tests.slow.watch")  # as `copydesk serve` does ahead of any run
    prefect.call("deployment", "run", f"{FLOW}/incremental")
    worker = prefect.start("prefect", "worker", "start", "--pool", "copydesk", **environment)
    try:
        (run,) = until(lambda: prefect.runs(FLOW, "RUNNING")[:1] or None, "a run at work")
        until(lambda: prefect.events("prefect.flow-run.heartbeat", f"prefect.flow-run.{run['id']}") or None, "its heartbeat")
        until(lambda: list((tmp_path / "data/.staging").glob("run-*")) or None, "its first steps")
    finally:
        end(worker, signal.SIGKILL)
        lose(tmp_path)
    marked = until(lambda: prefect.runs(FLOW, "CRASHED") or None, "the lost run to be marked")
    assert [one["id"] for one in marked] == [run["id"]]

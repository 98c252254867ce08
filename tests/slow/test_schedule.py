"""Scheduled runs as their users have them: a server, a worker, a schedule; what is new is cleaned, what is lost is marked."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from tests.conftest import ROOT
from tests.slow.prefect_server import Prefect, end, prefect_server, until

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


def of_the_run(inbox: str) -> list[int]:
    """The processes that were started for a run on this test's inbox, the server aside."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (place / "environ").read_text(errors="replace")
            if f"COPYDESK_SCHEDULE__INBOX={inbox}" in told:
                found.append(int(place.name))
    return found


def test_a_worker_runs_what_the_schedule_says(prefect: Prefect, environment: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds/text", tmp_path / "inbox/text")
    deployed(prefect, tmp_path)
    worker = prefect.start("prefect", "worker", "start", "--pool", "copydesk", **environment)
    try:
        until(lambda: prefect.runs(FLOW, "COMPLETED") or None, 240, "the first run to end")
        first = articles(tmp_path / "data")
        assert first > 20
        shutil.copytree(ROOT / "seeds/feeds", tmp_path / "inbox/feeds")
        until(lambda: articles(tmp_path / "data") > first or None, 240, "what is new to be cleaned")
        assert not prefect.runs(FLOW, "FAILED", "CRASHED"), prefect.log.read_text()[-3000:]
    finally:
        end(worker)
    tables = {one["key"]: one for one in prefect.ask("artifacts/filter", {})}
    assert {"counts", "rejects", "drift", "report", "progress"} <= tables.keys()
    (logs,) = [prefect.ask("logs/filter", {"logs": {"level": {"ge_": 20}}})]
    assert any("parse" in line["message"] for line in logs)


def test_a_run_whose_machine_dies_does_not_stay_running(prefect: Prefect, environment: dict[str, str], tmp_path: Path) -> None:
    for number in range(40):  # enough to be at work when it is killed
        shutil.copytree(ROOT / "seeds/pages", tmp_path / f"inbox/pages-{number}")
    deployed(prefect, tmp_path)
    watching = prefect.start("tests.slow.watch")  # as `copydesk serve` does ahead of any run
    assert watching.wait(120) == 0, prefect.log.read_text()[-3000:]
    prefect.call("deployment", "run", f"{FLOW}/incremental")
    worker = prefect.start("prefect", "worker", "start", "--pool", "copydesk", **environment)
    (run,) = until(lambda: prefect.runs(FLOW, "RUNNING")[:1] or None, 240, "a run at work")
    until(lambda: True if list((tmp_path / "data/.staging").glob("run-*")) else None, 120, "its first steps")
    end(worker, signal.SIGKILL)
    for process in of_the_run(str(tmp_path)):  # the run has a group of its own, as a machine that goes away takes all of them
        os.kill(process, signal.SIGKILL)
    until(lambda: True if [r for r in prefect.runs(FLOW, "CRASHED") if r["id"] == run["id"]] else None, 300, "the lost run to be marked")

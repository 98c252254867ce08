"""The flow on a real Dask scheduler with two worker processes, one of which dies in the middle: the same bytes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.flows.test_whole_run import data_files
from tests.slow.waiting import PATIENCE, end, free_port, until

pytestmark = pytest.mark.slow
SMALL = ("--set", "shards.documents=5")


def started(*arguments: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address and the processes of its two workers (without nannies: who is killed stays dead)."""
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = started("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", "--no-show")
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    workers = [started(*worker) for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            end(process)


@pytest.fixture
def quiet(copydesk: Run, tmp_path: Path) -> dict[str, bytes]:
    """The data files of an undisturbed run on this machine's cores."""
    done = copydesk("run", "seeds", "--out", tmp_path / "quiet", *SMALL)
    assert done.returncode == 0, done.stderr
    return data_files(tmp_path / "quiet")


def test_a_cluster_of_its_own_gives_the_same_bytes(copydesk: Run, quiet: dict[str, bytes], tmp_path: Path) -> None:
    done = copydesk("run", "seeds", "--out", tmp_path / "out", "--engine", "dask", "--workers", 2, *SMALL)
    assert done.returncode == 0, done.stderr
    assert data_files(tmp_path / "out") == quiet


def test_a_worker_dies_in_the_middle(cluster: tuple[str, list[subprocess.Popen[bytes]]], quiet: dict[str, bytes], tmp_path: Path) -> None:
    address, workers = cluster
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    where = ("--out", str(tmp_path / "out"), "--engine", "dask", "--dask-address", address)
    log, kept_stages = tmp_path / "log", tmp_path / "out/.resume"
    with log.open("wb") as said:
        command = [sys.executable, "-m", "flows.cli", "run", "seeds", *where, *SMALL]
        run = subprocess.Popen(command, cwd=ROOT, env=kept, stdout=said, stderr=said, start_new_session=True)

    def at_work() -> bool | None:
        assert run.poll() is None, log.read_text()
        return len(list(kept_stages.glob("*"))) >= 6 or None  # some stages are done, most are not

    try:
        until(at_work, "the first stages")
        workers[0].send_signal(signal.SIGKILL)
        assert run.wait(PATIENCE) == 0, log.read_text()
    finally:
        end(run)
    assert workers[0].wait(PATIENCE) == -signal.SIGKILL
    assert data_files(tmp_path / "out") == quiet

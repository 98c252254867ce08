"""The flow on a real Dask scheduler with two worker processes, one of which dies in the middle: the same bytes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.flows.test_whole_run import data_files

pytestmark = pytest.mark.slow
SMALL = ("--set", "shards.documents=5")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The scheduler's address and the processes of its two workers (without nannies: who is killed stays dead)."""
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = started("distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", "--no-show")
    worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
    workers = [started(*worker) for _ in range(2)]
    yield address, workers
    for process in (*workers, scheduler):
        process.terminate()
        process.wait(20)


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
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "run",
        "seeds",
        "--out",
        str(tmp_path / "out"),
        "--engine",
        "dask",
        "--dask-address",
        address,
        *SMALL,
    ]
    with (tmp_path / "log").open("wb") as log:
        run = subprocess.Popen(command, cwd=ROOT, env=kept, stdout=log, stderr=log)
        deadline = time.monotonic() + 180
        while len(list((tmp_path / "out/.resume").glob("*"))) < 6:  # some stages are done, most are not
            assert run.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        workers[0].send_signal(signal.SIGKILL)
        assert run.wait(300) == 0, (tmp_path / "log").read_text()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert data_files(tmp_path / "out") == quiet

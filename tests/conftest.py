"""What all tests share."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
COPYDESK = (sys.executable, "-m", "flows.cli")

# A busy machine makes any single example slow: time is judged by the tests that measure it.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

Run = Callable[..., subprocess.CompletedProcess[str]]


def run_copydesk(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as people call it; PREFECT_* of the caller left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    command = [*COPYDESK, *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="session")
def copydesk() -> Run:
    """Runs `copydesk` with arguments and gives the finished process."""
    return run_copydesk


def _clean_seeds(folder: Path) -> Path:
    """seeds/ cleaned into `folder`, its laws held; done once however many test processes ask for it."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "summary.json").exists():
            done = run_copydesk("run", "seeds", "--out", folder / "out", "--json")
            assert done.returncode == 0, done.stderr
            verified = run_copydesk("verify", "--out", folder / "out")
            assert verified.returncode == 0, verified.stderr
            (folder / "summary.json").write_text(done.stdout)
    return folder


@pytest.fixture(scope="session")
def seeds_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what seeds/ came out as (`out`) and the summary of the run (`summary.json`); for reading only."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "seeds-run"
    folder.mkdir(exist_ok=True)
    return _clean_seeds(folder)


@pytest.fixture(scope="session")
def seeds_output(seeds_run: Path) -> Path:
    """The output of seeds/; for reading only."""
    return seeds_run / "out"

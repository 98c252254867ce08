"""What several test folders share."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def seeds_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of one `copydesk run seeds`."""
    output = tmp_path_factory.mktemp("seeds") / "data"
    program = Path(sys.executable).with_name("copydesk")
    done = subprocess.run([program, "run", "seeds", "--out", output, "--workers", "2"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return output

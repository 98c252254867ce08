"""A run that died goes on where it was: what it finished is taken over, and the outcome is the same to the byte."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.resume import resumable
from tests.conftest import COPYDESK, ROOT, Run
from tests.flows.test_whole_run import data_files

TARGET = "tests.flows.test_resume:stage"


@pytest.fixture
def shards_of_five(tmp_path: Path) -> Path:
    """The configuration with small shards, so that a run has many stages to die between."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "pipeline.yml").write_text("shards: {documents: 5}\n")
    return config


def killed_with(kept: int, out: Path, config: Path) -> None:
    """Start a run and kill its whole process group once so many stages are finished."""
    command = [*COPYDESK, "run", "seeds", "--out", str(out), "--config", str(config), "--workers", "1"]
    run = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len([p for p in (out / ".resume").glob("*") if not p.name.startswith("new-")]) < kept:
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()


@pytest.mark.parametrize("kept", [5, 20])
def test_a_killed_run_goes_on_where_it_was(copydesk: Run, shards_of_five: Path, tmp_path: Path, kept: int) -> None:
    killed_with(kept, tmp_path / "out", shards_of_five)
    assert not (tmp_path / "out/articles").exists()
    done = copydesk("run", "seeds", "--out", tmp_path / "out", "--config", shards_of_five)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if "taken over" in line]
    assert len(told) == 1
    assert int(told[0].split()[-1]) >= kept
    assert copydesk("run", "seeds", "--out", tmp_path / "quiet", "--config", shards_of_five).returncode == 0
    assert data_files(tmp_path / "out") == data_files(tmp_path / "quiet")
    assert not (tmp_path / "out/.resume").exists()


def stage(folder: Path, counts: Path, reason: str = "too-short") -> Path:
    """A stage that writes what it read and judged by, and counts its calls."""
    with (folder / "calls").open("a") as calls:
        calls.write(".")
    (folder / "done.txt").write_text((folder / "read.txt").read_text() + counts.read_text())
    row = {"document_id": ["0" * 32], "stage": ["x"], "reason": [reason], "detail": ["because"]}
    pq.write_table(pa.table(row), folder / "rejects-x.parquet")
    return folder


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    folder = tmp_path / "shards" / "00000"
    folder.mkdir(parents=True)
    (folder / "read.txt").write_text("documents ")
    (tmp_path / "counts").write_text("counts")
    return folder


def again(shard: Path, configuration: str = "a", *more: str) -> bool:
    """Run the stage through the store; whether it was taken over."""
    base = shard.parent.parent
    names = ("read.txt",), ("done.txt", "rejects-x.parquet")
    return resumable(TARGET, *names, base / "store", configuration, (shard, base / "counts", *more)).resumed


def test_a_stage_is_taken_over_only_while_all_that_shapes_it_is_the_same(shard: Path) -> None:
    counts = shard.parent.parent / "counts"
    assert [again(shard), again(shard)] == [False, True]
    assert (shard / "done.txt").read_text() == "documents counts"
    assert not again(shard, "another configuration")
    counts.write_text("other counts")
    assert [again(shard), again(shard)] == [False, True]
    assert (shard / "done.txt").read_text() == "documents other counts"
    (shard / "read.txt").write_text("other documents ")
    assert not again(shard)
    assert (shard / "calls").read_text() == "." * 4


def test_a_stage_that_is_done_again_leaves_what_is_kept_alone(shard: Path) -> None:
    again(shard)
    kept = {path: path.read_bytes() for path in (shard.parent.parent / "store").rglob("*") if path.is_file()}
    assert len(kept) == 2
    (shard / "read.txt").write_text("changed ")
    again(shard)
    assert {path: path.read_bytes() for path in kept} == kept


def test_documents_to_be_tried_again_are_tried_again(shard: Path) -> None:
    assert [again(shard, "a", "timeout"), again(shard, "a", "timeout")] == [False, False]


def test_a_store_that_is_cleared_meanwhile_costs_time_only(shard: Path) -> None:
    again(shard)
    (entry,) = (shard.parent.parent / "store").iterdir()
    (entry / "done.txt").unlink()
    assert not again(shard)
    assert (shard / "done.txt").read_text() == "documents counts"

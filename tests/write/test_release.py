"""Releases: atomic, append-only, healed after a crash, one winner of two."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tasks.write import output as module
from tasks.write.output import (
    Conflict,
    OutputError,
    SchemaVersionError,
    close_output,
    current_release,
    holding,
    newest_release,
    open_output,
    prune_releases,
    refresh,
)
from tasks.write.release import memory_files
from tasks.write.shard import publish_run
from tasks.write.verify import verify_output

from .made import Input, info, prepare, publish, reject, some

CRASHING = Path(__file__).with_name("crashing.py")


def command(out: Path, work: Path, first: int, *stops: int) -> list[str]:
    return [sys.executable, str(CRASHING), str(out), str(work), str(first), "8", *map(str, stops)]


def digests(out: Path) -> dict[str, str]:
    return {f["path"]: f["sha256"] for f in current_release(out).manifest["files"] if not f["path"].startswith("runs/")}


def rows(out: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in current_release(out).files("articles"))


STOPS = (13, 28, 50, 68, 69, 72, 73, 76, 99)  # while staging, linking, syncing; at the rename (68); before and after the pointer moves


def test_killed_at_any_call(tmp_path: Path) -> None:
    """A fork publishes into each of several outputs and is killed on its way; the next run makes all of them the same."""
    for stop in (*STOPS, "calm"):
        publish(tmp_path / f"out-{stop}", tmp_path / f"w0-{stop}", Input(some(0, 8, 2), bundle="bundle-0"))
    before = digests(tmp_path / "out-calm")
    killed = subprocess.run(command(tmp_path / "out", tmp_path / "w1", 100, *STOPS), capture_output=True, text=True, check=True)
    statuses = set(killed.stdout.split())
    assert statuses == {"-9", "0"}, killed  # the last ones get through
    run = Input(some(100, 8, 2), (reject(100),), bundle="bundle-100", memory={"signatures": b"s"})
    publish(tmp_path / "out-calm", tmp_path / "w2", run)
    after, seen = digests(tmp_path / "out-calm"), set()
    for stop in STOPS:
        out = tmp_path / f"out-{stop}"
        assert digests(out) in (before, after)
        close_output(open_output(out))  # the next run heals: the release counts where its rename was reached
        seen.add(rows(out))
        assert sorted(p.name for p in (out / ".staging").iterdir()) == [".gate"]
        if digests(out) == before:
            publish(out, tmp_path / f"w3-{stop}", run)
        assert digests(out) == after
    assert verify_output(tmp_path / f"out-{STOPS[4]}") == []
    assert seen == {6, 12}


def test_renamed_but_not_pointed_at(tmp_path: Path) -> None:
    publish(tmp_path / "out", tmp_path / "w1", Input(some(0, 3)))
    publish(tmp_path / "out", tmp_path / "w2", Input(some(10, 3)))
    (tmp_path / "out" / "current").unlink()
    (tmp_path / "out" / "current").symlink_to("releases/000001")
    assert rows(tmp_path / "out") == 3
    output = open_output(tmp_path / "out")
    assert output.prior is not None and output.prior.number == 2 and rows(tmp_path / "out") == 6
    close_output(output)


def test_first_release_not_pointed_at(tmp_path: Path) -> None:
    publish(tmp_path / "out", tmp_path / "w1", Input(some(0, 3)))
    for name in ("current", "articles", "runs"):
        (tmp_path / "out" / name).unlink()
    close_output(open_output(tmp_path / "out"))
    assert verify_output(tmp_path / "out") == []


def test_loser_of_two_gets_conflict_and_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    loser = open_output(out)
    publish(out, tmp_path / "w1", Input(some(0, 3)))
    shards, assignments = prepare(tmp_path / "w2", Input(some(10, 3)))
    with pytest.raises(Conflict, match="another run published release 1 first"):
        publish_run(loser, shards, assignments, info())
    summary = publish_run(refresh(loser), shards, assignments, info())
    close_output(loser)
    assert summary.release == 2 and rows(out) == 6 and verify_output(out) == []


def test_two_processes_at_once(tmp_path: Path) -> None:
    commands = [command(tmp_path / "out", tmp_path / f"w{n}", n * 100) for n in range(2)]
    runs = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for c in commands]
    errors = [run.communicate()[1] for run in runs]
    assert all(run.returncode == 0 or "Conflict" in error for run, error in zip(runs, errors, strict=True)), errors
    won = sum(run.returncode == 0 for run in runs)
    assert won >= 1 and rows(tmp_path / "out") == 6 * won and verify_output(tmp_path / "out") == []


def test_living_staging_stays_dead_goes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    living = open_output(out)
    dead = out / ".staging" / "run-dead"
    dead.mkdir()
    (dead / "big").write_bytes(b"x")
    other = open_output(out)
    assert living.staging.exists() and not dead.exists()
    with holding(living):
        os.close(living.lock)  # as if the process that opened it had died while another one of the run publishes
        close_output(open_output(out))
        assert living.staging.exists()
    close_output(other)
    close_output(open_output(out))
    assert not living.staging.exists()
    with pytest.raises(OutputError, match="cleared by another run"), holding(living):
        pass


def test_pruning_after_grace(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in range(4):
        publish(out, tmp_path / f"w{number}", Input(some(10 * number, 2)))
    output = open_output(out)
    written = newest_release(out)
    assert written is not None
    now = (written.path / "_manifest.json").stat().st_mtime
    assert prune_releases(output, grace=60, now=now + 1) == []
    assert prune_releases(output, grace=60, now=now - 1e6) == []  # a clock that jumped back
    assert prune_releases(output, grace=60, now=now + 61) == [1, 2, 3]
    close_output(output)
    assert verify_output(out) == [] and rows(out) == 8
    publish(out, tmp_path / "w9", Input(some(90, 2)))
    assert current_release(out).number == 5 and verify_output(out) == []


def test_more_releases_than_a_file_has_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(module, "KEPT_AT_MOST", 2)
    for number in range(5):
        publish(out, tmp_path / f"w{number}", Input(some(10 * number, 2)))
    assert sorted(p.name for p in (out / "releases").iterdir()) == ["000003", "000004", "000005"]

    def full(source: Path, target: Path) -> None:
        if Path(source).suffix == ".parquet":
            raise OSError(errno.EMLINK, "Too many links")

    monkeypatch.setattr(module.os, "link", full)
    publish(out, tmp_path / "w9", Input(some(90, 2)))
    assert verify_output(out) == [] and rows(out) == 12


@pytest.mark.parametrize("call", ["link", "symlink"])
def test_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(module.os, call, refuse)
    with pytest.raises(OutputError, match=r"makes no (hard|symbolic) links"):
        open_output(tmp_path / "out")
    assert list((tmp_path / "out" / ".staging").glob("run-*")) == []


def test_full_disk_leaves_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    publish(out, tmp_path / "w1", Input(some(0, 3)))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            publish(out, tmp_path / "w2", Input(some(10, 3)))
    assert current_release(out).number == 1 and verify_output(out) == []
    assert publish(out, tmp_path / "w3", Input(some(10, 3))).release == 2


def test_strangers_and_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "out" / "articles").mkdir(parents=True)
    with pytest.raises(OutputError, match="is no link that Copydesk made"):
        open_output(tmp_path / "out")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        open_output(tmp_path / "file")


def test_another_schema_version(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish(out, tmp_path / "w1", Input(some(0, 3)))
    manifest = current_release(out).path / "_manifest.json"
    manifest.write_text(manifest.read_text().replace('"schema_version": 1', '"schema_version": 0'))
    with pytest.raises(SchemaVersionError, match="clean again into a new output"):
        open_output(out)
    assert list((out / ".staging").glob("run-*")) == []


def test_memory_of_earlier_runs(tmp_path: Path) -> None:
    publish(tmp_path / "out", tmp_path / "w1", Input(some(0, 3), memory={"signatures": b"1", "boilerplate": b"2"}))
    publish(tmp_path / "out", tmp_path / "w2", Input(some(10, 3), memory={"signatures": b"3"}))
    output = open_output(tmp_path / "out")
    assert [len(memory_files(output, name)) for name in ("signatures", "boilerplate", "none")] == [2, 1, 0]
    assert [p.name[:6] for p in memory_files(output, "signatures")] == ["000001", "000002"]
    close_output(output)
    assert verify_output(tmp_path / "out") == []


def test_readable_while_runs_publish(tmp_path: Path) -> None:
    """A reader that loops over the folder sees whole runs alone."""
    out = tmp_path / "out"
    publish(out, tmp_path / "w", Input(some(0, 8, 2)))
    with subprocess.Popen(command(out, tmp_path / "w1", 100), stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            found = duckdb.sql(f"select count(*) from '{out}/articles/*.parquet'").fetchall()
            assert found[0][0] in (6, 12)
    assert rows(out) == 12

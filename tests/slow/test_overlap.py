"""Runs that overlap on one output: the loser goes on from the winner's release, once; one that loses again stops and heals later."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from tests.conftest import ROOT, Run
from tests.flows.test_whole_run import data_files
from tests.slow.waiting import PATIENCE, until

pytestmark = pytest.mark.slow


class Held:
    """A run of `tests.slow.held` on a part of the seeds."""

    def __init__(self, folder: Path, bundle: str) -> None:
        folder.mkdir()
        self.folder, self.bundle = folder, bundle
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        command = [sys.executable, "-m", "tests.slow.held", str(folder), "run", bundle, "--out", str(folder.parent / "out")]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=kept, stdout=log, stderr=log)

    def said(self) -> str:
        return (self.folder / "log").read_text()

    def waits(self, number: int) -> None:
        """Wait until its try with this number is about to publish."""

        def there() -> bool | None:
            assert self.process.poll() is None, self.said()
            return (self.folder / f"ready-{number}").exists() or None

        until(there, f"try {number} of {self.bundle}")

    def go(self, number: int) -> None:
        (self.folder / f"go-{number}").touch()

    def ends(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[tuple[Held, Held, Held]]:
    """Three runs on one output, each about to publish what it made of an output where nothing is."""
    started = tuple(Held(tmp_path / name, f"seeds/{name}") for name in ("feeds", "wire", "broken"))
    try:
        for one in started:
            one.waits(1)
        yield started  # type: ignore[misc]
    finally:
        for one in started:
            with suppress(ProcessLookupError):
                one.process.kill()
            one.process.wait()


def members(out: Path) -> set[str]:
    """Where the documents of an output came from: the first part of their bundle's name."""
    names = ("articles", "copies", "rejects")
    return {bundle for name in names for bundle in ds.dataset(str(out / name), format="parquet").to_table()["source_bundle"].to_pylist()}


def test_the_loser_rebases_once_and_who_loses_twice_stops(runs: tuple[Held, Held, Held], copydesk: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, second, third = runs
    first.go(1)
    assert first.ends() == 0, first.said()
    third.go(1)
    third.waits(2)  # it lost, and starts again from the winner's release
    second.go(1)
    second.waits(2)  # so did this one
    second.go(2)
    assert second.ends() == 0, second.said()
    assert "starts again from its release" in second.said()
    assert members(out) == {"feeds", "wire"}
    overlapped = data_files(out)
    third.go(2)
    assert third.ends() == 1, third.said()
    assert third.said().splitlines()[-1].startswith(f"copydesk: {out}: other runs published twice while this one was at work")
    assert "Traceback" not in third.said()
    assert members(out) == {"feeds", "wire"}
    assert not list((out / ".staging").glob("run-*"))
    for one in (first, second):
        assert copydesk("run", one.bundle, "--out", tmp_path / "one-by-one").returncode == 0
    assert overlapped == data_files(tmp_path / "one-by-one")  # the loser's rows are those that it gives after the winner
    done = copydesk("run", third.bundle, "--out", out)
    assert done.returncode == 0, done.stderr
    assert members(out) == {"feeds", "wire", "broken"}
    assert sorted(path.name for path in (out / "releases").iterdir()) == ["000001", "000002", "000003"]
    verified = copydesk("verify", "--out", out, "--source")
    assert (verified.returncode, verified.stdout) == (0, ""), verified.stderr

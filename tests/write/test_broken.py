"""Real runs in a broken world: two at once, a full disk, an output that cannot be written, a bundle that goes away, a clock that jumps.

What was published stays as it was, one line says what to do, the exit status is 1, and the next run heals.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tasks.write.output import close_output, current_release, open_output
from tasks.write.reading import read_file
from tasks.write.shard import publish_run
from tasks.write.verify import verify_output
from tests.conftest import ROOT, Run

from .made import Input, info, prepare, some
from .stories import bundle, headline, paragraphs, row


def started(path: Path, out: Path, before: Callable[[], None] | None = None) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "flows.cli", "run", str(path), "--out", str(out), "--json", "--workers", "1"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=before)


def by_run(out: Path, dataset: str) -> Counter[str]:
    return Counter(run for path in current_release(out).files(dataset) for run in read_file(path, ["run_id"])["run_id"].to_pylist())


def clean(out: Path) -> bool:
    """No staging folder of a run is left."""
    return not list((out / ".staging").glob("run-*"))


def bulky(path: Path) -> Path:
    """A bundle of some megabytes that do not compress."""
    dice = Random(1)
    text = [" ".join(urlsafe_b64encode(dice.randbytes(9)).decode() for _ in range(80)) + "." for _ in range(3000)]
    return bundle(path, [row(n, text="\n\n".join([headline(n), *paragraphs(n), *text[n * 300 : n * 300 + 300]])) for n in range(10)])


@pytest.fixture(scope="module")
def out(copydesk: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("broken")
    done = copydesk("run", bundle(work / "one.jsonl", [row(n) for n in range(6)]), "--out", work / "out")
    assert done.returncode == 0, done.stderr
    return work / "out"


@pytest.fixture
def mine(out: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(out, tmp_path / "out", symlinks=True))


def test_two_runs_at_once(mine: Path, tmp_path: Path) -> None:
    """Both print a copy of the same new story: whichever publishes last must have seen the other one's."""
    paths = [bundle(tmp_path / f"{name}.jsonl", [row(n, url=f"https://{name}.example/{n}") for n in (0, 50)]) for name in ("a", "b")]
    runs = [started(path, mine) for path in paths]
    said = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    summaries = sorted((json.loads(printed) for printed, _ in said), key=lambda summary: summary["release"])
    assert [(s["release"], s["articles"], s["copies"]) for s in summaries] == [(2, 1, 1), (3, 0, 2)]
    told = [one for path in current_release(mine).files("runs") for one in read_file(path).to_pylist()]
    first, second = sorted(told, key=lambda run: run["number"])[1:]
    assert second["started_at"] < first["finished_at"]  # they did overlap
    for summary in summaries:
        assert (by_run(mine, "articles")[summary["run_id"]], by_run(mine, "copies")[summary["run_id"]]) == (
            summary["articles"],
            summary["copies"],
        )
    assert verify_output(mine) == [] and clean(mine)


def test_a_file_size_limit(mine: Path, tmp_path: Path, copydesk: Run) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    path = bulky(tmp_path / "bulky.jsonl")
    run = started(path, mine, limited)
    error = run.communicate()[1]
    assert run.returncode == 1 and "File too large" in error.splitlines()[-1] and "Traceback" not in error
    assert current_release(mine).number == 1 and verify_output(mine) == [] and clean(mine)
    done = copydesk("run", path, "--out", mine, "--json")
    summary = json.loads(done.stdout)
    assert (summary["release"], summary["articles"] + summary["copies"], summary["rejects"]) == (2, 10, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=9m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(out: Path, small_disk: Path, tmp_path: Path, copydesk: Run) -> None:
    mine = Path(shutil.copytree(out, small_disk / "out", symlinks=True))
    done = copydesk("run", bulky(tmp_path / "bulky.jsonl"), "--out", mine)
    assert done.returncode == 1 and "No space left" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
    assert current_release(mine).number == 1 and verify_output(mine) == [] and clean(mine)
    assert copydesk("run", bundle(tmp_path / "two.jsonl", [row(60)]), "--out", mine).returncode == 0
    assert current_release(mine).number == 2


def test_an_output_that_cannot_be_written(copydesk: Run, tmp_path: Path) -> None:
    place = Path("/sys/copydesk") if os.geteuid() == 0 else tmp_path / "locked" / "out"
    if os.geteuid():
        place.parent.mkdir(mode=0o555)
    done = copydesk("run", bundle(tmp_path / "b.jsonl", [row(1)]), "--out", place)
    assert done.returncode == 1, done
    assert "cannot be written" in done.stderr.splitlines()[-1] and "name another folder with --out" in done.stderr


def test_a_bundle_that_goes_away(mine: Path, tmp_path: Path, copydesk: Run) -> None:
    path = bundle(tmp_path / "gone.jsonl", [row(n) for n in range(70, 74)])
    run = started(path, mine)
    while not list((mine / ".staging").glob("run-*")) and run.poll() is None:
        time.sleep(0.005)
    path.unlink()  # the run looked for it before it made its folder, and reads it seconds later
    error = run.communicate()[1]
    assert run.returncode == 1 and "gone.jsonl" in error.splitlines()[-1] and "Traceback" not in error
    assert current_release(mine).number == 1 and verify_output(mine) == [] and clean(mine)
    bundle(path, [row(n) for n in range(70, 74)])
    assert copydesk("run", path, "--out", mine).returncode == 0


def test_a_clock_that_jumps(tmp_path: Path) -> None:
    """Runs follow one another by number, whatever the clock says; nothing that readers may still hold is pruned."""
    at, out = datetime(2024, 5, 1, tzinfo=UTC), tmp_path / "out"
    for number, jump in enumerate((0, -400, 3, -2)):
        shards, assignments = prepare(tmp_path / f"w{number}", Input(some(10 * number, 3)))
        then = at + timedelta(days=jump)
        output = open_output(out)
        publish_run(output, shards, assignments, replace(info(str(number)), started_at=then, clock=lambda then=then: then))
        close_output(output)
    told = [one for path in current_release(out).files("runs") for one in read_file(path).to_pylist()]
    assert [run["number"] for run in sorted(told, key=lambda run: run["number"])] == [1, 2, 3, 4]
    os.utime(current_release(out).path / "_manifest.json", (4e9, 4e9))  # written while the clock was far ahead
    close_output(open_output(out))
    assert sorted(p.name for p in (out / "releases").iterdir()) == ["000001", "000002", "000003", "000004"]
    assert verify_output(out) == []

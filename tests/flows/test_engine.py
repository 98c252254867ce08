"""The engine around the rooms: processes, Prefect's home and API, the order of the flow. No room is at work here."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.home import NEEDLESS, caches, environment, usable
from flows.running import ShardError, named
from flows.workers import WorkerLostError

ROOT = Path(__file__).resolve().parents[2]

# Runs the flow on fake workers and prints the calls in order, then what the run left in the environment.
FAKE = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from flows.home import lodging
from flows.job import Job
from flows.server import serving
from tasks.settings import load_settings
from tasks.write.output import close_output, open_output

out, failing = Path(sys.argv[1]), sys.argv[2]
calls, tries = [], []

def call(target, *arguments, **options):
    calls.append([target.partition(":")[2], *(a.name for a in arguments[:1] if isinstance(a, Path))])
    if calls[-1] == ["strip_shard", failing] and (failing == "00002" or not tries):
        tries.append(1)
        raise ValueError("once")
    if target.endswith("split_bundles"):
        return [Path(f"shards/{n:05}") for n in range(3)]
    if target.endswith(":gather"):
        return 2, 3  # parts of the index, ranges of texts
    return "summary" if target.endswith("publish_shards") else None

output = open_output(out)
with lodging(out), serving():
    from flows.pipeline import run
    home = os.environ["PREFECT_HOME"]
    api = os.environ["PREFECT_API_URL"]
    try:
        value = run(Job(("a",), output, load_settings(), datetime.now(UTC), call, call), 2)
    except ValueError as error:
        value = repr(error)
close_output(output)
left = sorted(name for name in os.environ if name.startswith("PREFECT_"))
print(json.dumps({"value": value, "calls": calls, "home": home, "gone": not Path(home).exists(), "left": left, "api": api}))
"""

PROCESSES = """
import json, os, sys
from flows.workers import WorkerLostError, crew

if __name__ == "__main__":
    with crew(2, ("tasks.records",)) as call:
        prefect = call("flows.workers:perform", "builtins:eval", ("'prefect' in __import__('sys').modules",), {})
        try:
            call("os:_exit", 3)
            lost = ""
        except WorkerLostError as error:
            lost = str(error)
        again = call("os:getpid")
    print(json.dumps({"prefect": prefect, "here": "prefect" in sys.modules, "lost": lost, "again": again != os.getpid()}))
"""


KILLED = """
import os, signal
from flows.workers import crew

if __name__ == "__main__":
    with crew(1, ("tasks.records",)) as call:
        print(call("os:getpid"), call("os:getppid"), flush=True)  # a worker and the fork server, which wait for more to do
        os.kill(os.getpid(), signal.SIGKILL)
"""


def python(code: str, *arguments: str, folder: Path, **variables: str) -> dict[str, object]:
    """What a script in a process of its own prints."""
    script = folder / "script.py"
    script.write_text(code)
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_flow_goes_through_the_rooms_in_order_and_tries_a_shard_again(tmp_path: Path) -> None:
    found = python(FAKE, str(tmp_path / "out"), "00001", folder=tmp_path)
    calls = [tuple(call) for call in found["calls"]]  # type: ignore[attr-defined]
    names = [name for name, *_ in calls]
    assert found["value"] == "summary"
    assert calls.count(("strip_shard", "00001")) == 2
    pieces = {"index_part": 2, "compare_range": 3, "count_part": 2, "judge_range": 3}
    assert {name: names.count(name) for name in pieces} == pieces
    assert [name for name in dict.fromkeys(names) if name in pieces] == list(pieces)
    assert {c for c in calls if calls.count(c) > 1 and c[0] not in pieces} == {("strip_shard", "00001")}
    once = ["known_documents", "split_bundles", "select_documents", "assign", "memory_rows", "publish_shards"]
    assert [name for name in names if name in once] == once
    assert max(i for i, n in enumerate(names) if n == "parse_shard") < names.index("select_documents")
    assert max(i for i, n in enumerate(names) if n == "sign_shard") < names.index("assign")
    for shard in ("00000", "00001", "00002"):
        mine = list(dict.fromkeys(name for name, *rest in calls if rest == [shard]))
        assert mine == ["parse_shard", "strip_shard", "normalize_shard", "sign_shard"]


def test_a_shard_that_fails_twice_fails_the_run_with_its_own_error(tmp_path: Path) -> None:
    found = python(FAKE, str(tmp_path / "out"), "00002", folder=tmp_path)
    calls = [tuple(call) for call in found["calls"]]  # type: ignore[attr-defined]
    assert found["value"] == "ValueError('once')"
    assert calls.count(("strip_shard", "00002")) == 2
    assert "publish_shards" not in {name for name, *_ in calls}


def test_a_run_leaves_no_home_and_no_settings_behind(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    kept = {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")}
    own = {"HOME": str(tmp_path), "PREFECT_HOME": str(mine), "PREFECT_PROFILE": "nowhere"}
    found = python(FAKE, str(tmp_path / "out"), "", folder=tmp_path, **kept, **own)
    assert found["gone"]
    assert found["left"] == ["PREFECT_HOME", "PREFECT_PROFILE"]
    assert str(found["api"]).startswith("http://127.0.0.1:")
    assert not mine.exists()
    assert not (tmp_path / ".prefect").exists()


def test_workers_never_import_prefect_and_a_lost_one_is_replaced(tmp_path: Path) -> None:
    found = python(PROCESSES, folder=tmp_path)
    assert found == {"prefect": False, "here": False, "lost": "a worker process died in os:_exit", "again": True}


def test_no_process_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(KILLED)
    command = [sys.executable, str(tmp_path / "script.py")]
    with (tmp_path / "said").open("wb") as said:  # a file: what is left would keep a pipe open
        assert subprocess.run(command, cwd=ROOT, stdout=said, timeout=300).returncode == -signal.SIGKILL
    left = {int(process) for process in (tmp_path / "said").read_text().split()}
    assert len(left) == 2
    deadline = time.monotonic() + 300
    while left := {process for process in left if alive(process)}:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def alive(process: int) -> bool:
    """Whether a process is there and no zombie, which nobody may have collected."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def test_embedded_settings_drop_all_that_leads_elsewhere() -> None:
    base = {"PATH": "/bin", "PREFECT_PROFILE": "mine", "PREFECT_API_KEY": "k", "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql://x"}
    found = environment(Path("/h"), base)
    assert found["PATH"] == "/bin"
    assert found["PREFECT_HOME"] == "/h"
    assert "PREFECT_PROFILE" not in found and "PREFECT_API_KEY" not in found
    assert found["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == "sqlite+aiosqlite:////h/prefect.db"
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false" and found["DO_NOT_TRACK"] == "1"
    assert all(found[f"PREFECT_SERVER_SERVICES_{name}_ENABLED"] == "false" for name in NEEDLESS)


def test_settings_for_a_named_server_keep_the_way_to_it() -> None:
    base = {"PREFECT_API_URL": "http://server/api", "PREFECT_API_KEY": "k", "PREFECT_PROFILE": "mine"}
    found = environment(Path("/h"), base)
    assert (found["PREFECT_API_URL"], found["PREFECT_API_KEY"], found["PREFECT_HOME"]) == ("http://server/api", "k", "/h")
    assert "PREFECT_PROFILE" not in found
    assert not any(name.startswith("PREFECT_SERVER_SERVICES") for name in found)


def test_the_cache_goes_where_it_was_told_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert list(caches(Path("/out"))) == [tmp_path / "copydesk", Path("/out/.cache")]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert next(caches(Path("/out"))) == tmp_path / ".cache/copydesk"


def test_a_harmed_database_is_not_used(tmp_path: Path) -> None:
    harmed = tmp_path / "prefect.db"
    assert not usable(harmed)
    harmed.write_bytes(b"SQLite format 3\0" + bytes(4096))
    assert not usable(harmed)
    harmed.write_bytes(b"")
    assert not usable(harmed)


def test_a_failure_names_the_shard() -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    def lost(*_: object) -> None:
        raise WorkerLostError("a worker process died in m:f")

    with pytest.raises(ShardError, match=r"^strip_shard failed on shard 00007 \(KeyError: 'x'\)"):
        named(broken)("tasks.strip.shard:strip_shard", Path("work/shards/00007"))
    with pytest.raises(ShardError, match=r"^split_bundles failed \(a worker process died in m:f\)"):
        named(lost)("tasks.split.shard:split_bundles", ["a"])

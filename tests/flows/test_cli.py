"""The command line: mistakes are one line and a status, answers without a flow come without Prefect."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.home import HomeError
from flows.running import named
from flows.server import serving
from tests.conftest import COPYDESK, ROOT, Run


def only_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "nowhere", "--out", "{tmp}/out"], "nowhere: no such bundle"),
        (["run", "seeds", "--out", "seeds/inside"], "lie inside one another"),
        (["run", "{tmp}/out/bundle", "--out", "{tmp}/out"], "lie inside one another"),
        (["run", "seeds", "--out", "seeds"], "lie inside one another"),
        (["run", "seeds", "--out", "{tmp}/out", "--colour"], "unrecognized arguments: --colour"),
        (["run", "seeds", "--out", "{tmp}/out", "--workers", "0"], "'0' is not a number above 0"),
        (["run", "seeds", "--out", "{tmp}/out", "--engine", "ray"], "invalid choice: 'ray'"),
        (["run", "seeds", "--out", "{tmp}/out", "--config", "{tmp}/none"], "no such configuration folder"),
        (["run", "seeds"], "the following arguments are required: --out"),
        (["clean"], "invalid choice: 'clean'"),
        ([], "required"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_2(copydesk: Run, tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "out/bundle").mkdir(parents=True)
    done = copydesk(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert done.returncode == 2
    assert says in only_line(done)
    assert not done.stdout


def test_a_mistake_in_the_configuration_is_one_line_and_2(copydesk: Run, tmp_path: Path) -> None:
    (tmp_path / "pipeline.yml").write_text("shards: {documents: none}\n")
    done = copydesk("run", "seeds", "--out", tmp_path / "out", "--config", tmp_path)
    assert done.returncode == 2
    assert "pipeline.yml: shards.documents" in only_line(done)


def test_a_reader_that_goes_away_is_no_failure(seeds_output: Path) -> None:
    found = pq.read_table(seeds_output / "current" / "articles", columns=["document_id"]).column(0)[0].as_py()
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        command = [*COPYDESK, "explain", found, "--out", seeds_output]
        done = subprocess.run(command, cwd=ROOT, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(HomeError, match=r"no Prefect server answers at http://127\.0\.0\.1:9/api"), serving():
        raise RuntimeError("Failed to reach API at http://127.0.0.1:9/api/")


def test_a_full_disk_is_no_fault_of_a_shard() -> None:
    def full(target: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        named(full)("tasks.split.shard:split_bundles")


def test_an_output_that_cannot_be_written_is_one_line_and_1(copydesk: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = copydesk("run", "seeds", "--out", tmp_path / "file/out")
    assert done.returncode == 1
    assert str(tmp_path / "file") in only_line(done)


def test_reading_an_output_that_is_not_there_is_one_line_and_1(copydesk: Run, tmp_path: Path) -> None:
    for command in (["verify"], ["explain", "0" * 32]):
        done = copydesk(*command, "--out", tmp_path / "nothing")
        assert done.returncode == 1
        assert "nothing is published here" in only_line(done)


def test_the_traceback_is_shown_where_it_was_asked_for(copydesk: Run, tmp_path: Path) -> None:
    assert "Traceback" in copydesk("run", "nowhere", "--out", tmp_path, "--debug").stderr
    assert "Traceback" in copydesk("run", "nowhere", "--out", tmp_path, COPYDESK_DEBUG="1").stderr


def test_nothing_that_answers_without_a_flow_imports_prefect(seeds_output: Path) -> None:
    document = pq.read_table(seeds_output / "articles", columns=["document_id"])["document_id"][0].as_py()
    for command in (["schema"], ["explain", document, "--out", str(seeds_output)], ["verify", "--out", str(seeds_output)]):
        code = f"import sys; from flows.cli import main; status = main({command!r}); sys.exit(status or ('prefect' in sys.modules) * 9)"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)


def test_explain_prints_one_object(copydesk: Run, seeds_output: Path) -> None:
    row = pq.read_table(seeds_output / "articles", columns=["document_id", "source_length"]).to_pylist()[0]
    found = json.loads(copydesk("explain", row["document_id"], "--out", seeds_output, "--json").stdout)
    assert len(found["source_text"]) == row["source_length"]
    assert found["row"]["document_id"] == row["document_id"]
    for span in found["removed"]:
        assert found["source_text"][span["start_offset"] : span["end_offset"]] == span["text"]


def test_the_data_dictionary_names_every_column(copydesk: Run, seeds_output: Path) -> None:
    said = copydesk("schema").stdout
    for dataset in ("articles", "copies", "removed", "evidence", "rejects", "runs"):
        for name in pq.read_schema(next((seeds_output / dataset).glob("*.parquet"))).names:
            assert f"`{name}`" in said, (dataset, name)


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path: Path, seconds: float) -> None:
    (tmp_path / "tmp").mkdir()
    command = [*COPYDESK, "run", "seeds", "--out", str(tmp_path / "out")]
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    run = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=60)[1]
    assert run.returncode == 1, said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("copydesk: stopped")
    assert not (tmp_path / "out/current").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        while time.sleep(0.2) is None:
            os.killpg(run.pid, 0)  # until no process of the run is left

"""Whole runs over seeds/: the same bytes however it was run, nothing new the second time, the summary."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from tests.conftest import ROOT, Run

PARTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "seeds").iterdir())
DATASETS = ("articles", "copies", "removed", "evidence", "rejects")


def manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "current/_manifest.json").read_text())
    return found


def data_files(out: Path) -> dict[str, bytes]:
    """The bytes of each data file of the current release; `runs` alone may hold the time."""
    release = (out / "current").resolve()
    files = {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*.parquet")}
    return {name: data for name, data in files.items() if not name.startswith("runs/")}


@pytest.fixture(scope="module")
def small_shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration with shards of nine documents."""
    config = tmp_path_factory.mktemp("config") / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "pipeline.yml").write_text("shards: {documents: 9}\n")
    return config


@pytest.fixture(scope="module")
def one_worker(copydesk: Run, small_shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("one") / "out"
    done = copydesk("run", *PARTS, "--out", out, "--workers", 1, "--config", small_shards, PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    return out


def test_workers_order_and_hash_seed_do_not_matter(copydesk: Run, small_shards: Path, one_worker: Path, tmp_path: Path) -> None:
    turned = [*PARTS[::-1], PARTS[0]]
    done = copydesk("run", *turned, "--out", tmp_path / "out", "--workers", 4, "--config", small_shards, PYTHONHASHSEED="2")
    assert done.returncode == 0, done.stderr
    assert "parse, 8 shards" in done.stderr or "shards" in done.stderr
    one, four = data_files(one_worker), data_files(tmp_path / "out")
    assert sorted(one) == sorted(four)
    assert [name for name in one if one[name] != four[name]] == []
    assert len(one) >= len(DATASETS)


def test_sharding_does_not_matter(copydesk: Run, one_worker: Path, tmp_path: Path) -> None:
    assert copydesk("run", *PARTS, "--out", tmp_path / "out").returncode == 0
    for dataset in DATASETS:
        tables = [ds.dataset(str(out / dataset), format="parquet").to_table() for out in (one_worker, tmp_path / "out")]
        small, large = (pa.Table.to_pylist(table.drop_columns(["run_id"])) for table in tables)
        assert small == large, dataset


def test_a_second_run_makes_no_release(copydesk: Run, one_worker: Path, small_shards: Path) -> None:
    before = manifest(one_worker)
    done = copydesk("run", *PARTS, "--out", one_worker, "--config", small_shards, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["release"], summary["articles"], summary["copies"], summary["rejects"]) == (None, 0, 0, 0)
    assert summary["documents"] == summary["unchanged"]
    assert manifest(one_worker) == before
    assert "no release" in done.stderr


def test_the_laws_hold(copydesk: Run, one_worker: Path) -> None:
    done = copydesk("verify", "--out", one_worker, "--source")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_verify_names_what_was_damaged(copydesk: Run, one_worker: Path, tmp_path: Path) -> None:
    shutil.copytree(one_worker, tmp_path / "out", symlinks=True)
    file = next(path for path in (tmp_path / "out/current/removed").glob("*.parquet") if path.stat().st_size > 5000)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 255
    file.unlink()
    file.write_bytes(data)
    done = copydesk("verify", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert f"removed/{file.name}" in done.stdout


def test_the_summary_counts_what_is_published(seeds_run: Path) -> None:
    summary = json.loads((seeds_run / "summary.json").read_text())
    rows = {name: ds.dataset(str(seeds_run / "out" / name), format="parquet").to_table() for name in DATASETS}
    assert {name: rows[name].num_rows for name in ("articles", "copies", "rejects")} == {
        name: summary[name] for name in ("articles", "copies", "rejects")
    }
    assert summary["documents"] == sum(summary[name] for name in ("articles", "copies", "rejects", "unchanged"))
    assert sum(summary["rejects_by_reason"].values()) == summary["rejects"]
    spans = rows["removed"]
    characters = sum(spans["end_offset"].to_numpy() - spans["start_offset"].to_numpy())
    assert sum(summary["removed_characters"].values()) == characters
    assert summary["release"] == 1


def test_damaged_input_is_rejected_and_the_run_goes_on(copydesk: Run, tmp_path: Path) -> None:
    story = "The council voted on Monday to close the old bridge while its pillars are mended, the mayor said after the session.\n"
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "empty.txt").write_bytes(b"")
    (bundle / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (bundle / "rows.jsonl").write_text(json.dumps({"id": "1", "text": "Bridge to close\n\n" + story * 2}) + '\n{"id": "2", "text": "cut o')
    russian = "Совет города решил в понедельник закрыть старый мост на время ремонта опор, сообщил мэр после заседания в ратуше.\n"
    (bundle / "russian.txt").write_bytes(("Мост закроют\n\n" + russian * 3).encode("windows-1251"))
    done = copydesk("run", bundle, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    rejects = ds.dataset(str(tmp_path / "out/rejects"), format="parquet").to_table().to_pylist()
    assert {(row["source_member"], row["reason"]) for row in rejects} == {
        ("empty.txt", "empty"),
        ("binary.txt", "binary"),
        ("rows.jsonl#2", "truncated"),
    }
    articles = {row["source_member"]: row for row in ds.dataset(str(tmp_path / "out/articles"), format="parquet").to_table().to_pylist()}
    assert set(articles) == {"rows.jsonl#1", "russian.txt"}
    assert articles["russian.txt"]["body"].startswith("Совет города решил")


@pytest.fixture
def refusing_server() -> Iterator[tuple[str, list[str]]]:
    """A server that answers 500 to everything, and what it was asked."""
    asked: list[str] = []

    class Refuse(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.send_response(501)
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - the names the base class calls

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refuse)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api", asked
    server.shutdown()
    server.server_close()


def test_a_named_server_is_the_one_that_is_asked(copydesk: Run, refusing_server: tuple[str, list[str]], tmp_path: Path) -> None:
    url, asked = refusing_server
    done = copydesk("run", "seeds/wire", "--out", tmp_path / "out", PREFECT_API_URL=url)
    assert done.returncode == 1
    assert asked and all(path.startswith("/api/") for path in asked)
    assert "Traceback" not in done.stderr
    assert url in done.stderr.splitlines()[-1]
    assert [path.name for path in (tmp_path / "out/.staging").iterdir()] == [".gate"]

"""JSON lines: which field is the content, what the others say, and what is wrong with broken lines."""

import base64
import gzip
import json
from pathlib import Path

import pytest
import zstandard

from tasks.records import Given
from tasks.split.identity import document_id, identity_of, plain_url, sha256
from tasks.split.rows import parse_instant
from tests.split.conftest import Split, page, story


def test_fields_and_synonyms(tmp_path: Path, split: Split) -> None:
    rows = [
        {"text": story(1), "url": "https://A.example/1", "title": "One", "publisher": "Courier", "Date Download": "2024-01-02T03:04:05Z"},
        {"html": page(2), "id": 17},
        {"html_base64": base64.b64encode("<html><meta charset=windows-1251><p>Вечером прошёл дождь".encode("cp1251")).decode()},
        {"content": page(4), "authors": ["A. Reyes", {"name": "B. Ode"}]},
        {"maintext": story(5), "fetched_at": "yesterday"},
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    documents, rejects = split(path)
    assert not rejects
    assert [d.source_member for d in documents] == [f"x.jsonl#{i}" for i in range(1, 6)]
    assert [d.media_type for d in documents] == ["text/plain", "text/html", "text/html", "text/html", "text/plain"]
    assert documents[0].identity == "https://a.example/1"
    assert documents[0].fetched_at is not None and documents[0].fetched_at.isoformat() == "2024-01-02T03:04:05+00:00"
    assert {(g.field, g.value) for g in documents[0].given} >= {("headline", "One"), ("outlet", "Courier")}
    assert documents[0].source_sha256 == sha256(story(1).encode())
    assert (documents[1].identity, documents[1].source_id) == ("id:17", "17")
    assert documents[2].charset == "windows-1251" and "дождь" in documents[2].text
    assert documents[2].identity == f"content:{documents[2].source_sha256}"
    assert [g.value for g in documents[3].given if g.field == "byline"] == ["A. Reyes", "B. Ode"]
    assert documents[4].fetched_at is None
    assert Given("fetched_at", "yesterday", "row.fetched_at") in documents[4].given


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_a_truncated_last_line_is_one_reject(tmp_path: Path, split: Split, suffix: str) -> None:
    content = "".join(json.dumps({"text": story(i)}) + "\n" for i in range(5)).encode()[:-40]
    packed = {"": content, ".gz": gzip.compress(content), ".zst": zstandard.compress(content)}[suffix]
    path = tmp_path / f"x.jsonl{suffix}"
    path.write_bytes(packed)
    documents, rejects = split(path)
    assert [d.source_member for d in documents] == [f"x.jsonl{suffix}#{i}" for i in range(1, 5)]
    assert [(r.reason, r.source_member, r.stage) for r in rejects] == [("truncated", f"x.jsonl{suffix}#5", "split")]
    assert rejects[0].head.startswith('{"text": "Ferry line 4')


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_rows_before_a_damage_are_kept(tmp_path: Path, split: Split, suffix: str) -> None:
    import random

    noise = random.Random(3)
    content = "".join(json.dumps({"text": story(i), "noise": noise.randbytes(300).hex()}) + "\n" for i in range(3000)).encode()
    packed = gzip.compress(content) if suffix == ".gz" else zstandard.compress(content)
    path = tmp_path / f"x.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) // 2])
    documents, rejects = split(path)
    assert 1000 < len(documents) < 2000
    assert [(r.reason, r.source_member) for r in rejects] == [("truncated", f"x.jsonl{suffix}")]


def test_broken_lines_are_rejects_and_the_rest_goes_on(tmp_path: Path, split: Split) -> None:
    good = json.dumps({"text": story(1)})
    deep = '{"a":' + "[" * 90_000 + "]" * 90_000 + "}"
    bad = ["nothing", "[1,2]", "17", "null", '{"a":1}{"b":2}', '{"text":5}', '{"url":"u"}', '{"text":" "}', deep]
    path = tmp_path / "x.jsonl"
    path.write_bytes("\r\n".join([good, *bad, "", good.replace("Ferry", "Boat")]).encode("utf-8-sig"))
    documents, rejects = split(path)
    assert len(documents) == 2
    assert [r.reason for r in rejects] == ["malformed-record"] * 7 + ["empty", "malformed-record"]
    assert len({r.document_id for r in rejects}) == 9


def test_rows_that_are_arrays_under_a_line_of_names(tmp_path: Path, split: Split) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [["url", "text"], ["https://n.example/1", story(1)], ["a", "b", "c"]]))
    documents, rejects = split(path)
    assert [(d.source_member, d.url, d.text) for d in documents] == [("x.jsonl#2", "https://n.example/1", story(1))]
    assert [r.reason for r in rejects] == ["malformed-record"]


def test_lone_surrogates_become_replacement_characters(tmp_path: Path, split: Split) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "A \\ud800 mark and a pair \\ud83d\\ude00 here."}\n')
    (document,), _ = split(path)
    assert document.text == "A \ufffd mark and a pair \U0001f600 here."


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-03-03T10:00:00Z", "2024-03-03T10:00:00+00:00"),
        ("2024-03-03 10:00:00.25 +0530", "2024-03-03T04:30:00.250000+00:00"),
        ("2024-03-03T10:00:00", None),
        ("2024-03-03", None),
        ("2024-02-31T10:00:00Z", None),
        ("1709460000", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_instants_are_read_strictly(text: str, instant: str | None) -> None:
    parsed = parse_instant(text)
    assert (parsed.isoformat() if parsed else None) == instant


def test_identity_prefers_the_url_then_the_id_then_the_place() -> None:
    assert plain_url("HTTPS://Me@WWW.Example.COM:8080/Path?Q=A#frag") == "HTTPS://Me@www.example.com:8080/Path?Q=A"
    assert plain_url("not a url#x") == "not a url"
    assert identity_of("https://E.example/", "i", "p", "d") == "https://e.example/"
    assert identity_of(None, "i", "p", "d") == "id:i"
    assert identity_of(None, None, "b/m", "d") == "path:b/m"
    assert identity_of("", "", None, "d") == "content:d"
    assert len(document_id("x", sha256(b""))) == 32


def test_tables_by_their_names(tmp_path: Path, split: Split) -> None:
    import csv

    with (tmp_path / "x.csv").open("w", encoding="cp1251", newline="") as handle:
        writer = csv.writer(handle, delimiter=";")
        writer.writerow(["Title", "Link", "Content", "published"])
        writer.writerow(["Паром", "https://n.example/1", "Паром снова пойдёт в мае.\n\nРемонт занял больше времени.", "2024-03-03"])
        writer.writerow(["a", "b", "c", "d", "e"])
        writer.writerow(["Мост", "https://n.example/2", "Мост закрыли на ремонт до осени; движение пустили в объезд.", ""])
    documents, rejects = split(tmp_path / "x.csv")
    assert [(d.source_member, d.url, d.charset) for d in documents] == [
        ("x.csv#1", "https://n.example/1", "windows-1251"),
        ("x.csv#3", "https://n.example/2", "windows-1251"),
    ]
    assert documents[0].text == "Паром снова пойдёт в мае.\n\nРемонт занял больше времени."
    assert [(r.source_member, r.reason) for r in rejects] == [("x.csv#2", "malformed-record")]


@pytest.mark.parametrize("wrap", ["{}", '{{"status": "ok", "response": {{"docs": {}}}}}', '{{"articles": {}}}'])
def test_json_arrays_and_what_wraps_them(tmp_path: Path, split: Split, wrap: str) -> None:
    rows = [{"text": story(1), "url": "https://n.example/1"}, {"html": page(2)}, {"url": "https://n.example/3"}]
    (tmp_path / "x.json").write_text(wrap.format(json.dumps(rows, indent=1)))
    documents, rejects = split(tmp_path / "x.json")
    assert [d.source_member for d in documents] == ["x.json#1", "x.json#2"]
    assert [r.reason for r in rejects] == ["malformed-record"]


def test_a_cut_array_keeps_its_rows(tmp_path: Path, split: Split) -> None:
    rows = [{"text": story(i)} for i in range(400)]
    (tmp_path / "x.json").write_text(json.dumps(rows)[:-20])
    documents, rejects = split(tmp_path / "x.json")
    assert len(documents) == 399
    assert [r.reason for r in rejects] == ["truncated"]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream", "feather"])
def test_tables_of_arrow(tmp_path: Path, split: Split, kind: str) -> None:
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa

    frame = pd.DataFrame({"body": [story(i) for i in range(300)], "url": [f"https://n.example/{i}" for i in range(300)]})
    frame["fetched_at"] = pd.Timestamp("2024-03-03T10:00:00Z")
    table, path = pa.Table.from_pandas(frame), tmp_path / "x.data"
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "feather":
        frame.to_feather(path)
    elif kind == "arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, 77)
    else:
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table, 77)
    documents, rejects = split(path)
    assert not rejects
    assert [d.text for d in documents] == [story(i) for i in range(300)]
    assert documents[299].source_member == "x.data#300"
    assert documents[0].fetched_at is not None and documents[0].fetched_at.isoformat() == "2024-03-03T10:00:00+00:00"

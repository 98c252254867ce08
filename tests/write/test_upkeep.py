"""Whole runs one after another, and the commands that look after an output: incremental runs, compact, withdraw, verify."""

import json
from pathlib import Path
from typing import Any

import pytest

from tasks.write.output import current_release
from tasks.write.reading import read_file
from tasks.write.schema import DATASETS
from tests.conftest import Run

from .stories import bundle, headline, page, paragraphs, row


def rows(out: Path, dataset: str) -> list[dict[str, Any]]:
    return [one for path in current_release(out).files(dataset) for one in read_file(path).to_pylist()]


def ids(out: Path) -> dict[str, str]:
    """Where each accepted document came from, to its id."""
    return {one["source_member"]: one["document_id"] for name in ("articles", "copies") for one in rows(out, name)}


def memory_ids(out: Path, name: str) -> set[str]:
    found = (value for path in current_release(out).files(f"memory/{name}") for value in read_file(path)["document_id"].to_pylist())
    return {value.hex() if isinstance(value, bytes) else value for value in found}


def trimmed(number: int, host: str) -> dict[str, Any]:
    return row(number, url=f"https://{host}.example/{number}", text="\n\n".join([headline(number), *paragraphs(number)[:2]]))


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three days: stories and a trimmed copy; copies of them and a page changed; the same again with new tokens."""
    work = tmp_path_factory.mktemp("bundles")
    pages = [{"url": f"https://pages.example/{n}", "html": page(n, paragraphs(n), "one")} for n in (50, 51)]
    first = [*(row(n) for n in range(8)), trimmed(0, "trimmed"), *pages]
    changed = {
        "url": "https://pages.example/51",
        "html": page(51, [*paragraphs(51), "The board met again on the next day and said so."], "two"),
    }
    same = {"url": "https://pages.example/50", "html": page(50, paragraphs(50), "two")}
    second = [row(20), row(0, url="https://other.example/0"), trimmed(1, "late"), changed, same]
    return {"first": bundle(work / "first.jsonl", first), "second": bundle(work / "second.jsonl", second)}


@pytest.fixture(scope="module")
def out(copydesk: Run, bundles: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("upkeep") / "out"
    for path in bundles.values():
        done = copydesk("run", path, "--out", out)
        assert done.returncode == 0, done.stderr
    return out


def copy_of(out: Path, target: Path) -> Path:
    """An output of its own to change: a release's files are immutable, so hard links will do."""
    import shutil

    shutil.copytree(out, target, symlinks=True)
    return target


def test_incremental(out: Path) -> None:
    first, second = sorted(rows(out, "runs"), key=lambda run: run["number"])
    assert (first["documents"], first["articles"], first["copies"], first["unchanged"]) == (11, 10, 1, 0)
    # The page fetched again with the same text is unchanged, though its bytes are others.
    assert (second["documents"], second["articles"], second["copies"], second["unchanged"]) == (5, 1, 3, 1)
    copies = {one["source_member"]: one for one in rows(out, "copies")}
    at = ids(out)
    assert copies["second.jsonl#2"]["copy_of"] == at["first.jsonl#1"] and copies["second.jsonl#2"]["relation"] == "exact"
    assert copies["second.jsonl#3"]["copy_of"] == at["first.jsonl#2"] and copies["second.jsonl#3"]["relation"] in ("near", "excerpt")
    changed = copies["second.jsonl#4"]
    assert (changed["relation"], changed["copy_of"], changed["previous_version"]) == ("version", at["first.jsonl#11"], at["first.jsonl#11"])


def test_compact_keeps_rows_and_what_runs_know(copydesk: Run, bundles: dict[str, Path], out: Path, tmp_path: Path) -> None:
    merged = copy_of(out, tmp_path / "out")
    before = {name: sorted(rows(merged, name), key=repr) for name in DATASETS}
    done = copydesk("compact", "--out", merged)
    assert (done.returncode, current_release(merged).number) == (0, 3), done.stderr
    assert {name: sorted(rows(merged, name), key=repr) for name in DATASETS} == before
    assert len(current_release(merged).files("memory/signatures")) == len(current_release(merged).files("memory/boilerplate")) == 1
    assert copydesk("verify", "--out", merged, "--source").stdout == ""
    assert "nothing to merge" in copydesk("compact", "--out", merged).stderr
    more, summaries = bundle(tmp_path / "more.jsonl", [trimmed(3, "again"), row(4), row(70)]), []
    for number, one in enumerate((out, merged)):
        done = copydesk("run", more, "--out", copy_of(one, tmp_path / f"next-{number}"), "--json")
        summaries.append(json.loads(done.stdout) | {"release": None})
    assert summaries[0] == summaries[1] and (summaries[0]["articles"], summaries[0]["copies"], summaries[0]["unchanged"]) == (1, 1, 1)
    left, right = (sorted(rows(tmp_path / f"next-{number}", "copies"), key=repr) for number in range(2))
    assert left == right and len(left) == 5


def test_withdraw(copydesk: Run, bundles: dict[str, Path], out: Path, tmp_path: Path) -> None:
    """The article of a story goes: the next of its group stands for it; what went is in no dataset and no memory, and never returns."""
    mine, at = copy_of(out, tmp_path / "out"), ids(out)
    gone, next_one, late = at["first.jsonl#1"], at["first.jsonl#9"], at["second.jsonl#2"]
    done = copydesk("withdraw", gone, "--reason", "asked by its author", "--out", mine)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [[next_one, "article"], [late, "extended"]]
    for name in DATASETS:
        assert gone not in {one.get("document_id") for one in rows(mine, name)} or name == "withdrawn"
    assert [one["reason"] for one in rows(mine, "withdrawn")] == ["asked by its author"]
    copy = next(one for one in rows(mine, "copies") if one["document_id"] == late)
    # Of the first run the trimmed text alone is left, so the full one, which came later, now extends it.
    assert (copy["copy_of"], copy["relation"], copy["containment"]) == (next_one, "extended", 1.0) and 0.3 < copy["similarity"] < 0.6
    for name in ("signatures", "boilerplate"):
        assert gone in memory_ids(out, name) and gone not in memory_ids(mine, name)
    assert copydesk("verify", "--out", mine, "--source", "--rerun").stdout == ""
    done = copydesk("run", *bundles.values(), "--out", mine, "--json")
    assert json.loads(done.stdout)["release"] is None and json.loads(done.stdout)["unchanged"] == 16
    # The text of what went, printed by another one, is another document; it joins the story that is left.
    again = bundle(tmp_path / "again.jsonl", [row(0, url="https://third.example/0"), row(0, text=row(0)["text"])])
    done = copydesk("run", again, "--out", mine, "--json")
    assert (json.loads(done.stdout)["copies"], json.loads(done.stdout)["unchanged"]) == (1, 1)
    assert next(one for one in rows(mine, "copies") if one["source_bundle"] == "again.jsonl")["copy_of"] == next_one
    assert copydesk("verify", "--out", mine).stdout == ""


def test_withdraw_a_version(copydesk: Run, out: Path, tmp_path: Path) -> None:
    mine, at = copy_of(out, tmp_path / "out"), ids(out)
    done = copydesk("withdraw", at["first.jsonl#11"], "--reason", "asked", "--out", mine, "--json")
    told = json.loads(done.stdout)
    assert [(one["document_id"], one["relation"]) for one in told["remaining"]] == [(at["second.jsonl#4"], None)]
    left = next(one for one in rows(mine, "articles") if one["document_id"] == at["second.jsonl#4"])
    assert left["previous_version"] is None
    assert copydesk("verify", "--out", mine).stdout == ""


def test_what_is_not_there(copydesk: Run, out: Path, tmp_path: Path) -> None:
    done = copydesk("withdraw", "0" * 32, "--reason", "asked", "--out", out)
    assert done.returncode == 1 and f"no document {'0' * 32}; nothing was withdrawn" in done.stderr
    for command in (["compact"], ["withdraw", "0" * 32, "--reason", "x"]):
        done = copydesk(*command, "--out", tmp_path / "none")
        assert done.returncode == 1 and "nothing is published here" in done.stderr
        assert not (tmp_path / "none").exists()
    assert copydesk("withdraw", "0" * 32, "--out", out).returncode == 2

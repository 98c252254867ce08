"""`explain` from what is published alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.write.explain import UnknownDocumentError, explain_document, marked_text, render
from tasks.write.output import OutputError
from tasks.write.rebuild import NotRebuiltError, rebuild, why_not_lossless

from .made import Input, Made, compose, plain, publish, reject, some
from .strategies import documents


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("explain")
    publish(work / "out", work / "w1", Input(some(0, 9, 3), (reject(1),)))
    publish(work / "out", work / "w2", Input(some(20, 5), bundle="other"))
    return work / "out"


@pytest.mark.parametrize("number", [0, 8, 22])
def test_source_text_comes_back(out: Path, number: int) -> None:
    made = plain(number)
    answer = json.loads(explain_document(out, made.article.document_id).as_json())
    assert answer["source_text"] == made.source
    assert [set(span) for span in answer["removed"]] == [{"start_offset", "end_offset", "text", "class", "rule"}] * len(made.removed)
    assert all(answer["source_text"][s["start_offset"] : s["end_offset"]] == s["text"] for s in answer["removed"])
    assert answer["row"]["document_id"] == made.article.document_id
    assert answer["row"]["published_date"] == "2024-04-30"
    assert [e["rank"] for e in answer["evidence"]] == [0, 1]


def test_reject(out: Path) -> None:
    found = explain_document(out, reject(1).document_id)
    assert (found.dataset, found.source_text, found.row["reason"]) == ("rejects", None, "too-short")


def test_unknown(out: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownDocumentError, match="no document"):
        explain_document(out, "f" * 32)
    with pytest.raises(OutputError, match="nothing is published"):
        explain_document(tmp_path, "f" * 32)


def test_shown_plainly_when_piped(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    render(explain_document(out, plain(0).article.document_id))
    shown = capsys.readouterr().out
    assert "Share this ‹share rule.share›" in shown and "\x1b" not in shown
    assert "headline" in shown and "stands below" in shown
    render(explain_document(out, reject(1).document_id))
    assert "too-short" in capsys.readouterr().out


def test_marked_text_has_all_of_the_source(out: Path) -> None:
    made = plain(1)
    shown = marked_text(explain_document(out, made.article.document_id)).plain
    for mark in ("‹headline rule.headline›", "‹share rule.share›"):
        shown = shown.replace(f" {mark}", "")
    assert shown == made.source


def test_imports_little() -> None:
    heavy = ("prefect", "rich", "pandas", "pyarrow.dataset", "pydantic")
    code = f"import sys, tasks.write.explain; print(*[m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == []


# --- rebuilding


@settings(deadline=None)
@given(made=documents())
def test_rebuild_gives_back_any_source(made: Made) -> None:
    spans = [(r.start_offset, r.end_offset, r.text) for r in made.removed]
    assert rebuild(made.article.body, spans) == made.source
    assert why_not_lossless(made.article.body, spans, len(made.source), made.article.source_text_sha256) is None


@settings(deadline=None)
@given(made=documents().filter(lambda d: d.removed), data=st.data())
def test_any_damaged_span_is_told(made: Made, data: st.DataObject) -> None:
    spans = [(r.start_offset, r.end_offset, r.text) for r in made.removed]
    place = data.draw(st.integers(0, len(spans) - 1))
    start, end, text = spans[place]
    others = [(start + 1, end, text), (start, end + 1, text), (start, end, text + "x"), (start, end, "\0" * len(text))]
    wrong = data.draw(st.sampled_from(others))
    spans[place] = wrong
    if wrong[2] != text or wrong[:2] != (start, end):
        assert why_not_lossless(made.article.body, spans, len(made.source), made.article.source_text_sha256) is not None


def test_rebuild_says_where() -> None:
    assert compose([("body", "a"), ("share", "b")], "x")[:2] == ("ab", "a")
    with pytest.raises(NotRebuiltError, match="overlap at 1"):
        rebuild("", [(0, 2, "ab"), (1, 2, "b")])
    with pytest.raises(NotRebuiltError, match="holds 2 characters"):
        rebuild("", [(0, 1, "ab")])
    with pytest.raises(NotRebuiltError, match="before 3"):
        rebuild("a", [(3, 4, "b")])

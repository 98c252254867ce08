"""Concatenated text: recognised by its separators and its parts; one article stays one."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.settings import CONFIG, read_yaml
from tasks.split.separators import parts_of, shapes
from tests.split.conftest import Split, story

SEPARATORS = {
    "rule": "\n=====\n\n",
    "hashes": "\n##########\n",
    "dashes": "\n-----\n\n",
    "stars": "\n* * *\n\n",
    "end": "\n***END***\n",
    "feed": "\f",
}


def texts(text: str) -> list[str]:
    return [text[part.start : part.end] for part in parts_of(text)]


@pytest.mark.parametrize("shape", list(SEPARATORS))
@given(count=st.integers(2, 12))
def test_articles_between_separators_come_back(shape: str, count: int) -> None:
    stories = [story(i) for i in range(count)]
    assert texts(SEPARATORS[shape].join(stories)) == [s.strip() for s in stories]


@pytest.mark.parametrize(
    "banner",
    [
        "Document {n} of {total}\n\n",
        "=====\nDocument {n} of {total}\n=====\n",
        "{n} of {total} DOCUMENTS\n",
        "==> story{n}.txt <==\n",
        "File: a/{n}.html\n",
    ],
)
def test_headers_part_even_two_articles(banner: str) -> None:
    stories = [story(i) for i in range(1, 3)]
    text = "".join(banner.format(n=n, total=2) + s + "\n" for n, s in enumerate(stories, 1))
    assert texts(text) == [s.strip() for s in stories]


def test_doc_markup_parts_articles() -> None:
    text = "".join(f"<DOC id={n}>\n{story(n)}</DOC>\n" for n in range(3))
    assert texts(text) == [story(n).strip() for n in range(3)]


PARAGRAPH = "The board said that the repairs would go on through the winter, and that nobody had been hurt when the stage gave way."


@pytest.mark.parametrize("rule", ["-----", "* * *", "***", "=====", "________", "\f"])
def test_one_article_with_a_rule_inside_stays_one(rule: str) -> None:
    assert texts(f"{story(1)}\n{rule}\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n") == []
    assert texts(f"{story(1)}\n{rule}\n\nShare this story\n") == []
    assert texts(f"{story(1)}\n{rule}\n\n{PARAGRAPH}\n\n{rule}\n\n{PARAGRAPH}\n\n{rule}\n\nRead more\n") == []


def test_plain_articles_have_no_parts() -> None:
    assert texts(story(1)) == []
    assert texts("") == []
    assert texts("=====\n" * 50) == []
    assert texts(story(1) + "\nThe petition was signed by 3 of 25 members\n\nPage 1 of 3\n") == []


def test_parts_of_a_file_are_documents_told_by_their_content(tmp_path: Path, split: Split) -> None:
    (tmp_path / "x.txt").write_text("\n=====\n".join(story(i) for i in range(3)))
    (tmp_path / "y.txt").write_text("\n=====\n".join(story(i) for i in (2, 1, 0)))
    one, _ = split(tmp_path / "x.txt")
    two, _ = split(tmp_path / "y.txt")
    assert [d.source_member for d in one] == ["x.txt#1", "x.txt#2", "x.txt#3"]
    assert [d.document_id for d in one] == [d.document_id for d in reversed(two)]
    assert one[0].identity == f"content:{one[0].source_sha256}"


@pytest.mark.parametrize("row", read_yaml(CONFIG / "separators.yml"), ids=lambda row: row["id"])
def test_examples_of_each_shape(row: dict[str, Any]) -> None:
    (shape,) = [s for s in shapes() if s.id == row["id"]]
    assert row["yes"] and row["no"]
    assert [line for line in row["yes"] if not shape.pattern.fullmatch(line)] == []
    assert [line for line in row["no"] if shape.pattern.fullmatch(line)] == []


@pytest.mark.parametrize("separator", ["\n=====\n\n", "<DOC>\n{}</DOC>\n", "Document {n} of 900\n\n", "{n} of 900 DOCUMENTS\n\n"])
def test_a_long_text_flows_through(tmp_path: Path, split: Split, separator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stories = [story(n) for n in range(1, 901)]
    if "{}" in separator:
        text = "".join(separator.format(s) for s in stories)
    elif "{n}" in separator:
        text = "\n\n".join(separator.format(n=n) + s for n, s in enumerate(stories, 1))
    else:
        text = separator.join(stories)
    (tmp_path / "x.txt").write_text(text)
    whole, _ = split(tmp_path / "x.txt")
    monkeypatch.setattr("tasks.split.plain.WINDOW", 20_000)
    flowing, rejects = split(tmp_path / "x.txt")
    assert flowing == whole and not rejects
    assert [d.text for d in flowing] == [s.strip() for s in stories]

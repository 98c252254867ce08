"""Short texts with debris between the paragraphs, in the languages of the data: every line right, with blank lines and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strip.making import paragraphs, stripped

TEXTS = Path(__file__).parent / "texts" / "short.txt"


def texts() -> Iterator[tuple[str, list[str], list[str]]]:
    """Language, all lines, and the lines of the story (`+` in the file)."""
    for part in TEXTS.read_text(encoding="utf-8").split("# ")[1:]:
        language, *lines = part.strip().split("\n")
        yield language, [line[2:] for line in lines], [line[2:] for line in lines if line.startswith("+ ")]


ALL = list(texts())


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize(("lines", "story"), [row[1:] for row in ALL], ids=[row[0] for row in ALL])
def test_every_line_of_a_short_text(lines: list[str], story: list[str], between: str) -> None:
    assert paragraphs(stripped(between.join(lines))) == story


@pytest.mark.parametrize(("lines", "story"), [row[1:] for row in ALL], ids=[row[0] for row in ALL])
def test_a_body_run_again_gives_itself(lines: list[str], story: list[str]) -> None:
    assert paragraphs(stripped("\n\n".join(story), headline=lines[0])) == story

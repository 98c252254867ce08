"""Stripping again changes nothing: the body of a seed, run as a text with its headline given, gives itself."""

from pathlib import Path

import pytest

from tests.strip.making import paragraphs, removed, stripped

SEEDS = sorted((Path(__file__).resolve().parents[2] / "seeds" / "text").rglob("*.txt"))


@pytest.mark.parametrize("path", SEEDS, ids=[path.stem for path in SEEDS])
def test_the_body_of_a_seed_gives_itself(path: Path) -> None:
    first = stripped(path.read_text(encoding="utf-8"))
    headline = next((text for kind, text in removed(first) if kind == "headline"), "A headline that nobody printed")
    body = "\n\n".join(paragraphs(first))
    assert "\n\n".join(paragraphs(stripped(body, headline=headline))) == body

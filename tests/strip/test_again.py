"""Stripping again changes nothing: the body of a seed, run as a text with its headline given, gives itself."""

from pathlib import Path

import pytest

from tests.strip.making import paragraphs, removed, stripped

STORY = [
    "The riders left the harbour at dawn, and by noon two of them had given up in the heat of the old quarry road.",
    "Nobody had expected that the last climb would be closed, said the director of the race, who had come by boat.",
    "The next stage follows the coast, where the wind is said to be stronger than on any other day of the year.",
]
SEEDS = sorted((Path(__file__).resolve().parents[2] / "seeds" / "text").rglob("*.txt"))


@pytest.mark.parametrize("path", SEEDS, ids=[path.stem for path in SEEDS])
def test_the_body_of_a_seed_gives_itself(path: Path) -> None:
    first = stripped(path.read_text(encoding="utf-8"))
    headline = next((text for kind, text in removed(first) if kind == "headline"), "A headline that nobody printed")
    body = "\n\n".join(paragraphs(first))
    assert "\n\n".join(paragraphs(stripped(body, headline=headline))) == body


def test_short_lines_at_the_edges_of_a_body_stay() -> None:
    body = "Stage eight: Port Chronicle\n\n" + "\n\n".join(STORY) + "\n\nStage nine: the coast road"
    assert "\n\n".join(paragraphs(stripped(body, headline="A race that nobody finished"))) == body

"""Extracted text is found again in the blocks it came from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.strip.align import Alignment

STORY = [
    "Home",
    "Bridge closes for a year after inspectors find cracks",
    "By Ann Ray",
    "The old bridge over the Lenn will be closed for a year, the town said on Monday.",
    "Traffic",
    "Buses will take the long way around the valley until the work is done.",
    "Bridge closes for a year after inspectors find cracks",
]


def kept(blocks, pieces):
    return [block for block, one in zip(blocks, Alignment(blocks).kept(pieces), strict=True) if one]


def test_pieces_of_one_paragraph_and_white_space_do_not_matter():
    pieces = ["The old bridge\nover the Lenn", " will be closed for a year, ", "the town said on\u00a0Monday."]
    assert kept(STORY, pieces) == [STORY[3]]


def test_a_short_line_is_found_between_its_neighbours():
    assert kept(STORY, [STORY[3], "Traffic", STORY[5]]) == [STORY[3], "Traffic", STORY[5]]


def test_a_repeated_line_is_the_one_beside_the_story():
    shares = Alignment(STORY).shares([STORY[1], STORY[3]])
    assert shares[1] == 1.0
    assert shares[6] == 0.0
    assert Alignment(STORY).shares([STORY[5], STORY[1]])[6] == 1.0


def test_invisible_characters_that_an_extractor_drops():
    assert kept(["soft\u00adhyphens and zero\u200bwidth spaces here"], ["softhyphens and zerowidth spaces here"])


def test_less_than_half_is_not_kept():
    assert kept(["one two three four five six seven eight nine ten"], ["one two three four"]) == []


@pytest.mark.parametrize(
    ("blocks", "pieces"), [([], ["x"]), (["x"], []), (["\u200b"], ["\u200b"]), (["abc"], ["text from elsewhere, quite long"])]
)
def test_nothing_to_find(blocks, pieces):
    assert not any(Alignment(blocks).kept(pieces))


@settings(deadline=None)
@given(st.lists(st.tuples(st.text("abc def", min_size=1, max_size=40), st.booleans()), max_size=20))
def test_whole_distinct_lines_come_back_alone(drawn):
    lines = [f"line {number} of the story: {text}" for number, (text, _) in enumerate(drawn)]
    chosen = [line for line, (_, keep) in zip(lines, drawn, strict=True) if keep]
    assert kept(lines, chosen) == chosen

"""What the line model sees of how lines are written and what form they come from."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.strip.characters import characters_of
from tasks.strip.lines import lines_of_each
from tasks.strip.manner import Columns, manners
from tasks.strip.stack import stack_of
from tasks.strip.text import parse_text
from tasks.strip.verdicts import blank_sheet
from tests.strip.making import DEBRIS, raw

STORY = "The council voted on Monday to close the ferry landing for the winter, and to mend its northern wall."
COMMENTS = [
    STORY,
    "4 responses",
    "harbour_girl on 3 May at 10:15",
    "so sad.my brother worked there .. they never asked us !!",
    "Flag this 114",
    "Otto K. on 4 May at 7:02",
    "I agree, it was the only landing that we had on this side of the river.",
    "Flag this 98",
    "ferryman on 4 May at 22:40",
    "who pays for the wall? nobody asked. they just did it :)",
    "Flag this 7",
]


def seen(*texts: list[str]) -> Columns:
    """The features of some texts, a line a paragraph."""
    parsed = [parse_text(raw("\n".join(lines))) for lines in texts]
    stack = stack_of([blank_sheet(lines) for lines in lines_of_each(parsed)])
    written = [line.text for sheet in stack.sheets for line in sheet.lines]
    return manners(stack, written, characters_of(written), DEBRIS.model.talk)


def marked(column: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    """Where a feature is more than nothing."""
    return np.flatnonzero(column).tolist()


def test_lines_that_a_template_makes_are_told_by_what_they_share() -> None:
    found = seen(COMMENTS)
    assert marked(found["form"]) == [2, 4, 5, 7, 8, 10]  # names with a stamp end alike, `Flag this` stands there with any figure
    assert found["form_near"][6] == 4
    assert found["form_since"].tolist()[2:7] == [0, 1, 0, 0, 1]


def test_two_are_no_template() -> None:
    assert marked(seen(COMMENTS[:8])["form"]) == []


def test_lines_that_begin_with_the_same_mark_or_end_alike_share_a_template() -> None:
    headings = ["// Politics", "Votes are counted", "// Sport", "Rowers win", "// Weather", "Rain ahead"]
    assert marked(seen(headings)["form"]) == [0, 2, 4]
    assert marked(seen(["Ann M. says:", "True", "Bo says:", "Not so", "cleo says:", "Why"])["form"]) == [0, 2, 4]


def test_words_for_comments_mark_short_lines_in_any_language() -> None:
    for line in ("4 responses", "Kommentare (3)", "Оставить комментарий", "发表评论", "コメントする"):
        assert marked(seen([STORY, line, "Anna"])["talk"]) == [1], line
    assert marked(seen([f"{STORY} He would not comment on what the landing had cost the town so far."])["talk"]) == []


def test_what_calls_for_comments_is_counted_before_and_behind() -> None:
    found = seen(COMMENTS)
    assert found["talk_before"].tolist() == [0, 0, *[1] * 9]
    assert found["talk_behind"].tolist() == [1, *[0] * 10]


def test_careless_marks() -> None:
    assert seen(COMMENTS)["careless"].tolist()[3] == 3  # `sad.my`, `..`, `!!`
    assert seen(COMMENTS)["careless"].tolist()[9] == 3  # `wall? nobody`, `asked. they`, `:)`
    assert seen([STORY, "The wall, built in 1998, cost 1.5 million. It has not moved since."])["careless"].tolist() == [0, 0]


@given(st.lists(st.lists(st.sampled_from(COMMENTS), min_size=1, max_size=12), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_a_text_is_seen_the_same_in_any_company(texts: list[list[str]]) -> None:
    together, alone = seen(*texts), [seen(lines) for lines in texts]
    for name, column in together.items():
        assert column.tolist() == [value for one in alone for value in one[name].tolist()], name

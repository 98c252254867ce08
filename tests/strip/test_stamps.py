"""Lines that are a date and nothing else, and sentences that only speak of one."""

import pytest

from tasks.settings import CONFIG
from tasks.strip.lines import lines_of
from tasks.strip.stamps import load_date_words, stamp_like
from tasks.strip.text import parse_text
from tests.strip.making import raw

DATES = load_date_words(CONFIG)

STAMPS = (
    "Published 9 May 2021",
    "Last updated: May 9, 2021 7:05 a.m. EST",
    "This post was published on May 4, 2014",
    "This entry was posted on 4 May 2014",
    "vor 3 Monaten",
    "il y a 2 ans",
    "hace 2 años",
    "20 years ago",
    "5 lat temu",
    "12 minutes ago",
    "5 часов назад",
    "9 May 2021, 4 min read",
    "Mise à jour le 9 mai 2021 à 07:05",
    "2021年5月9日",
)
STORY = (
    "This was 20 years ago.",
    "This was in May 2014.",
    "This was May 4, 2014.",
    "It was 2014.",
    "12 años",
    "20 ans",
    "10 years on",
    "In 10 years",
    "20 Jahre",
    "Post 2014",
    "Leeds over 7.12.",
)


@pytest.mark.parametrize("text", STAMPS)
def test_stamp(text: str) -> None:
    assert stamp_like(lines_of(parse_text(raw(text)))[0], DATES)


@pytest.mark.parametrize("text", STORY)
def test_story(text: str) -> None:
    assert not stamp_like(lines_of(parse_text(raw(text)))[0], DATES)

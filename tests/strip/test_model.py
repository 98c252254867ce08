"""What the judge makes of the line model's chances."""

from dataclasses import replace

from tasks.strip.lines import lines_of
from tasks.strip.model import judged, worth_asking
from tasks.strip.text import parse_text
from tasks.strip.verdicts import Sheet, blank_sheet
from tests.strip.making import DEBRIS, raw

MODEL = replace(DEBRIS.model, threshold=0.2, paragraphs=0.4, least_lines=6)
PARAGRAPH = "The council voted on Monday to close the ferry landing for the winter, and to mend its northern wall."
SCRAP = "Ferry landing"


def sheet_of(*lines: str) -> Sheet:
    """A text on which nothing is decided."""
    return blank_sheet(lines_of(parse_text(raw("\n".join(lines)))))


def test_a_paragraph_needs_a_better_chance_than_a_scrap() -> None:
    sheet = sheet_of(*[PARAGRAPH, SCRAP] * 3)
    said = judged(sheet, {0: 0.39, 1: 0.21, 2: 0.41, 3: 0.19, 4: 0.9, 5: 0.2}, MODEL)
    assert [said[at].kept for at in range(6)] == [False, True, True, False, True, True]


def test_a_short_text_is_told_only_where_its_sure_paragraphs_begin_and_end() -> None:
    sheet = sheet_of(PARAGRAPH, SCRAP, PARAGRAPH, PARAGRAPH, SCRAP)
    chances = {0: 0.9, 1: 0.01, 2: 0.8, 3: 0.7, 4: 0.01}
    assert dict(judged(sheet, chances, MODEL)).keys() == {4}
    assert not judged(sheet, chances | {3: 0.69}, MODEL)  # two are sure: not enough to know where the story is


def test_a_short_text_between_paragraphs_is_not_worth_asking_about() -> None:
    assert not worth_asking(sheet_of(PARAGRAPH, SCRAP, PARAGRAPH, PARAGRAPH), MODEL)
    assert worth_asking(sheet_of(PARAGRAPH, SCRAP, PARAGRAPH, SCRAP), MODEL)
    assert worth_asking(sheet_of(*[PARAGRAPH] * 6), MODEL)

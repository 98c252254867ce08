"""Where the layout of a page is sure that a line is story, faint rules do not speak."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tasks.records import Block, ParsedDocument
from tasks.strip.story import strip_document
from tests.strip.making import DEBRIS, paragraphs, raw, removed
from tests.strip.test_page_scrambled import STORY, moved

LEAD = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it."
NEXT = "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time."
LAST = "The new boat carries forty cars and will sail every hour until the end of October, if the weather is kind to it."


def page(lines: Sequence[tuple[str, float]]) -> ParsedDocument:
    """A page of lines, each with its likelihood to be story."""
    blocks, at = [], 0
    for text, likely in lines:
        blocks.append(Block(at, at + len(text), "p", "body/div.story/p", likely=likely, kept_by=("main",)))
        at += len(text) + 1
    source = "\n".join(text for text, _ in lines)
    return ParsedDocument(replace(raw("", media_type="text/html"), size=len(source)), source, tuple(blocks), (), None)


def kept(lines: Sequence[tuple[str, float]]) -> list[str]:
    return paragraphs(strip_document(page(lines), DEBRIS, [likely >= 0.5 for _, likely in lines]))


@pytest.mark.parametrize(("likely", "stays"), [(0.95, True), (0.6, False)])
def test_a_scrap_at_the_edge(likely: float, stays: bool) -> None:
    scrap = "Eighth stage: Port Chronicle"
    assert (scrap in kept([(LEAD, 0.99), (NEXT, 0.99), (scrap, likely)])) == stays


@pytest.mark.parametrize(("likely", "stays"), [(0.97, True), (0.6, False)])
def test_a_paragraph_that_ends_as_captions_do(likely: float, stays: bool) -> None:
    paragraph = "The crossing takes forty minutes, and the captain, who grew up beside the slip, knows each rock on the way, steered past the old mole with one hand. (Photo: M. Reyes)"
    assert (paragraph in kept([(LEAD, 0.99), (paragraph, likely), (NEXT, 0.99)])) == stays


def test_scrambled_paragraphs_are_moved_however_sure_the_layout_is() -> None:
    text = [(LEAD, 0.99), (NEXT, 0.99), (moved(STORY[0], 1), 0.98), (moved(STORY[1], 1), 0.98)]
    document = strip_document(page(text), DEBRIS, [True] * 4)
    assert paragraphs(document) == [LEAD, NEXT]
    assert [kind for kind, _ in removed(document)] == ["paywall", "paywall"]


def test_one_odd_line_is_not_taken_for_scrambled() -> None:
    odd = moved(STORY[0], 1)
    assert odd in kept([(LEAD, 0.99), (odd, 0.98), (NEXT, 0.99)])


def test_confidence_falls_with_the_likelihood_of_its_lines() -> None:
    sure, close = ([(LEAD, 0.99), (NEXT, likely)] for likely in (0.97, 0.8))
    assert strip_document(page(sure), DEBRIS, [True] * 2).body_confidence == 1.0
    assert strip_document(page(close), DEBRIS, [True] * 2).body_confidence < 0.6


@pytest.mark.parametrize(("tag", "stays"), [("h3", True), ("p", False)])
def test_a_heading_above_a_credit_is_no_caption(tag: str, stays: bool) -> None:
    line, credit = "The slip at low water", "Maria Reyes / AFP"
    parsed = page([(LEAD, 0.99), (line, 0.7), (credit, 0.7), (NEXT, 0.99), (LAST, 0.99)])
    blocks = tuple(replace(block, tag=tag) if index == 1 else block for index, block in enumerate(parsed.blocks))
    assert (line in paragraphs(strip_document(replace(parsed, blocks=blocks), DEBRIS, [True] * len(blocks)))) == stays


@pytest.mark.parametrize(("likely", "stays"), [(0.97, True), (0.6, False)])
def test_a_story_told_in_captions(likely: float, stays: bool) -> None:
    parsed = page([(LEAD, likely), (NEXT, likely), (LAST, likely)])
    blocks = tuple(replace(block, path="body/div.gallery/figure/figcaption") for block in parsed.blocks)
    assert (paragraphs(strip_document(replace(parsed, blocks=blocks), DEBRIS, [True] * len(blocks))) == [LEAD, NEXT, LAST]) == stays

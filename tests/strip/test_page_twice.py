"""What a page prints twice goes once, and a second article below the first one is none of its story."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tasks.records import Block, ParsedDocument
from tasks.strip.page import FURNITURE, parse_page
from tasks.strip.second import second_article
from tasks.strip.source_text import read_source
from tasks.strip.story import strip_document
from tasks.strip.structure import weight
from tasks.strip.tree import read_tree
from tests.strip.making import DEBRIS, paragraphs, raw, rebuilt

WORDS = [
    "harbour",
    "ferry",
    "winter",
    "council",
    "rope",
    "lantern",
    "mill",
    "quay",
    "bridge",
    "miller",
    "flood",
    "signal",
    "engine",
    "market",
    "tide",
    "garden",
    "captain",
    "bell",
]


def prose(seed: int, words: int = 40) -> str:
    """A sentence of its own for each seed."""
    drawn = random.Random(seed)
    return f"The {' '.join(drawn.choice(WORDS) for _ in range(words))} came back on day {seed}."


def page(lines: Sequence[tuple[str, bool]]) -> ParsedDocument:
    """A page of lines of the story; of each whether it is hidden."""
    blocks, at = [], 0
    for text, hidden in lines:
        blocks.append(Block(at, at + len(text), "p", "body/div.story/p", hidden=hidden, likely=0.97, kept_by=("main",)))
        at += len(text) + 1
    source = "\n".join(text for text, _ in lines)
    return ParsedDocument(replace(raw("", media_type="text/html"), size=len(source)), source, tuple(blocks), (), None)


def copies(lines: Sequence[tuple[str, bool]]) -> tuple[list[str], list[str]]:
    """What is kept of such a page, and the lines that go as copies."""
    document = strip_document(page(lines), DEBRIS, [True] * len(lines))
    assert rebuilt(document) == document.parsed.source_text
    source = document.parsed.source_text
    return paragraphs(document), [source[span.start : span.end] for span in document.spans if span.rule == "repeat.page"]


STORY = [prose(number) for number in range(8)]


@pytest.mark.parametrize("first", [True, False])
def test_a_hidden_copy_of_the_whole_story_goes_wherever_it_stands(first: bool) -> None:
    copy, shown = (" ".join(STORY), True), [(text, False) for text in STORY]
    assert copies([copy, *shown] if first else [*shown, copy]) == (STORY, [copy[0]])


def test_a_hidden_copy_in_a_script_without_spaces() -> None:
    story = [
        "市政府星期一宣布，这座有四十年历史的潮汐磨坊将重新开放，预计秋天起为市内面包店供应面粉。",
        "数百人一起站在码头上观看了开闸仪式，磨坊主的孙女筹集了资金，当地居民对此表示欢迎和感谢。",
    ]
    assert copies([*[(text, False) for text in story], ("".join(story), True)]) == (story, ["".join(story)])


def test_hidden_paragraphs_that_stand_nowhere_else_stay() -> None:
    folded = [(prose(number), True) for number in range(20, 24)]
    assert copies([*[(text, False) for text in STORY], *folded])[1] == []


def test_a_story_that_is_hidden_as_a_whole_stays() -> None:
    assert copies([(text, True) for text in STORY]) == (STORY, [])


def test_of_a_story_printed_twice_the_first_print_stays() -> None:
    assert copies([(text, False) for text in STORY * 2]) == (STORY, STORY)


def test_refrains_stay() -> None:
    refrain = ["Row, row, the ferry row, to the harbour in the snow.", "Ring, ring, the bell will ring, for the miller and the king."]
    assert copies([(text, False) for text in [STORY[0], *refrain, STORY[1], *refrain, STORY[2], *refrain]])[1] == []


PAGE = """<html><head><title>The mill turns again</title></head><body><div class="top"><div class="article">
<h1>The mill turns again</h1><div class="text">{first}</div></div>
<div class="below"><div class="article"><h1>{title}</h1>{signature}<div class="text">{second}</div></div></div></div></body></html>"""
SIGNED = '<p class="byline">By Ana Reyes</p>'


def second(title: str, signature: str, first: int = 8) -> tuple[str, list[str]]:
    """The markup of a page with a second article, and that one's paragraphs."""
    others = [prose(number) for number in range(50, 56)]
    told = {"first": STORY[:first], "second": others}
    html = PAGE.format(
        title=title, signature=signature, **{key: "".join(f"<p>{text}</p>" for text in value) for key, value in told.items()}
    )
    return html, others


@pytest.mark.parametrize(
    ("signature", "first", "found"),
    [
        (SIGNED, 8, True),
        ("", 8, False),  # a chapter
        (SIGNED, 2, False),  # what stands above is no story: the article itself, below a teaser
    ],
)
def test_a_second_article(signature: str, first: int, found: bool) -> None:
    html, others = second("A bridge is closed", signature, first)
    source = read_source(read_tree(html).find("body"))
    texts = [source.text[block.start : block.end] for block in source.blocks]
    lengths = np.array([weight(text) for text in texts])
    likely = np.array([0.97 if len(text) > 60 else 0.3 for text in texts])
    below = second_article(texts, source.blocks, source.places, "The mill turns again", likely, lengths)
    assert (below is not None) == found
    if below is not None:
        assert texts[below] == ["A bridge is closed", "By Ana Reyes", *others]


def test_chapters_with_headings_of_the_first_order_are_story() -> None:
    parts = "".join(f"<h1>Part {number}</h1><p>{prose(number)}</p><p>{prose(number + 20)}</p>" for number in range(8))
    html = f"<body><h1>The mill turns again</h1><p class='date'>Monday</p><div class='text'>{parts}</div></body>"
    source = read_source(read_tree(html).find("body"))
    texts = [source.text[block.start : block.end] for block in source.blocks]
    lengths = np.array([weight(text) for text in texts])
    assert second_article(texts, source.blocks, source.places, "The mill turns again", np.full(len(texts), 0.9), lengths) is None


def test_a_second_article_is_no_main_content_of_its_page() -> None:
    html, others = second("A bridge is closed", SIGNED)
    parsed = parse_page(raw(html, media_type="text/html"))
    scores = {parsed.source_text[block.start : block.end]: (block.likely, "main" in block.kept_by) for block in parsed.blocks}
    assert all(scores[text][1] for text in STORY)
    assert all((scores[text][0] or 0) <= FURNITURE and not scores[text][1] for text in others)

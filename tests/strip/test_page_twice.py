"""What a page prints twice goes once, and a second article below the first one is none of its story."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tasks.records import Block, ParsedDocument
from tasks.strip.page import FURNITURE, parse_page
from tasks.strip.second import other_articles
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


PAGE = """<html><head><title>The mill turns again</title></head><body><div class="top"><{element} class="article">
<h1>The mill turns again</h1><div class="text">{first}</div></{element}></div>
<div class="below"><{element} class="article"><{heading}>A bridge is closed</{heading}>{signature}
<div class="text">{second}</div></{element}></div></body></html>"""
SIGNED = '<p class="byline">By Ana Reyes</p>'
OTHERS = [prose(number) for number in range(50, 56)]


def two_articles(element: str, heading: str, signature: str, first: int = 8) -> str:
    """A page with a second article, and the first of some paragraphs."""
    told = {"first": STORY[:first], "second": OTHERS}
    parts = {key: "".join(f"<p>{text}</p>" for text in value) for key, value in told.items()}
    return PAGE.format(element=element, heading=heading, signature=signature, **parts)


def others_in(html: str) -> list[str]:
    """The lines of a page that stand in other articles than its own."""
    source = read_source(read_tree(html).find("body"))
    texts = [source.text[block.start : block.end] for block in source.blocks]
    lengths, main = np.array([weight(text) for text in texts]), np.array([len(text) > 60 for text in texts])
    found = other_articles(texts, source.blocks, source.places, "The mill turns again", main, lengths)
    return [] if found is None else [text for text, other in zip(texts, found, strict=True) if other]


@pytest.mark.parametrize(
    ("element", "heading", "signature", "first", "found"),
    [
        ("div", "h1", SIGNED, 8, True),
        ("div", "h1", "", 8, False),  # a chapter
        ("div", "h2", SIGNED, 8, False),  # an item of a list
        ("div", "h1", SIGNED, 2, False),  # what stands above is no story: the article itself, below a teaser
        ("article", "h2", "", 8, True),
        ("article", "h2", "", 1, False),
    ],
)
def test_a_second_article(element: str, heading: str, signature: str, first: int, found: bool) -> None:
    signer = ["By Ana Reyes"] if signature else []
    assert others_in(two_articles(element, heading, signature, first)) == (["A bridge is closed", *signer, *OTHERS] if found else [])


def test_articles_in_the_article_are_its_parts() -> None:
    items = "".join(f"<article><h2>Item {number}</h2><p>{text}</p></article>" for number, text in enumerate(OTHERS))
    story = "".join(f"<p>{text}</p>" for text in STORY)
    assert others_in(f"<body><article><h1>The mill turns again</h1>{story}{items}</article></body>") == []


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("<time>14:0{number}</time><h2>Entry {number}</h2>", False),  # of a live report
        ("<h2><a href='/{number}'>Entry {number}</a></h2>", True),  # the list of newest stories
        ("<h1>Entry {number}</h1>", True),
    ],
)
def test_many_articles_behind_the_story_are_others_where_their_titles_lead_elsewhere(title: str, found: bool) -> None:
    items = "".join(f"<article>{title.format(number=number)}<p>{text}</p></article>" for number, text in enumerate(OTHERS))
    story = "".join(f"<p>{text}</p>" for text in STORY)
    others = others_in(f"<body><main><article><h1>The mill turns again</h1>{story}</article>{items}</main></body>")
    assert [text for text in others if text in OTHERS] == (OTHERS if found else [])


def test_chapters_with_headings_of_the_first_order_are_story() -> None:
    parts = "".join(f"<h1>Part {number}</h1><p>{prose(number)}</p><p>{prose(number + 20)}</p>" for number in range(8))
    assert others_in(f"<body><h1>The mill turns again</h1><p class='date'>Monday</p><div class='text'>{parts}</div></body>") == []


def test_a_second_article_is_no_main_content_of_its_page() -> None:
    parsed = parse_page(raw(two_articles("div", "h1", SIGNED), media_type="text/html"))
    scores = {parsed.source_text[block.start : block.end]: (block.likely, "main" in block.kept_by) for block in parsed.blocks}
    assert all(scores[text][1] for text in STORY)
    assert all((scores[text][0] or 0) <= FURNITURE and not scores[text][1] for text in OTHERS)

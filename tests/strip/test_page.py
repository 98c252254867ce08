"""A page as a whole: its main content, what opinions there are, its template, and pages that parsers stumble over."""

import numpy as np
import pytest

from tasks.records import RawDocument
from tasks.settings import ConfigurationError
from tasks.strip import page as rooms
from tasks.strip.labels import is_furniture, labels, stems
from tasks.strip.page import fingerprint, in_doubt, main_blocks, parse_page, swayed
from tasks.strip.page_model import load_page_model
from tasks.strip.story import strip_document
from tasks.strip.tree import read_tree
from tests.strip.making import DEBRIS

PARAGRAPHS = [
    "The old tide mill at Port Chronicle turned again on Monday, forty years after its wheel was stopped.",
    "Hundreds of people stood on the quay, and the miller's granddaughter, who had raised the money, opened the sluice.",
    "“I did not think that I would live to see it,” said a neighbour, who had worked in the mill as a boy.",
    "The town wants to grind flour for its own bakery from the autumn, but the licence for it has not been given yet.",
]
PAGE = """<html><head><title>Tide mill turns again</title></head><body>
<nav class="menu"><ul>{links}</ul></nav>
<div class="article"><h1>Tide mill turns again</h1><div class="article-body">{story}</div>
<div class="share"><a href="#">Facebook</a><a href="#">Twitter</a></div></div>
<aside class="related"><ul>{links}</ul></aside><footer><p><a href="/">Imprint</a></p></footer></body></html>"""


def document(html):
    return RawDocument("0" * 32, "u", "b", "m", None, "", "text/html", None, html, None, None)


def story_page(paragraphs=PARAGRAPHS, links=12):
    items = "".join(f'<li><a href="/{number}">Another story, number {number}</a></li>' for number in range(links))
    return PAGE.format(links=items, story="".join(f"<p>{text}</p>" for text in paragraphs))


def main_lines(html):
    parsed = parse_page(document(html))
    return [parsed.source_text[b.start : b.end] for b, main in zip(parsed.blocks, main_blocks(parsed), strict=True) if main]


def test_the_story_is_main_and_the_furniture_is_not():
    kept = main_lines(story_page())
    assert [line for line in kept if line in PARAGRAPHS] == PARAGRAPHS
    assert not [line for line in kept if line.startswith(("Another", "Facebook", "Imprint"))]


def test_in_a_script_without_spaces():
    paragraphs = ["市政府星期一宣布，这座有四十年历史的潮汐磨坊将重新开放，预计秋天起为市内面包店供应面粉，当地居民对此表示欢迎。"] * 2
    paragraphs += ["“我没想到有生之年还能看到它转动，”一位小时候曾在磨坊工作的邻居说，他和数百人一起站在码头上观看了开闸仪式。"]
    assert [line for line in main_lines(story_page(paragraphs)) if line in paragraphs] == paragraphs


def test_twice_the_same_and_the_markup_is_not_kept():
    one, two = parse_page(document(story_page())), parse_page(document(story_page()))
    assert one == two
    assert one.document.text == ""
    assert all(block.likely is not None and 0 <= block.likely <= 1 for block in one.blocks)


def test_trafilatura_is_asked_only_in_doubt(monkeypatch):
    asked = []
    monkeypatch.setattr(rooms, "trafilatura_pieces", lambda tree, fast: asked.append(tree) or PARAGRAPHS)
    monkeypatch.setattr(rooms, "in_doubt", lambda *_: False)
    assert not [b for b in parse_page(document(story_page())).blocks if "trafilatura" in b.kept_by]
    monkeypatch.setattr(rooms, "in_doubt", lambda *_: True)
    kept = [b for b in parse_page(document(story_page())).blocks if "trafilatura" in b.kept_by]
    assert (len(asked), len(kept)) == (1, len(PARAGRAPHS))


@pytest.mark.parametrize(("unsure", "fast"), [(0.2, True), (0.99, True), (1.1, False)])
def test_the_slow_answer_is_for_pages_whose_story_was_not_found(monkeypatch, unsure, fast):
    asked = []
    monkeypatch.setattr(rooms, "trafilatura_pieces", lambda tree, fast: asked.append(fast) or PARAGRAPHS)
    monkeypatch.setattr(rooms, "doubt", lambda *_: unsure)
    parse_page(document(story_page()))
    assert asked == [fast]


@pytest.mark.parametrize(("unsure", "whole"), [(0.2, False), (1.1, True)])
def test_sure_furniture_is_shown_to_trafilatura_only_where_the_layout_lost_track(monkeypatch, unsure, whole):
    shown = []
    monkeypatch.setattr(rooms, "trafilatura_pieces", lambda tree, fast: shown.append(" ".join(tree.itertext())) or PARAGRAPHS)
    monkeypatch.setattr(rooms, "likelihoods", lambda texts, *_: np.array([0.7 if text in PARAGRAPHS else 0.01 for text in texts]))
    monkeypatch.setattr(rooms, "doubt", lambda *_: unsure)
    parsed = parse_page(document(story_page()))
    assert all(paragraph in shown[0] for paragraph in PARAGRAPHS)
    assert all(text in shown[0] for text in ("Imprint", "Facebook", "Another story, number 3")) == whole
    assert "Imprint" in parsed.source_text  # the page itself stays whole


def test_doubt_is_the_share_that_may_be_wrong():
    lengths = np.array([60.0, 40.0])
    assert rooms.doubt(np.array([1.0, 0.0]), lengths) == 0
    assert rooms.doubt(np.array([0.9, 0.2]), lengths) == pytest.approx((6 + 8) / 60)
    assert rooms.doubt(np.array([0.4, 0.4]), lengths) > 1


def test_an_extractor_that_breaks_has_no_opinion(monkeypatch):
    def broken(tree, fast):
        raise RecursionError

    monkeypatch.setattr(rooms, "trafilatura_pieces", broken)
    monkeypatch.setattr(rooms, "in_doubt", lambda *_: True)
    assert main_lines(story_page()) != []


def test_doubt():
    lengths = np.array([100.0, 100.0])
    assert not in_doubt(np.array([0.99, 0.01]), lengths, [False, False])
    assert in_doubt(np.array([0.7, 0.3]), lengths, [False, False])
    assert in_doubt(np.array([0.99, 0.01]), lengths, [True, True])
    assert in_doubt(np.array([0.01, 0.01]), lengths, [False, False])


def test_sway():
    likely = np.array([0.5, 0.5, 0.99])
    assert list(swayed(likely, [True, False, False]) >= 0.5) == [True, False, True]
    assert list(swayed(likely, [False, False, False])) == list(likely)


@pytest.mark.parametrize(
    ("likely", "slow", "asked", "kept"),
    [
        (0.95, PARAGRAPHS, [True], []),  # the layout is sure of what the fast answer drops
        (0.6, PARAGRAPHS, [True, False], PARAGRAPHS),  # the slow one confirms the layout
        (0.6, PARAGRAPHS[:3], [True, False], PARAGRAPHS[:1]),  # it does not
    ],
)
def test_a_fast_answer_that_drops_much(monkeypatch, likely, slow, asked, kept):
    how = []
    monkeypatch.setattr(rooms, "trafilatura_pieces", lambda tree, fast: how.append(fast) or (PARAGRAPHS[:1] if fast else slow))
    monkeypatch.setattr(rooms, "likelihoods", lambda texts, *_: np.array([likely if text in PARAGRAPHS else 0.01 for text in texts]))
    monkeypatch.setattr(rooms, "doubt", lambda *_: 0.3)
    parsed = parse_page(document(story_page()))
    assert how == asked
    assert [parsed.source_text[b.start : b.end] for b in parsed.blocks if "trafilatura" in b.kept_by] == kept


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body>{'<div>' * 10_000}<p>{PARAGRAPHS[0]}</p>{'</div>' * 10_000}</body></html>",
        f"<html><body>{'<b>' * 10_000}{PARAGRAPHS[0]}{'</b>' * 10_000}</body></html>",
        f"<p>{PARAGRAPHS[0]}",
        f"{PARAGRAPHS[0]}",
        f"<html><frameset><noframes><body><p>{PARAGRAPHS[0]}</p></body></noframes></frameset></html>",
        f"<!DOCTYPE html><![if IE]><html><body><p>{PARAGRAPHS[0]}</p><![endif]></body></html>",
    ],
)
def test_pages_that_parsers_stumble_over(html):
    assert PARAGRAPHS[0] in parse_page(document(html)).source_text


@pytest.mark.parametrize("html", ["", " ", "<html></html>", "<html><body><script>x</script></body></html>", "<!-- -->", "\x00", "<"])
def test_pages_without_text(html):
    parsed = parse_page(document(html))
    assert len(parsed.source_text) <= 1
    assert len(parsed.blocks) == len(parsed.source_text)


def test_one_template_one_fingerprint():
    rows = "<div class='row'></div>" * 4
    one = fingerprint(read_tree(f"<body>{rows}<p class='post-17'>one</p>").find("body"))
    two = fingerprint(read_tree(f"<body>{rows}{rows}<p class='post-18'>two</p>").find("body"))
    other = fingerprint(read_tree("<body>" + "<div class='cell'></div>" * 4).find("body"))
    assert one == two != other
    assert fingerprint(read_tree("<body><p>bare").find("body")) is None


def test_labels():
    assert stems("div.social-share__list#ad-top") == ("ad", "list", "share", "social")
    assert stems("div.shadow.loading.breadth") == ()
    assert is_furniture("nav")
    assert is_furniture("div.c-newsletter-box")
    assert not is_furniture("div.article-body")
    assert labels("body/aside.promo/div/div/ul/li.item/a", "li") == (
        "above:aside",
        "above:ul",
        "far:promo",
        "inner:a",
        "near:item",
        "tag:li",
    )


def test_weights_that_are_no_numbers(tmp_path):
    (tmp_path / "page_model.csv").write_text("step,feature,weight\n1,bias,heavy\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2"):
        load_page_model(tmp_path)


DESCRIBED = "The wheel of Port Chronicle’s mill had stood still since the flood, and its return was paid for by"


@pytest.mark.parametrize(
    ("said", "printed", "stays"),
    [
        (DESCRIBED + " the town", DESCRIBED + " the town", True),
        (DESCRIBED + "…", DESCRIBED + " the town and its bakers.", True),
        ("Port Chronicle: news, weather, tides and timetables for the whole of the northern coast", DESCRIBED + " the town", False),
        (DESCRIBED, "The wheel of fortune, our quiz for readers who know each mill and each weir", False),
    ],
)
def test_what_the_page_states_as_its_description_is_a_standfirst(said, printed, stays):
    page = story_page().replace("</head>", f'<meta property="og:description" content="{said}"></head>')
    page = page.replace(
        "</h1>", f'</h1><aside class="zx9"><a href="#">Tides</a></aside><aside class="zx9"><span>{printed}</span></aside>', 1
    )
    parsed = parse_page(document(page))
    main = [text in PARAGRAPHS for text in (parsed.source_text[b.start : b.end] for b in parsed.blocks)]
    kinds = {"".join(parsed.source_text[a:b] for a, b in p.parts): p.role for p in strip_document(parsed, DEBRIS, main).paragraphs}
    assert kinds.get(printed) == ("standfirst" if stays else None)


def test_the_headline_is_asked_for_before_furniture_leaves_the_tree(monkeypatch):
    asked = []

    def emptied(tree, places, alignment, layout, lengths):
        tree.find("body").clear()
        return [False] * len(lengths)

    monkeypatch.setattr(rooms, "in_doubt", lambda *_: True)
    monkeypatch.setattr(rooms, "asked_outside", emptied)
    monkeypatch.setattr(rooms, "other_articles", lambda texts, blocks, places, title, main, lengths: asked.append(title))
    parse_page(document(story_page().replace("<title>Tide mill turns again</title>", "")))
    assert asked == ["Tide mill turns again"]

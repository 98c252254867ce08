"""Law 2 on pages: every character of a page's source text is kept or in exactly one span, whatever its markup."""

import itertools
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.strip.page import main_blocks, parse_page
from tasks.strip.story import strip_document
from tests.strip.making import DEBRIS, paragraphs, raw, rebuilt

LINES = st.sampled_from(
    [
        "Ferry returns to the old harbour",
        "By Ada Lund",
        "4 May 2023 13:52",
        "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it.",
        "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time. (Photo: L. Ruiz)",
        "Read more: Bridge closed for repairs",
        "Share",
        "大桥将于六月重新开放，市长说，居民们已经等了九年。",
        "zero\u200bwidth and soft\u00adhyphen stay apart from the words that the reader sees on the page every day.",
        "می\u200cخواهم",
        "\u200b",
        "\u00a0",
        "\x07\x00",
        "Your support helps us keep reporting for as little as $3 a month.",
        "Vgg brx ebccyf fgnaq va n ebj ba gur dhnl, naq abobql xabjf jub chg gurz gurer orsber gur jvagre pnzr onpx.",
    ]
)
TAGS = st.sampled_from(["p", "div", "li", "span", "a", "h1", "h2", "td", "figcaption", "pre", "aside", "blockquote", "b", "nope-x"])
NAMES = st.sampled_from(
    ["", ' class="share social"', ' class="article-body"', ' class="caption"', ' id="comments"', " hidden", ' style="display:none"']
)


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Markup around markup, not always closed."""
    whole = st.tuples(TAGS, NAMES, st.lists(inner, max_size=5).map("".join), st.booleans())
    return whole.map(lambda it: f"<{it[0]}{it[1]}>{it[2]}" + (f"</{it[0]}>" if it[3] else "<br>"))


MARKUP = st.recursive(LINES.map(escape) | st.text(max_size=20), element, max_leaves=25)
PAGES = st.tuples(LINES.map(escape), MARKUP, st.booleans()).map(
    lambda it: (
        f"<html><head><title>{it[0]}</title></head><body><main>{it[1]}</main><footer>Imprint</footer></body></html>" if it[2] else it[1]
    )
)


@given(PAGES)
@settings(max_examples=250, deadline=None)
def test_nothing_of_a_page_is_lost_and_nothing_is_doubled(html: str) -> None:
    parsed = parse_page(raw(html, media_type="text/html"))
    document = strip_document(parsed, DEBRIS, main_blocks(parsed))
    spans = document.spans
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(span.start < span.end for span in spans)
    assert rebuilt(document) == parsed.source_text
    kept = "".join(parsed.source_text[a:b] for paragraph in document.paragraphs for a, b in paragraph.parts)
    assert "\n\n".join(paragraphs(document)).replace("\n\n", "") == kept
    assert not any(span.rule == "cover.rest" for span in spans)

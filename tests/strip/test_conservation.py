"""Law 2: every character of a text is kept or in exactly one span."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strip.making import paragraphs, rebuilt, removed, stripped

LINES = st.sampled_from(
    [
        "Ferry returns to the old harbour",
        "By Ada Lund",
        "4 May 2023 13:52",
        "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it.",
        "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time.",
        "Read more: Bridge closed for repairs",
        "A ferry leaves the port. (Lena Ruiz/AFP)",
        "Share",
        "12",
        "Follow us on Facebook",
        "大桥将于六月重新开放，市长说，居民们已经等了九年。",
        "\u200b",
        "zero\u200bwidth and soft\u00adhyphen stay apart from the words that the reader sees on the page every day.",
        "می\u200cخواهم",
        "\x00\x07",
        "\u00a0",
        "Your support helps us keep reporting for as little as $3 a month.",
    ]
)
BREAKS = st.sampled_from(["\n", "\n\n", "\r\n", "\r\n\r\n", "\n \n", "\r", "\u2028", "\x0c", "\n\t\n"])
TEXTS = st.lists(st.tuples(LINES, BREAKS), max_size=14).map(lambda parts: "".join(line + end for line, end in parts)) | st.text(
    max_size=300
)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost_and_nothing_is_doubled(text: str) -> None:
    document = stripped(text)
    spans = document.spans
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(span.start < span.end for span in spans)
    assert rebuilt(document) == text


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_body_without_its_blank_lines_is_the_kept_text(text: str) -> None:
    document = stripped(text)
    source = document.parsed.source_text
    body = "\n\n".join(paragraphs(document))
    assert body.replace("\n\n", "") == "".join(source[a:b] for p in document.paragraphs for a, b in p.parts)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_no_text_is_left_without_a_verdict(text: str) -> None:
    assert not any(span.rule == "cover.rest" for span in stripped(text).spans)


def test_invisible_characters_leave_as_control_and_joiners_stay() -> None:
    story = "The town\u200b stood on the quay, and m\u00adany of its می\u200cخواهم people waved until the ferry was gone from sight."
    document = stripped(story)
    assert paragraphs(document) == [story.replace("\u200b", "").replace("\u00ad", "")]
    assert [text for kind, text in removed(document) if kind == "control"] == ["\u200b", "\u00ad"]


def test_hindi_and_emoji_joiners_stay() -> None:
    story = "क्\u200dष के साथ पुल सोमवार को फिर से खुल गया और पूरे शहर ने नदी के किनारे खड़े होकर उसका स्वागत किया 👩\u200d🚀।"
    assert paragraphs(stripped(story)) == [story]

"""Texts that are stripped together come out as each of them by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.settings import CONFIG
from tasks.strip.characters import characters_of, words_in
from tasks.strip.knowledge import load_rules
from tasks.strip.lines import count_words
from tasks.strip.story import strip_document, strip_texts
from tasks.strip.text import parse_text
from tests.strip.making import DEBRIS, raw
from tests.strip.test_short_texts import ALL

EXAMPLES = [text for rule in load_rules(CONFIG) for text in (*rule.yes, *rule.no)]
SHORT = [line for _, lines, _ in ALL for line in lines]
LINES = st.lists(st.one_of(st.sampled_from(EXAMPLES), st.sampled_from(SHORT), st.text(max_size=30)), max_size=50)
TEXTS = st.builds(
    lambda lines, between, headline: (between.join(lines), headline),
    LINES,
    st.sampled_from(["\n", "\n\n"]),
    st.one_of(st.none(), st.sampled_from(SHORT)),
)


@given(st.lists(TEXTS, max_size=5))
@settings(max_examples=60, deadline=None)
def test_together_is_one_by_one(texts: list[tuple[str, str | None]]) -> None:
    parsed = [parse_text(raw(text, headline=headline)) for text, headline in texts]
    assert strip_texts(parsed, DEBRIS) == [strip_document(one, DEBRIS) for one in parsed]


def test_short_texts_together() -> None:
    parsed = [parse_text(raw("\n\n".join(lines))) for _, lines, _ in ALL]
    assert strip_texts(parsed, DEBRIS) == [strip_document(one, DEBRIS) for one in parsed]


@given(st.lists(st.one_of(st.text(alphabet="ab1_'’-. \n\tж中アก\u0307İß…", max_size=12), st.text(max_size=8)), max_size=6))
def test_words_of_lines_counted_together(lines: list[str]) -> None:
    assert words_in(characters_of(lines)) == [count_words(line) for line in lines]

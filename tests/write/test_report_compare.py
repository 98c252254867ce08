"""An article and its copy side by side: both are all there, and what differs is marked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.write.report.compare import compare, compare_words, words_of

WORDS = st.sampled_from(["the", "ferry", "sails", "at", "dawn", "“quoted”", '"quoted"', "渡船", "—", "1,200"])
PARAGRAPH = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
BODY = st.lists(PARAGRAPH, min_size=1, max_size=6).map("\n\n".join)


@settings(deadline=None)
@given(left=BODY, right=BODY)
def test_both_texts_are_all_there(left: str, right: str) -> None:
    found = compare(left, right)
    assert "\n\n".join("".join(text for _, text in pair.left) for pair in found.pairs if pair.left) == left
    assert "\n\n".join("".join(text for _, text in pair.right) for pair in found.pairs if pair.right) == right


@settings(deadline=None)
@given(text=BODY)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    found = compare(text, text)
    assert {pair.kind for pair in found.pairs} == {"same"}
    assert (found.cut, found.added, found.words_cut, found.words_added) == (0, 0, 0, 0)


@given(text=st.text(max_size=40))
def test_words_give_the_text_back(text: str) -> None:
    assert "".join(words_of(text)) == text


def test_what_was_cut_added_and_reworded() -> None:
    article = "The ferry sails at dawn from the old quay.\n\nNobody minds.\n\nIt will be back on Sunday, the harbour says."
    copy = "The ferry sails at noon from the old quay.\n\nIt will be back on Sunday, the harbour says.\n\nOur reporter was on board."
    found = compare(article, copy)
    assert [pair.kind for pair in found.pairs] == ["changed", "cut", "same", "added"]
    assert [text for differs, text in found.pairs[0].left if differs] == ["dawn "]
    assert [text for differs, text in found.pairs[0].right if differs] == ["noon "]
    assert (found.cut, found.added, found.words_cut, found.words_added) == (1, 1, 3, 6)


def test_the_shape_of_quotes_is_no_difference() -> None:
    assert {pair.kind for pair in compare("“Go,” she said – twice.", "'Go,' she said — twice.").pairs} == {"same"}


def test_scripts_without_spaces_go_by_characters() -> None:
    left, right = compare_words("渡船昨天停航", "渡船今天停航")
    assert [text for differs, text in left if differs] == ["昨"]
    assert [text for differs, text in right if differs] == ["今"]


def test_long_paragraphs_are_marked_whole() -> None:
    text = "word " * 5000
    assert [pair.kind for pair in compare(text, text + "more").pairs] == ["changed"]


def test_texts_that_say_the_same_few_words_over_and_over_take_no_time() -> None:
    """Some of these would keep difflib busy for minutes; they are marked whole."""
    for left, right in (("字" * 1200, "字字典" * 400), ("\n\n".join("a" * 6000), "\n\n".join("ab" * 3000)), ("a b " * 290, "b a a " * 190)):
        assert [pair.kind for pair in compare(left, right).pairs] == ["changed"]
        assert all(differs for pair in compare(left, right).pairs for differs, _ in (*pair.left, *pair.right))


def test_a_text_that_repeats_itself_does_not_differ_from_itself() -> None:
    text = "\n\n".join("a" * 6000)
    assert {pair.kind for pair in compare(text, text).pairs} == {"same"}

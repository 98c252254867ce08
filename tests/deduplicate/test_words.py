"""Texts to hashed words: what is the same word, and what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.shingles import compared, lexicon, shingled
from tasks.deduplicate.texts import story
from tasks.deduplicate.words import hashed_words, hashes_of
from tasks.settings import CONFIG

RULES = load_rules(CONFIG)
LEXICON = lexicon(RULES)


def words(text: str) -> list[int]:
    hashes, offsets = compared(*hashed_words([text.encode()]), LEXICON)
    assert offsets.tolist() == [0, len(hashes)]
    return [int(h) for h in hashes]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Don’t,” he said", '"Don\'t" HE SAID'),
        ("the U.S. and the U.K.", "the US and the UK"),
        ("8,000 of 1.5 million", "8000 of 15 million"),
        ("eight per cent", "8%"),
        ("Mr. Lee — a neighbour", "Lee, a neighbor"),
        ("São Tomé", "Sao Tome"),
        ("Cafe\u0301 co\u00adoperate", "Café cooperate"),
        ("ﬁnal １２", "final 12"),
        ("Straße", "STRASSE"),
        ("كِتَاب", "كتاب"),
    ],
)
def test_house_style_is_not_compared(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(("one", "other"), [("ab c", "a bc"), ("a b", "b a"), ("dog", "dogs"), ("12", "13"), ("会議", "議会")])
def test_other_words_are_other_words(one: str, other: str) -> None:
    assert words(one) != words(other)


COUNTS = [("", 0), ("— … !", 0), ("东京会议", 4), ("ในวันนี้", 8), ("한국 뉴스", 2), ("हिन्दी समाचार", 2), ("a\0b", 2)]


@pytest.mark.parametrize(("text", "count"), COUNTS)
def test_characters_of_scripts_without_spaces_are_words(text: str, count: int) -> None:
    assert len(words(text)) == count


@settings(deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=40), max_size=6))
def test_texts_hashed_together_are_hashed_as_if_alone(texts: list[str]) -> None:
    hashes, offsets = hashed_words([text.encode() for text in texts])
    assert len(offsets) == len(texts) + 1
    for number, text in enumerate(texts):
        alone, _ = hashed_words([text.encode()])
        assert hashes[offsets[number] : offsets[number + 1]].tolist() == alone.tolist()


def test_one_word_has_one_hash() -> None:
    one, other, third = hashes_of(["Word", "word", "words"])
    assert one == other != third
    assert hashes_of([]) == []
    with pytest.raises(ValueError, match="'two words' is not one word"):
        hashes_of(["one", "two words"])


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("BERLIN (dpa) — The council met.", "The council met."),
        ("NEW YORK, March 3 (Reuters) - The council met.", "The council met."),
        ("The council met.\n\nReporting by Ann Lee; editing by Bo Day", "The council met."),
        ("The council met - at last.", "The council met - at last."),
        ("Reporting by night is hard.\n\nIt is.", "Reporting by night is hard.\n\nIt is."),
    ],
)
def test_dateline_and_agency_tail_are_not_compared(body: str, kept: str) -> None:
    assert story(body.encode(), RULES).decode() == kept


def test_shingles_do_not_reach_over_the_end_of_a_text() -> None:
    both = shingled(*hashed_words([b"a b c d e f", b"g h i j", b"a b c d e f"]), width=5, sample=1)
    assert both.offsets.tolist() == [0, 2, 2, 4]
    assert both.hashes[:2].tolist() == both.hashes[2:].tolist()
    assert both.digests[0] == both.digests[2] != both.digests[1]
    assert both.lengths.tolist() == [6, 4, 6]


def test_the_sample_is_of_the_smallest_hashes() -> None:
    text = " ".join(f"w{n}" for n in range(4000))
    whole, part = (shingled(*hashed_words([text.encode()]), width=5, sample=s) for s in (1, 4))
    assert part.hashes.tolist() == [h for h in whole.hashes.tolist() if h < 2**30]
    assert 800 < len(part.hashes) < 1200

"""What is counted for all blocks of a page at once is what one would count block by block."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasks.strip.containers import containers_of
from tasks.strip.signs import CELL, COPYRIGHT, DIGIT, MARK, QUOTE, signs_of
from tasks.strip.source_text import Place
from tasks.strip.structure import closed

LETTERS = st.text(alphabet="aB zÉß я中한3٣,;\"'»|\t©_-.\u00a0Ǆ!", min_size=1, max_size=12).filter(str.strip)
SENTENCE = re.compile(r"[.!?…。！？؟।׃۔][\"'»”’)\]】」』]*\s*\Z")


@given(st.lists(LETTERS, min_size=1, max_size=6))
def test_signs_are_counted_line_by_line(texts: list[str]) -> None:
    signs = signs_of(texts)
    for kind, listed in ((MARK, ",;"), (QUOTE, '"»'), (CELL, "|\t"), (COPYRIGHT, "©")):
        assert signs.counts(kind).tolist() == [sum(map(text.count, listed)) for text in texts]
    assert signs.counts(DIGIT).tolist() == [len(re.findall(r"\d", text)) for text in texts]
    assert signs.lower().tolist() == [float(re.match(r"\W*[a-zà-öø-ÿа-яё]", text) is not None) for text in texts]
    words, titled = signs.words()
    assert words.tolist() == [len(text.split()) for text in texts]
    assert titled.tolist() == [sum(map(str.istitle, text.split())) for text in texts]


@given(st.text(alphabet='a.!。"») \t\n', max_size=8))
def test_a_text_is_closed_by_a_sentence_mark_and_what_closes_quotations(text: str) -> None:
    assert closed(text) == (SENTENCE.search(text) is not None)


def grown(parents: list[int]) -> list[Place]:
    """A tree of elements, each below one before it, in document order."""
    made = [Place("body", "body", None, 0, False, False, False, "body", None)]
    for parent in parents:
        above = made[parent % len(made)]
        made.append(Place("div", "div", above, above.depth + 1, False, False, False, "div", None))
    below: dict[Place | None, list[Place]] = {}
    for place in made:
        below.setdefault(place.parent, []).append(place)
    ordered, left = [], [made[0]]
    while left:
        ordered.append(left.pop())
        left += below.get(ordered[-1], [])[::-1]
    return ordered


@given(st.lists(st.integers(0, 30), max_size=20), st.data())
def test_sums_over_elements_are_those_over_their_blocks(parents: list[int], data: st.DataObject) -> None:
    every = grown(parents)
    chosen = sorted(data.draw(st.lists(st.integers(0, len(every) - 1), min_size=1, max_size=12)))
    blocks = [every[at] for at in chosen]
    around = containers_of(blocks)
    column = np.arange(1.0, len(blocks) + 1)

    def holds(place: Place, block: Place) -> bool:
        return place is block or (block.parent is not None and holds(place, block.parent))

    assert all(around.parents[at] <= at for at in range(len(around.places)))
    assert around.sums(column).tolist() == [
        sum(column[i] for i, block in enumerate(blocks) if holds(place, block)) for place in around.places
    ]
    assert around.marked([0]).tolist() == [1.0] * len(blocks)
    up = around.above(2)[1]
    assert [around.places[number] for number in up.tolist()] == [block.parent or block for block in blocks]

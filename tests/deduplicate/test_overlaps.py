"""Candidates and what they share: counted by the index, checked against sets."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.overlaps import WHOLE, Texts, candidates, common_shingles, compare, without
from tasks.deduplicate.stories import Forest, apart


def texts_of(sets: list[set[int]], limits: list[int] | None = None) -> Texts:
    """Texts with these shingles, the n-th smallest of each at the n-th step of eight words."""
    ordered = [sorted(s) for s in sorted(sets, key=len)]
    return Texts(
        np.array([h for s in ordered for h in s], np.uint32),
        np.array([min(place, 255) for s in ordered for place in range(len(s))], np.uint8),
        np.concatenate([[0], np.cumsum([len(s) for s in ordered])]).astype(np.int64),
        np.array([len(s) * 8 for s in ordered], np.int32),
        np.array(limits or [int(WHOLE)] * len(sets), np.uint32),
    )


shingles = st.lists(st.sets(st.integers(0, 60), max_size=25), min_size=2, max_size=7)


@settings(max_examples=60, deadline=None)
@given(shingles)
def test_pairs_are_counted_as_sets_would(sets: list[set[int]]) -> None:
    ordered = sorted(sets, key=len)
    pairs = [(i, j) for j in range(len(sets)) for i in range(j)]
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    found = compare(texts_of(sets), a, b, 0)
    assert found.shared.tolist() == [len(ordered[i] & ordered[j]) for i, j in pairs]
    assert found.in_a.tolist() == [len(ordered[i]) for i, _ in pairs]
    similarity = [len(ordered[i] & ordered[j]) / max(len(ordered[i] | ordered[j]), 1) for i, j in pairs]
    assert found.similarity().tolist() == similarity


@settings(max_examples=60, deadline=None)
@given(shingles)
def test_a_pair_that_shares_enough_is_a_candidate(sets: list[set[int]]) -> None:
    ordered = sorted(sets[:3], key=len)
    a, b = candidates(texts_of(sets[:3]), 2, 0.0)
    met = set(zip(a.tolist(), b.tolist(), strict=True))
    assert met == {(i, j) for j in range(len(ordered)) for i in range(j) if len(ordered[i] & ordered[j]) >= 2}


def test_a_text_of_which_part_is_remembered_is_compared_by_that_part() -> None:
    found = compare(texts_of([{1, 2, 3}, {1, 2, 3, 40, 50}], limits=[2, int(WHOLE)]), np.array([0]), np.array([1]), 0)
    assert (found.shared[0], found.in_a[0], found.in_b[0]) == (2, 2, 2)


def test_the_head_is_as_long_as_the_shorter_text() -> None:
    longer = set(range(100))
    head, end = {0, 1, 2, 3}, {96, 97, 98, 99}
    found = compare(texts_of([head, end, longer]), np.array([0, 1]), np.array([2, 2]), 0)
    assert found.shared.tolist() == [4, 4]
    assert found.at_head.tolist() == [4, 0]
    assert compare(texts_of([head, end, longer]), np.array([1]), np.array([2]), 800).at_head.tolist() == [4]


def test_shingles_of_many_groups_are_common_and_can_be_left_out() -> None:
    texts = texts_of([{7, 8, 9}, {7, 8, 10}, {7, 11, 12}])
    common = common_shingles(texts, np.array([0, 1, 2]), 3)
    assert common.tolist() == [7]
    assert common_shingles(texts, np.array([0, 0, 2]), 2).tolist() == [7]
    assert without(texts, common).hashes.tolist() == [8, 9, 8, 10, 11, 12]


def test_a_tree_with_two_published_articles_is_cut_at_its_weakest_edge() -> None:
    trees = Forest(np.array([2, 2, 3, 3]), np.array([0.9, 0.5, 0.8, 1.0]))
    group, article = apart(trees, np.array([11, 12, -1, -1]))
    assert group[0] == group[2] == group[3] != group[1]
    assert article.tolist() == [11, 12, 11, 11]

"""Candidates and what they share: counted by the index, checked against sets."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.deduplicate.articles import apart
from tasks.deduplicate.index import common, entries, pairs
from tasks.deduplicate.overlaps import HALF, LOW, WHOLE, Texts, compare
from tasks.deduplicate.stories import Common, Forest, without


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


def texts_of_places(texts: Texts, gone: set[int]) -> Texts:
    """The same texts without some shingles, the others where they were."""
    keep = ~np.isin(texts.hashes, list(gone))
    ends = np.concatenate([[0], np.cumsum(keep)])
    return Texts(texts.hashes[keep], texts.places[keep], ends[texts.offsets], texts.words, texts.limits)


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
def test_texts_that_share_a_shingle_with_few_others_meet_in_its_list(sets: list[set[int]]) -> None:
    ordered = sorted(sets[:5], key=len)
    met = pairs(entries(texts_of(sets[:5]), 0, 100))
    found = Counter(zip((met >> HALF).tolist(), (met & LOW).tolist(), strict=True))
    shared = {(i, j): len(ordered[i] & ordered[j]) for j in range(len(ordered)) for i in range(j)}
    assert found == {pair: count for pair, count in shared.items() if count}


@settings(max_examples=60, deadline=None)
@given(shingles, st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_common_shingles_are_taken_out_of_an_overlap_as_of_sets(sets: list[set[int]], common_ones: set[int], limit: int) -> None:
    texts = texts_of(sets, [limit] + [int(WHOLE)] * (len(sets) - 1))
    ordered = [{h for h in s if i or h <= limit} for i, s in enumerate(sorted(sets, key=len))]
    texts = Texts(*(getattr(texts_of([*ordered]), f) for f in ("hashes", "places", "offsets", "words")), texts.limits)  # type: ignore[arg-type]
    b = np.arange(1, len(sets))
    a = np.zeros(len(b), np.int64)
    owner = np.repeat(np.arange(len(texts)), np.diff(texts.offsets))
    here = np.isin(texts.hashes, list(common_ones))
    found = Common(owner[here].astype(np.uint64) << HALF | texts.hashes[here], texts.places[here])
    rest = without(texts, compare(texts, a, b, 8), found, 8)
    kept = [s - common_ones for s in ordered]
    plain = compare(texts_of_places(texts, common_ones), a, b, 8)
    for field in ("shared", "in_a", "in_b", "at_head"):
        assert getattr(rest, field).tolist() == getattr(plain, field).tolist()
    assert rest.shared.tolist() == [len({h for h in kept[0] & kept[j] if h <= limit}) for j in b.tolist()]


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


def test_shingles_of_many_groups_are_common() -> None:
    key = entries(texts_of([{7, 8, 9}, {7, 8, 10}, {7, 11, 12}]), 0, 100)
    found = common(key, np.array([0, 1, 2]), 3)
    assert (found >> HALF).tolist() == [7, 7, 7]
    assert (found & LOW).tolist() == [0, 1, 2]
    assert set((common(key, np.array([0, 0, 2]), 2) >> HALF).tolist()) == {7}


def test_a_tree_with_two_published_articles_is_cut_at_its_weakest_edge() -> None:
    trees = Forest(np.array([2, 2, 3, 3]), np.array([0.9, 0.5, 0.8, 1.0]))
    group, article = apart(trees, np.array([11, 12, -1, -1]))
    assert group[0] == group[2] == group[3] != group[1]
    assert article.tolist() == [11, 12, 11, 11]

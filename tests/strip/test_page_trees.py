"""Boosted trees as a table: what they answer, and what is no table of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.settings import ConfigurationError
from tasks.strip.page_model import load_page_model
from tasks.strip.trees import Tree, forest_of, tree_of


def asked_one_by_one(trees: list[Tree], row: dict[str, float]) -> float:
    """What trees say of one block, followed by hand."""
    places = [
        sum((np.float32(row.get(name, 0.0)) > np.float32(border)) << level for level, (name, border) in enumerate(t.questions))
        for t in trees
    ]
    return sum(tree.leaves[place] for tree, place in zip(trees, places, strict=True))


NUMBERS = st.floats(-4, 4, width=32).map(float)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    questions = draw(st.lists(st.tuples(st.sampled_from(["long", "links", "tag:p"]), NUMBERS), max_size=3))
    return Tree(tuple(questions), tuple(draw(NUMBERS) for _ in range(1 << len(questions))))


@given(
    st.lists(trees(), min_size=1, max_size=5), st.lists(st.fixed_dictionaries({"long": NUMBERS, "links": NUMBERS}), min_size=1, max_size=4)
)
def test_all_at_once_is_one_by_one(each: list[Tree], rows: list[dict[str, float]]) -> None:
    columns = {name: np.array([row[name] for row in rows]) for name in ("long", "links")}
    assert forest_of(each).logits(columns) == pytest.approx([asked_one_by_one(each, row) for row in rows], abs=1e-5)


def test_a_question_is_answered_above_its_border() -> None:
    forest = forest_of([tree_of("links>0.5 long>2", "0 1 2 3")])
    columns = {"links": np.array([0.5, 0.6, 0.5, 0.6]), "long": np.array([2.0, 2.0, 2.1, 2.1])}
    assert forest.logits(columns).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("rows", ["links>0.5,1", "links>many,0 1", "links,0 1"])
def test_what_is_no_tree_is_a_mistake_of_the_configuration(tmp_path: Path, rows: str) -> None:
    (tmp_path / "page_model.csv").write_text(f"questions,leaves\n,0.5\n{rows}\n")
    with pytest.raises(ConfigurationError, match="line 3"):
        load_page_model(tmp_path)

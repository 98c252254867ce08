"""Any document that is lossless."""

from hypothesis import strategies as st

from .made import Made, make


@st.composite
def documents(draw: st.DrawFn) -> Made:
    """A lossless document of any text: kept stretches and spans in any order."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\n")
    kinds = st.sampled_from(["body", "paragraph", "share", "whitespace", "control", "caption"])
    pieces = draw(st.lists(st.tuples(kinds, st.text(letters, min_size=1, max_size=12)), max_size=12))
    return make(f"drawn-{draw(st.integers(0, 10**9))}", pieces)

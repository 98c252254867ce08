"""Which forms are tried never changes which rule speaks: the answers are those of every rule tried on every line."""

import re
import sys
from re import _casefix as casefix  # type: ignore[attr-defined]
from unicodedata import name

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.settings import CONFIG
from tasks.strip.dispatch import dispatch_of, literals_of, text_of
from tasks.strip.gate import folded, is_raw, parsed, spaced
from tasks.strip.heads import END, head, heads_of
from tasks.strip.knowledge import Rule, load_rules
from tasks.strip.lines import Line, lines_of
from tasks.strip.matching import Hit, crowded, head_of, hits_of, tail_of
from tasks.strip.text import parse_text
from tests.strip.making import raw

RULES = load_rules(CONFIG)
DISPATCH = dispatch_of(RULES)
EXAMPLES = [text for rule in RULES for text in (*rule.yes, *rule.no)]
PROSE = ["The council kept the bridge open for another year, the mayor said on Monday.", "桥将于六月重新开放。", "Мост откроют в июне."]


def in_place(rule: Rule, index: int, lines: tuple[Line, ...]) -> bool:
    near, far = index < head_of(lines), index >= tail_of(lines)
    return {"anywhere": True, "head": near, "tail": far, "edge": near or far}[rule.place]


def every_rule(line: Line, lines: tuple[Line, ...], rules: list[Rule]) -> Hit | None:
    for rule in rules:
        if line.words <= rule.words and in_place(rule, line.index, lines) and (match := rule.find(line.text)):
            start, end = (0, len(line.text)) if rule.whole_line else match.span()
            return Hit(rule, line.start + start, line.start + end)
    return None


def slowly(lines: tuple[Line, ...], main: list[bool] | None) -> list[Hit | None]:
    """The hits as the rules define them, each rule tried on each line."""
    every = sorted(RULES, key=lambda rule: not rule.whole_line)
    bound = [rule for rule in every if rule.bound and rule.whole_line]
    found = [every_rule(line, lines, every if main is None or main[line.index] else bound) for line in lines]
    matched = [hit.rule if hit else None for hit in found]
    return [None if hit and hit.rule.lonely and crowded(i, lines, matched) else hit for i, hit in enumerate(found)]


def told(hits: list[Hit | None]) -> list[tuple[str, int, int] | None]:
    return [(hit.rule.id, hit.start, hit.end) if hit else None for hit in hits]


def check_same(texts: list[str], main: list[bool] | None = None) -> None:
    lines = lines_of(parse_text(raw("\n\n".join(texts))))
    kept = None if main is None else [main[i % len(main)] for i in range(len(lines))]
    assert told(hits_of(lines, DISPATCH, kept)) == told(slowly(lines, kept))


@pytest.mark.parametrize("start", range(0, len(EXAMPLES), 40))
@pytest.mark.parametrize("main", [None, [True, False]])
def test_examples_in_documents(start: int, main: list[bool] | None) -> None:
    check_same(EXAMPLES[start : start + 40], main)


def test_each_example_alone_and_changed() -> None:
    for text in EXAMPLES:
        for changed in (text, text.upper(), f"» {text}", f"{PROSE[0]} {text}"):
            check_same([changed])


@st.composite
def built_lines(draw: st.DrawFn) -> list[str]:
    """Lines put together from pieces of examples, marks, prose and arbitrary characters."""
    marks = st.sampled_from(["", " ", "• ", "— ", "» ", "[", "(", "!", "…", ": ", " | ", "/", "'", "ı", "İ", "ſ"])
    cut = st.builds(lambda text, a, b: text[min(a, b) : max(a, b)], st.sampled_from(EXAMPLES), st.integers(0, 40), st.integers(0, 80))
    piece = st.one_of(st.sampled_from(EXAMPLES), cut, st.sampled_from(PROSE), st.text(max_size=6))
    line = st.builds(
        lambda parts, upper: "".join(parts).upper() if upper else "".join(parts),
        st.lists(st.one_of(marks, piece), max_size=4),
        st.booleans(),
    )
    return draw(st.lists(line, min_size=1, max_size=14))


@given(built_lines(), st.one_of(st.none(), st.lists(st.booleans(), min_size=1, max_size=5)))
@settings(max_examples=150, deadline=None)
def test_hits_are_those_of_every_rule(texts: list[str], main: list[bool] | None) -> None:
    check_same(texts, main)


@pytest.mark.parametrize(
    ("pattern", "heads"),
    [
        ("share", {"sha"}),
        (r"\(?foto\s?:", {"fot"}),
        ("(?:by|von) [A-Z]", {"by", "von"}),
        ("(?i:De|di)? ?la", {"del", "dil", "la"}),
        (r"a\s?b.*", {"ab"}),
        ("[xy]es", {"xes", "yes"}),
        (".{2,6}기자", {""}),
        (r"\d+ shares", {"0"}),
        ("[0-5][pm]x", {"0px", "0mx"}),
        ("(?:ha)+!", {"ha"}),
        ("[^a]bc", {""}),
    ],
)
def test_heads_of_a_pattern(pattern: str, heads: set[str]) -> None:
    assert heads_of(parsed(pattern)) == heads


def test_heads_of_a_whole_line_say_where_it_ends() -> None:
    assert heads_of(parsed("(?:by|[|-]+|more)"), whole=True) == {"by" + END, END, "mor"}
    assert [head(line) for line in ("by!", "— |", "more", "9:3", "a b c")] == ["by" + END, END, "mor", "00" + END, "abc"]


@given(st.from_regex(r"\A[\W_]{0,4}(?:by|Foto ?:|\(c\)|İ|ß).{0,5}", fullmatch=True))
def test_a_line_begins_as_the_pattern_says(line: str) -> None:
    heads = heads_of(parsed(r"(?:by|foto ?:|\(c\)|i|ß)"))
    assert any(head(line).startswith(one) for one in heads)


def test_an_iota_below_a_vowel_is_a_mark_and_an_iota() -> None:
    for pattern, line in ((r"\Wby", "\u0345by"), ("ια", "\u0345α"), ("\u0345α", "ια")):
        assert re.match(pattern, line, re.IGNORECASE)
        assert any(head(line).startswith(one) for one in heads_of(parsed(pattern)))


def test_letters_that_patterns_confuse_fold_alike() -> None:
    cased = [chr(i) for i in range(sys.maxunicode + 1) if chr(i) != chr(i).lower() or chr(i) != chr(i).upper()]
    pairs = [(c, c.lower()) for c in cased if len(c.lower()) == 1]
    pairs += [(chr(one), chr(other)) for one, others in casefix._EXTRA_CASES.items() for other in others]
    assert [name(a) for a, b in pairs if re.fullmatch(re.escape(a), b, re.IGNORECASE) and folded(a) != folded(b)] == []


@given(st.lists(st.text(min_size=1, max_size=5), max_size=8), st.text(max_size=40), st.sampled_from("a\0"))
def test_literals_within_lines(texts: list[str], text: str, between: str) -> None:
    wanted = {spaced(one) for one in (*texts, text[3:5] or "x", text[2:9] or "y") if "\0" not in one}
    lines = text.split(between)
    shown = {False: [spaced(folded(line)) for line in lines], True: [spaced(line) for line in lines]}
    held = {(one, at) for one in wanted for at, line in enumerate(shown[is_raw(one)]) if one in line}
    found = literals_of(dict.fromkeys(wanted, 9)).places(text_of(lines), [9.0] * len(lines))
    assert found >= held
    assert "\0" in text or found == held

"""The plain strings in front of a pattern never hide a match."""

import re

import pytest

from tasks.settings import CONFIG
from tasks.strip.gate import gate_of, parsed, passes
from tasks.strip.knowledge import load_rules

GATED = [form for rule in load_rules(CONFIG) for form in rule.forms if form.gate is not None]
LINES = [text for rule in load_rules(CONFIG) for text in (*rule.yes, *rule.no)]


@pytest.mark.parametrize(
    ("pattern", "gate"),
    [
        ("abc", {"abc"}),
        ("(?:abc|xyz)e?", {"abc", "xyz"}),
        ("a?b{0,3}", None),
        (r"\(.{2,9}(?:/|,)\s?pool", {"/pool", "/ pool", ",pool", ", pool"}),
        ("[（(]左", {"（左", "(左"}),
        (r"read(?: (?:more|on))?\b:", {"read:", "read more:", "read on:"}),
        (r"with .{0,9}ropes? of", {"rope of", "ropes of"}),
        (r"(?:AP|dpa)\W{1,3}\$", {"AP", "dpa"}),
        ("(?i:By) (?:the )?(?:AP|dpa)", {"the AP", "AP", " dpa", " the dpa", " AP", " the AP"}),
    ],
)
def test_gate_of_a_pattern(pattern: str, gate: set[str] | None) -> None:
    found = gate_of(parsed(pattern), exact=True)
    assert found is None if gate is None else found and set(found) <= gate


def test_what_matches_passes() -> None:
    assert GATED
    hidden = [(form.pattern.pattern, line) for form in GATED for line in LINES if form.pattern.search(line) and not passes(form.gate, line)]
    assert hidden == []


def test_an_optional_part_promises_nothing() -> None:
    assert passes(gate_of(parsed("(?:abc)?d?")), "anything")
    assert re.search("(?:abc)?d?", "anything")

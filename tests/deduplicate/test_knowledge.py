"""config/deduplicate.yml: what is wrong in it is one clear line."""

from pathlib import Path

import pytest

from tasks.deduplicate.knowledge import load_rules
from tasks.settings import CONFIG, ConfigurationError


def test_the_rules_in_config_are_sound() -> None:
    rules = load_rules(CONFIG)
    assert rules.head[0] == "agency-own"
    assert rules.agencies["ap"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("head: [newest]", "head: 'newest' is none of"),
        ("matching: {containment: 2}", "matching.containment"),
        ("matching: {unknown: 2}", "matching.unknown"),
        ("ignored: [two words]", "'two words' is not one word"),
        ("tails: ['(']", "tails: '('"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "deduplicate.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"deduplicate\.yml") as caught:
        load_rules(tmp_path)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)

"""Every debris rule against its own examples."""

import pytest

from tasks.settings import CONFIG
from tasks.strip.knowledge import Rule, load_rules

RULES = load_rules(CONFIG)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples(rule: Rule) -> None:
    assert rule.yes, "a rule without an example that matches is untested"
    assert [text for text in rule.yes if not rule.find(text)] == []
    assert [text for text in rule.no if rule.find(text)] == []

"""The part of a body that is compared: no dateline before it, no agency's tail behind it."""

import re
from functools import cache

from tasks.deduplicate.knowledge import Rules

HEAD = 120  # characters of a body in which a dateline is looked for


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns)) if patterns else None


def story(body: str, rules: Rules) -> str:
    """The body without dateline and agency tail; all of it where nothing else would be left."""
    start, end = 0, len(body)
    dateline, tail = _pattern(rules.datelines), _pattern(rules.tails)
    if dateline and (found := dateline.match(body, 0, HEAD)):
        start = found.end()
    while tail and (cut := body.rfind("\n\n", start, end)) > 0 and tail.match(body, cut + 2, end):
        end = cut
    return body[start:end] if body[start:end].strip() else body

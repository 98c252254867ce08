"""The part of a body that is compared: no dateline before it, no agency's tail behind it."""

import re
from functools import cache

from tasks.deduplicate.knowledge import Rules

HEAD = 120  # characters of a body in which a dateline is looked for
PARAGRAPH = b"\n\n"


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns)) if patterns else None


def _dateline(body: bytes, pattern: re.Pattern[str] | None) -> int:
    """Where the story begins behind its dateline."""
    head = body[: 4 * HEAD].decode("utf-8", "ignore")[:HEAD]
    found = pattern.match(head) if pattern else None
    return len(head[: found.end()].encode()) if found else 0


def story(body: bytes, rules: Rules) -> bytes:
    """The body (UTF-8) without dateline and agency tail; all of it where nothing else would be left."""
    start, end = _dateline(body, _pattern(rules.datelines)), len(body)
    tail = _pattern(rules.tails)
    while tail and (cut := body.rfind(PARAGRAPH, start, end)) > 0 and tail.match(body[cut + 2 : end].decode("utf-8", "ignore")):
        end = cut
    if (start, end) == (0, len(body)):
        return body
    rest = body[start:end]
    return rest if rest.strip() else body

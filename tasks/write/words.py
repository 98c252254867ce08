"""The words and colours in which people are told what came out: one set for the terminal and for the report."""

import re
from collections.abc import Mapping

COUNTS = ("documents", "articles", "copies", "rejects", "unchanged")
REJECTED, REMOVED = "rejected as", "characters removed as"
FAINT = frozenset({"whitespace", "control"})
# Colour of a removed span by its class; any other class is red. In the terminal these are its own colours.
HUES = {
    "headline": "cyan", "byline": "magenta", "timestamp": "blue", "dateline": "blue", "caption": "green", "credit": "green",
    "navigation": "yellow", "share": "yellow", "social": "yellow",
}  # fmt: skip
OUTCOMES = {"ok": "green", "warned": "yellow", "failed": "red"}
# What would act on the text around it or cannot be seen: C0 and C1 controls, bidirectional overrides and isolates, interlinear marks.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")


def hue(kind: str) -> str:
    """The colour of a class: `faint` for what nobody misses, else one of cyan magenta blue green yellow red."""
    return "faint" if kind in FAINT else HUES.get(kind, "red")


def visible(text: str) -> str:
    """The text with characters that act unseen shown by their number (`⟦U+202E⟧`), tabs and line feeds apart."""
    return UNSEEN.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", text)


def by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The counts, largest first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

"""Section and keywords, as the outlet gives them."""

import html
import re

from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading
from tasks.text import plain

PARTS = re.compile(r"[,;|]")  # what stands around a part is trimmed later
MOST = 50  # keywords that are kept


def section_candidates(reading: Reading) -> list[Candidate]:
    """The section by what came with the document, then by the page."""
    found = [Candidate(plain(value), value, "input", rule) for value, rule in reading.given("section")]
    stated = [Candidate(plain(html.unescape(clue.raw)) or None, clue.raw, clue.source, clue.rule) for clue in reading.clued("section")]
    return found + stated


def keywords_of(reading: Reading) -> tuple[str, ...]:
    """Keywords in the order in which they stand, each once; the source that states most decides nothing, the first one does."""
    listed = [(rule, value) for value, rule in reading.given("keywords", "keyword")]
    listed += [(clue.rule, clue.raw) for clue in reading.clued("keyword")]
    if not listed:
        return ()
    values = [raw for rule, raw in listed if rule == listed[0][0]]
    parts = [plain(html.unescape(part)) for raw in values for part in PARTS.split(raw)]
    return tuple(dict.fromkeys(part for part in parts if part))[:MOST]

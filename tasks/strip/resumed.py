"""A story that goes on behind what was printed into it: `Read also: …` or a label of advertising between two paragraphs.

What stands behind the last sure paragraph looks like a teaser to whoever only sees its place. A label that outlets print
amid their stories, with a paragraph above, speaks for a paragraph below.
"""

from collections.abc import Mapping

from tasks.strip.lines import Line
from tasks.strip.pleas import addressing
from tasks.strip.verdicts import Sheet, Verdict

PRINTED_INTO = frozenset({"related", "advertisement", "newsletter", "social"})
MOST_BETWEEN = 4  # lines of them
LONGEST_TEXT = 60  # lines; below the story of a longer one stand the stories of others
LEAST = 6.0  # words
FULL_STOPS = (".", "。", "।", ".”", ".»", ".“", '."', "。」", "。”")


def resume_pass(sheet: Sheet, address: frozenset[str]) -> Mapping[int, Verdict]:
    """Paragraphs behind what is printed into a story, and those right behind them."""
    if len(sheet.lines) >= LONGEST_TEXT:
        return {}
    found: dict[int, Verdict] = {}
    for line in sheet.lines:
        at = line.index - 1
        while at >= 0 and line.index - at <= MOST_BETWEEN and printed_into(sheet, at):
            at -= 1
        going_on = at in found or (at < line.index - 1 and sheet.open(at) and sheet.lines[at].story_like)
        if going_on and sheet.open(line.index) and told(line) and not addressing(line, address):
            found[line.index] = Verdict("body", "story.resumed", 0.6)
    return found


def printed_into(sheet: Sheet, index: int) -> bool:
    """Whether a line is of what outlets print into their stories."""
    verdict = sheet.verdicts[index]
    return verdict is not None and verdict.kind in PRINTED_INTO


def told(line: Line) -> bool:
    """Whether a line ends as an account does, and is long enough for one."""
    return line.words >= LEAST and line.text.endswith(FULL_STOPS)

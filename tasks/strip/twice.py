"""What a page prints twice: hidden copies of its story, and its story once more further down, for other screens or for printing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from tasks.strip.lines import Line
from tasks.strip.verdicts import Sheet, Verdict

LEAST = 60  # characters of a hidden line that can be told for a copy
STRETCH, STEP = 16, 4  # characters in a row that are compared, and the steps at which a hidden line is looked at
MOST = 500_000  # characters of a story; of a longer one no copies are looked for, for each takes a hundred bytes of memory
COPIED = 0.75  # share of a hidden line's stretches that stand in the visible story
SHORTEST, LONGEST = 500, 2_000  # characters of a run of copied lines that is never, and always, more than a refrain
SHARE = 0.2  # of the story, from which such a run is one in between


def copy_pass(sheet: Sheet, main: Sequence[bool]) -> Mapping[int, Verdict]:
    """Main content that the page shows elsewhere already."""
    story = [line for line, kept in zip(sheet.lines, main, strict=True) if kept and sheet.open(line.index)]
    return {line.index: Verdict("boilerplate", "repeat.page", 0.8) for line in chain(hidden_copies(story), printed_again(story))}


def hidden_copies(story: Sequence[Line]) -> Iterator[Line]:
    """Hidden lines of which most stands in visible ones: the whole text once more, for machines."""
    hidden = [line for line in story if line.block.hidden and len(line.text) >= LEAST]
    if not hidden or sum(len(line.text) for line in story) > MOST:
        return
    seen = {stretch for line in story if not line.block.hidden for stretch in stretches(line.text, 1)}
    for line in hidden:
        own = stretches(line.text, STEP)
        if sum(stretch in seen for stretch in own) >= COPIED * len(own):
            yield line


def stretches(text: str, step: int) -> list[str]:
    """Stretches of a text without its white space, one for each so many characters."""
    bare = "".join(text.split()).casefold()
    return [bare[at : at + STRETCH] for at in range(0, max(1, len(bare) - STRETCH + 1), step)]


def printed_again(story: Sequence[Line]) -> Iterator[Line]:
    """Runs of lines each of which stood before, too long for a refrain: of a story printed twice the second print."""
    least = max(SHORTEST, min(LONGEST, SHARE * sum(len(line.text) for line in story)))
    seen: set[str] = set()
    runs: list[list[Line]] = [[]]
    for line in story:
        if line.text in seen:
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
        seen.add(line.text)
    for run in runs:
        if sum(len(line.text) for line in run) >= least:
            yield from run

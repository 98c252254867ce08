"""Where a line stands in its page, and what that says of it."""

from collections.abc import Mapping, Sequence

from tasks.strip.lines import fold
from tasks.strip.matching import Hit
from tasks.strip.surroundings import Outside, Places, captioned, outside_of
from tasks.strip.verdicts import Sheet, Verdict

NEAR_HEADLINE = 6  # lines below the headline in which a standfirst may stand although no extractor keeps it
LEAST_SAID, SAID = 25, 0.6  # characters of a standfirst, and share of it, with which a description of the page begins
LONGEST_BYLINE = 12.0  # words; what a page says of an author at greater length is a biography


def structure_pass(sheet: Sheet, places: Places) -> Mapping[int, Verdict]:
    """Captions and credits that the page's own markup tells, but for paragraphs that the layout is sure of: a story told in pictures."""
    found: dict[int, Verdict] = {}
    paths = {line.block.path for line in sheet.lines}
    credited = {path for path in paths if places.credit.search(path.rpartition("/")[2])}
    below_captions = {path for path in paths if any(captioned(places, part) for part in path.split("/"))}
    for line in sheet.lines:
        path = line.block.path
        if not sheet.open(line.index):
            continue
        if path in credited and line.words <= 14:
            found[line.index] = Verdict("credit", "place.credit")
        elif path in below_captions and not (line.firm and line.story_like):
            found[line.index] = Verdict("caption", "place.caption")
    return found


def standfirst_pass(sheet: Sheet, places: Places, main: Sequence[bool], stated: Sequence[str] = ()) -> Mapping[int, Verdict]:
    """The block that the markup calls a standfirst, or that the page states as its description, above the story's first paragraph."""
    described = [fold(text) for text in stated]
    titled = next((i for i, verdict in enumerate(sheet.verdicts) if verdict is not None and verdict.rule == "title.printed"), -1)
    for line, kept in zip(sheet.lines, main, strict=True):
        if not sheet.open(line.index) or line.index < titled:
            continue
        near = kept or 0 <= titled < line.index <= titled + NEAR_HEADLINE
        if near and line.words >= 6 and places.standfirst.search("/".join(line.block.path.split("/")[-2:])):
            return {line.index: Verdict("standfirst", "place.standfirst", 0.8)}
        if 0 <= titled < line.index and line.words >= 6 and not line.block.hidden and says(line.text, described):
            return {line.index: Verdict("standfirst", "place.description", 0.8)}
        if kept:
            return {}
    return {}


def says(text: str, described: Sequence[str]) -> bool:
    """Whether a line is one of the folded descriptions of its page, which may be cut off or go on."""
    if not described:
        return False
    folded = fold(text)
    begun = max(LEAST_SAID, int(SAID * len(folded)))
    return len(folded) >= begun and any(one[:begun] == folded[:begun] for one in described)


def outside_pass(sheet: Sheet, places: Places, hits: Sequence[Hit | None], main: Sequence[bool]) -> Mapping[int, Verdict]:
    """What stands outside the main content, by the class that its path or its words tell."""
    found: dict[int, Verdict] = {}
    outside = [line for line, kept in zip(sheet.lines, main, strict=True) if not kept and sheet.open(line.index)]
    named = {path: placed(path, places) for path in {line.block.path for line in outside}}
    for line in outside:
        kind = outside_kind(hits[line.index], named[line.block.path])
        if kind == "author-bio" and line.words <= LONGEST_BYLINE and not line.ends:
            kind = "byline"
        if kind is None:
            kind = "related" if line.block.link_length * 2 > len(line.text) and line.words > 4 else "boilerplate"
        found[line.index] = Verdict(kind, "place.outside", 0.8 if line.told is None else line.told)
    return found


def outside_kind(hit: Hit | None, place: Outside | None) -> str | None:
    """The class of a line outside the story: what its words say, unless its place says something definite."""
    if hit is None or place is None:
        return hit.rule.kind if hit else place.kind if place else None
    return place.kind if place.definite or (place.kind == "navigation" and hit.rule.kind == "related") else hit.rule.kind


def placed(path: str, places: Places) -> Outside | None:
    """What a path names: something definite anywhere near its end, else what stands nearest to it."""
    found = [outside for part in reversed(path.split("/")[-7:]) for outside in outside_of(places, part)]
    return next((outside for outside in found if outside.definite), found[0] if found else None)

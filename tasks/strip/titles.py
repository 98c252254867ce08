"""The printed headline, its repetitions, what stands above it and the standfirst below it."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tasks.strip.lines import WORD, Line, fold
from tasks.strip.matching import Hit, head_of
from tasks.strip.names import name_like, signature_like
from tasks.strip.verdicts import Sheet, Verdict

LONGEST_TITLE = 40.0  # words
LONGEST_GUESS = 24.0  # words of a line that nothing but its shape makes a headline
SHORTEST_STANDFIRST = 6.0
BETWEEN = frozenset({"byline", "share", "caption"})  # what stands between a standfirst and the story
LIVE_STAMPS = 3  # a live report has entries under stamps, and no standfirst
ECHO, STEM = 0.25, 5  # share of a headline's words that its story takes up, at least; letters by which words compare
SHORTEST_TITLE = 4.0  # words of a line that counts as a heading before all others
LONGEST_ECHO = 8.0  # words of a line that counts as story here
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")
MENU = re.compile(r"(?:[\u3400-\u9fff]{2,6}[\s|>·/]{1,3}){3,}[\u3400-\u9fff\w]{2,6}\W?")  # names of sections in a row
FILL = "\0" * (STEM - 2)  # makes a pair of characters as long as a stem
SUFFIX = 45  # characters that an outlet's name adds to a title


def title_like(line: Line) -> bool:
    """A line that could be a headline: a few words up to a long sentence, not closed by a full stop."""
    if not 2 <= line.words <= LONGEST_TITLE:
        return False
    closed = line.text.rstrip("\"'”’»)").endswith((".", "。", "．", "।", ":", "：", ",", ";", "…"))
    return not closed and (line.text[0].isalpha() or any(c.isalpha() for c in line.text))


def same_title(folded: str, known: str) -> bool:
    """Whether a folded line is a known title, with or without the name of the outlet behind or before it."""
    if not folded or not known:
        return False
    short, long = sorted((folded, known), key=len)
    return short == long or (len(short) >= 15 and len(long) - len(short) <= SUFFIX and (long.startswith(short) or long.endswith(short)))


def printed_headline(sheet: Sheet, hits: Sequence[Hit | None], known: Sequence[str]) -> int | None:
    """Index of the line that is the headline: one that the metadata knows, else the first that is shaped as one."""
    folded = [fold(line.text) for line in sheet.lines] if known else []
    for title in dict.fromkeys(map(fold, known)):
        for index, text in enumerate(folded):
            if abs(len(text) - len(title)) <= SUFFIX and same_title(text, title) and sheet.open(index):
                return index
    return first_heading(sheet) if sheet.page else None if known else first_title(sheet, hits)


def first_heading(sheet: Sheet) -> int | None:
    """Index of the first heading of the highest level that a page has."""
    for tag in ("h1", "h2"):
        found = next((line.index for line in sheet.lines if line.block.tag == tag and sheet.open(line.index) and line.words >= 2), None)
        if found is not None:
            return found
    return None


def first_title(sheet: Sheet, hits: Sequence[Hit | None]) -> int | None:
    """Index of the first line of a text that is shaped as a headline and has a story below it."""
    free = [line for line in sheet.lines if sheet.open(line.index) and not whole(hits[line.index])]
    story = next((line.index for line in free if line.story_like and not title_like(line)), len(sheet.lines))
    above = min(story, head_of(sheet.lines) + 6)
    heading = [line.index for line in free if line.index < above and line.words <= LONGEST_GUESS and title_like(line)]
    if not heading:
        return None
    folded = [fold(sheet.lines[i].text) for i in heading]
    times = Counter(folded)
    repeated = next((i for i, text in zip(heading, folded, strict=True) if times[text] > 1 and sheet.lines[i].words >= 3), None)
    if repeated is not None:
        return repeated
    longer = [i for i in heading if sheet.lines[i].words >= SHORTEST_TITLE]
    if len(longer) < 2:
        return (longer or heading)[0]
    spoken = list(echoed(longer, sheet.lines))
    best = (spoken or longer)[0]
    return best + 1 if crumb(sheet, best) and best + 1 in spoken else best


def crumb(sheet: Sheet, index: int) -> bool:
    """Whether a line is the last step of a path through the site: four words below at least two shorter lines, none of them closed."""
    path = sheet.lines[max(0, index - 2) : index]
    return len(path) == 2 and sheet.lines[index].words <= SHORTEST_TITLE and all(line.words <= 3 and not line.ends for line in path)


def echoed(titles: Sequence[int], lines: Sequence[Line]) -> Iterator[int]:
    """Those of some lines whose longer words the lines below take up, by their beginnings (words are inflected)."""
    last = last_lines(lines[titles[0] + 1 :])
    for title in titles:
        words = [stem for stem in stems(lines[title]) if len(stem) >= STEM - 1]
        if words and not MENU.fullmatch(lines[title].text) and sum(last.get(word, -1) > title for word in words) / len(words) >= ECHO:
            yield title


def last_lines(lines: Sequence[Line]) -> dict[str, int]:
    """For each stem of the lines that count as story the last line that has it."""
    return {stem: line.index for line in lines if line.words > LONGEST_ECHO for stem in stems(line)}


def stems(line: Line) -> set[str]:
    """The beginnings of the words of a line, of the longer ones five letters; of a script without blanks each pair of characters."""
    wide = WIDE.findall(line.text)
    pairs = {run[i : i + 2] + FILL for run in wide for i in range(len(run) - 1)}
    return pairs | {word[:STEM] for word in WORD.findall(WIDE.sub(" ", line.text.casefold()) if wide else line.text.casefold())}


def whole(hit: Hit | None) -> bool:
    """Whether a rule takes the whole line."""
    return hit is not None and hit.whole


def title_pass(sheet: Sheet, hits: Sequence[Hit | None], known: Sequence[str]) -> Mapping[int, Verdict]:
    """Verdicts for the headline, its repetitions, the kicker above and the standfirst below."""
    at = printed_headline(sheet, hits, known)
    if at is None:
        return {}
    title = fold(sheet.lines[at].text)
    found = {at: Verdict("headline", "title.printed")}
    for line in sheet.lines:
        if line.index != at and title_like(line) and same_title(fold(line.text), title):
            found[line.index] = Verdict("headline", "title.repeated")
    if not sheet.page:
        found |= above(sheet, hits, at)
        found |= below(sheet, hits, at, found)
    return found


def above(sheet: Sheet, hits: Sequence[Hit | None], at: int) -> dict[int, Verdict]:
    """Short lines above the headline of a text: a kicker next to it, navigation further up."""
    lines = sheet.lines
    short = [i for i in range(at) if sheet.open(i) and hits[i] is None and lines[i].words <= 6 and not lines[i].ends]
    return {i: Verdict("kicker", "title.kicker", 0.6) if i == at - 1 else Verdict("navigation", "title.above", 0.6) for i in short}


def between(line: Line, hit: Hit | None, *, apart: bool) -> bool:
    """Whether a line is what outlets print between standfirst and story; below a line apart from the headline a credit is not."""
    kinds = BETWEEN if apart else BETWEEN | {"credit"}
    return name_like(line) if hit is None else hit.whole and hit.rule.kind in kinds


def below(sheet: Sheet, hits: Sequence[Hit | None], at: int, found: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The standfirst: the line after the headline, where what follows it shows that the story had not begun."""
    lines = sheet.lines
    first = next((i for i in range(at + 1, len(lines)) if sheet.open(i) and i not in found and not whole(hits[i])), None)
    if first is None or first > at + 4 or lines[first].words < SHORTEST_STANDFIRST or signature_like(lines[first]):
        return {}
    after = first + 1
    if after >= len(lines) or after > head_of(lines) + 4:
        return {}
    unfinished = not lines[first].ends and lines[first].words <= LONGEST_TITLE and lines[after].story_like
    interrupted = after in found or not sheet.open(after) or between(lines[after], hits[after], apart=first > at + 1)
    reported = sum(verdict is not None and verdict.kind == "timestamp" for verdict in sheet.verdicts) >= LIVE_STAMPS
    begun = reported or any(lines[i].story_like and hits[i] is None for i in range(at + 1, first))
    return {first: Verdict("standfirst", "title.standfirst", 0.6)} if (unfinished or interrupted) and not begun else {}

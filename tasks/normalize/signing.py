"""Where a document names its authors."""

import re
from collections.abc import Iterator

from tasks.normalize.choice import Candidate
from tasks.normalize.lexicon import Inline, Lexicon
from tasks.normalize.reading import Line, Reading
from tasks.records import Clue

ADDRESS = re.compile(r"@|https?:|www\.|/")  # at the start: a handle or a link, not a name
BEFORE, AFTER = 600, 2000  # characters around the headline in which its byline stands
BEHIND = 700  # characters behind a story in which its byline stands, where none stands above
INSIDE = 700  # characters of a story in which its byline stands below the standfirst
STAMP, SIGNATURE, LED = 160, 70, 120  # characters of a line with a date and a name, of a signature, of a byline removed as something else
SIGNED = 8  # characters, blank lines, between a story and its signature
NAME = r"[^\W\d_a-zà-ÿа-яё][\w'’\-]+(?: [^\W\d_a-zà-ÿа-яё][\w'’\-]+){1,2}"
NAME_AND_PLACE = re.compile(rf"(?P<name>{NAME}),\s+[^\W\d_a-zà-ÿа-яё][\w'’\-]+(?: [^\W\d_a-zà-ÿа-яё][\w'’\-]+)?\Z")
FULL = r"[^\W\d_a-zà-ÿа-яё][\w.'’\-]*(?: (?:[a-z]{2,3} )?[^\W\d_a-zà-ÿа-яё][\w.'’\-]*){1,3}"
NAMES = re.compile(rf"{FULL}(?:(?:, | & | and | und | et | y |\s?/\s?){FULL})*(?:, [A-Z][\w.]{{1,5}}®?)?\Z")
DATE_AND_NAME = re.compile(rf"[^\n]{{0,14}}\b\d[^\n]{{0,14}}(?:19|20)\d\d\s*[-–—|·•,]?\s*{FULL}\Z")
DIGIT = re.compile(r"\d")
NAME_AND_DATE = re.compile(  # `Ada Brook April 14, 2022`
    rf"{FULL}(?:,|\s?[-–—|·•])?\s(?:[^\W\d_]{{3,9}}\.?\s)?\d{{1,2}}[^\n]{{0,20}}\b(?:19|20)\d\d\b"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ALONE = 120  # characters of a line that is nothing but names
CLUSTER = 250  # characters between two bylines of one story
ELSEWHERE = frozenset({"caption", "credit", "comments", "headline", "advertisement", "copyright"})  # no bylines stand in these
HEAD_PARAGRAPHS = 3  # of a page in which a byline may have been left


def bylines_of(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Everything that may name the authors, best first."""
    for value, rule in reading.given("byline", "author", "authors"):
        yield Candidate(value, value, "input", rule)
    yield from _stated(reading)
    yield from _in_spans(reading, lexicon, led=True)
    yield from _in_story(reading, lexicon)
    for clue in _beside_headline(reading):
        yield Candidate(clue.raw, clue.raw, clue.source, clue.rule)
    yield from _in_spans(reading, lexicon, led=False)
    yield from _on_lines(reading, lexicon)
    if reading.is_page:
        yield from _lone_names(reading, lexicon)
        yield from _behind_story(reading, lexicon)
    else:
        yield from _among_stamps(reading, lexicon)
        yield from _below_text(reading)


def _stated(reading: Reading) -> Iterator[Candidate]:
    """What the page's JSON-LD, then its meta elements state."""
    for source in ("json-ld", "meta"):
        for clue in reading.clued("author"):
            if clue.source == source and "@" not in clue.rule and not ADDRESS.match(clue.raw.strip()):
                yield Candidate(clue.raw, clue.raw, clue.source, clue.rule)


def _unwrapped(text: str) -> str:
    """A byline without brackets around the whole of it."""
    return text[1:-1] if text[:1] + text[-1:] in ("()", "[]", "（）") else text


def _in_story(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Bylines inside the first and the last paragraph, and short first paragraphs that are nothing but a byline."""
    if not reading.paragraphs:
        return
    for end, text in (("head", reading.paragraphs[0][:120]), ("tail", reading.paragraphs[-1][-400:])):
        for form, names in _formed(text, lexicon, end):
            for part in _unwrapped(names).split(";"):
                yield Candidate(part, text, "text", form.id)
    for text in reading.paragraphs[:HEAD_PARAGRAPHS] if reading.is_page else ():
        if len(text) <= SIGNATURE and _introduced(text, lexicon):
            yield Candidate(text, text, "text", "paragraph.led")


def _formed(text: str, lexicon: Lexicon, at: str) -> Iterator[tuple[Inline, str]]:
    """The forms of bylines that a text matches, and the names in it."""
    for form in lexicon.inline:
        if form.at == at and (found := form.pattern.search(text)):
            yield form, found["names"]


def _introduced(text: str, lexicon: Lexicon) -> str | None:
    """What follows a word like `By` at the start of a line, where that begins with a capital or in a script without them."""
    text = lexicon.glued.sub(r"\g<0> ", text)
    led = lexicon.lead.match(text)
    rest = text[led.end() :] if led else ""
    return rest if rest[:1].isalpha() and not rest[0].islower() else None


def _is_led(text: str, lexicon: Lexicon) -> bool:
    """Whether a short line is an introduced byline: without a figure but for the date behind a name."""
    rest = _introduced(text, lexicon) if len(text) <= SIGNATURE else None
    return rest is not None and (not DIGIT.search(rest) or NAME_AND_DATE.match(rest) is not None)


def _among_stamps(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Names that share a line with the date, be it removed or left as the first paragraph."""
    heads = [text for text in reading.paragraphs[:1] if len(text) <= STAMP]
    lines = [line.text for line in reading.removed_as("timestamp", "byline") if line.start <= reading.start + AFTER]
    for text in (*(line for line in lines if len(line) <= STAMP), *heads):
        for form, names in _formed(text, lexicon, "stamp"):
            yield Candidate(names, text, "text", form.id)


def _on_lines(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """`By Ada Brook` and `14 April 2022 by Ada Brook` above the story or, on a page, right below it, removed as something else."""
    for line in _around(reading):
        if _is_led(line.text, lexicon):
            yield Candidate(line.text, line.text, "byline", "line.led")
        else:
            for at in ("line", "stamp") if reading.is_page else ("line",):
                for form, names in _formed(line.text[:LED], lexicon, at):
                    yield Candidate(names, line.text, "byline", form.id)


def _lone_names(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Names on a line of their own between headline and story or right below it, behind a date, behind a line that is nothing but `By`."""
    heading = _heading(reading)
    floor = max(heading if heading is not None and heading < reading.start else 0, reading.start - BEFORE)
    head = _head_end(reading)
    near = [line for line in reading.lines if floor <= line.start < head or reading.end <= line.start <= reading.end + SIGNED]
    alike = [bool(NAMES.match(line.text[:ALONE])) for line in near]
    for at, line in enumerate(near):
        if len(line.text) > ALONE or line.kind in ELSEWHERE:
            continue
        if at and lexicon.bare.match(near[at - 1].text) and line.text[:1].isalpha():
            yield Candidate(line.text, line.text, "byline", "line.led")
        elif reading.start <= line.start < head:
            continue
        elif alike[at] and not _in_menu(alike, at):
            beside = any(YEAR.search(other.text[:ALONE]) for other in near[max(0, at - 1) : at + 2])
            above = "line.beside-date" if beside else "line.alone"
            yield Candidate(line.text, line.text, "byline", above if line.start < head else "line.signature")
        elif DATE_AND_NAME.match(line.text):
            yield Candidate(line.text, line.text, "byline", "line.dated")


def _in_menu(alike: list[bool], at: int) -> bool:
    """Whether a line stands in a row of three or more that all look like names: a menu has such rows."""
    return any(all(alike[start : start + 3]) for start in range(max(0, at - 2), at + 1) if start + 3 <= len(alike))


def _head_end(reading: Reading) -> int:
    """Where the part of a page ends in which a byline stands, be it below the story's standfirst."""
    return min(reading.start + INSIDE, reading.end)


def _around(reading: Reading) -> Iterator[Line]:
    """Short lines near the story that are neither a byline already nor of a class in which none stands."""
    for line in reading.lines:
        above = reading.start - BEFORE <= line.start < (_head_end(reading) if reading.is_page else reading.start)
        below = reading.is_page and reading.end <= line.start <= reading.end + BEHIND
        if (above or below) and len(line.text) <= LED and line.kind != "byline" and line.kind not in ELSEWHERE:
            yield line


def _below_text(reading: Reading) -> Iterator[Candidate]:
    """A name and nothing but its place right below a text, removed as something else."""
    for line in reading.removed_as("boilerplate", "navigation"):
        if reading.end <= line.start <= reading.end + SIGNED and len(line.text) <= SIGNATURE and (found := NAME_AND_PLACE.match(line.text)):
            yield Candidate(found["name"], line.text, "byline", "line.name-place")


def _behind_story(reading: Reading, lexicon: Lexicon) -> Iterator[Candidate]:
    """Bylines right behind the story of a page: those marked as such, and the lines that were removed as such."""
    talk = [(line.start, line.start + len(line.text)) for line in reading.removed_as("comments")]
    for clue in _marked(reading):
        behind = clue.offset is not None and reading.end <= clue.offset <= reading.end + BEHIND
        if behind and not any(start <= (clue.offset or 0) < end for start, end in talk):
            yield Candidate(clue.raw, clue.raw, clue.source, f"{clue.rule} behind the story")
    for line in reading.removed_as("byline"):
        if reading.end <= line.start <= reading.end + BEHIND:
            yield Candidate(line.text, line.text, "byline", "span.byline behind the story")


def _heading(reading: Reading) -> int | None:
    """Where the page's main heading stands in the source text."""
    return next((clue.offset for clue in reading.clued("headline") if clue.rule.startswith("h1") and clue.offset is not None), None)


def _is_near(offset: int | None, heading: int | None) -> bool:
    return offset is None or heading is None or heading - BEFORE <= offset <= heading + AFTER


def _in_spans(reading: Reading, lexicon: Lexicon, led: bool) -> Iterator[Candidate]:
    """Lines removed as bylines; those that a word like `By` introduces count before what markup says, the others after."""
    last: int | None = None
    heading = _heading(reading)
    for line in reading.removed_as("byline"):
        text = _unwrapped(line.text)
        if text != line.text and not lexicon.lead.match(text):
            continue  # names in brackets that nothing introduces are a photo's
        near = not reading.is_page or _is_near(line.start, heading)
        astray = not near or (last is not None and line.start - last > CLUSTER)
        introduced = bool(lexicon.lead.match(text) or lexicon.glued.match(text) or lexicon.edited.match(text))
        if astray or introduced != led:
            continue
        last = line.start
        for part in text.split(";"):
            yield Candidate(part, part, "byline", "span.byline" if led else "span.name")


def _marked(reading: Reading) -> list[Clue]:
    """Elements of the page that are marked as bylines."""
    return [clue for clue in reading.clued("author") if clue.source not in ("json-ld", "meta") and not ADDRESS.match(clue.raw.strip())]


def _beside_headline(reading: Reading) -> Iterator[Clue]:
    """Elements marked as bylines that stand near the headline: those farther down sign comments and other stories."""
    heading = _heading(reading)
    last: int | None = None
    for clue in _marked(reading):
        if _is_near(clue.offset, heading) and (last is None or clue.offset is None or clue.offset - last <= CLUSTER):
            last = clue.offset if clue.offset is not None else last
            yield clue

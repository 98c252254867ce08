"""The judge: what becomes of each line, by passes in a fixed order; earlier passes win.

A pass sees the lines and what was decided before it, and answers with verdicts on lines that are still open. What is open
at the end is story.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.records import ParsedDocument
from tasks.settings import read_yaml
from tasks.strip.dispatch import Dispatch, dispatch_of
from tasks.strip.knowledge import load_rules
from tasks.strip.lines import Line, fold, lines_of, lines_of_each
from tasks.strip.matching import Hit, hits_of, hits_of_each
from tasks.strip.model import LineModel, load_model, model_passes
from tasks.strip.names import NameWords, life_pass, load_name_words, name_pass, presented_pass
from tasks.strip.pictures import credit_pass
from tasks.strip.place import outside_pass, standfirst_pass, structure_pass
from tasks.strip.pleas import addressing, plea_pass, run_pass
from tasks.strip.repeats import digest
from tasks.strip.resumed import resume_pass
from tasks.strip.scrambled import scrambled_pass
from tasks.strip.stamps import DateWords, load_date_words, stamp_pass
from tasks.strip.surroundings import Pictures, Places, load_pictures, load_places
from tasks.strip.titles import title_like, title_pass
from tasks.strip.twice import copy_pass
from tasks.strip.verdicts import Sheet, Verdict, blank_sheet

TITLE_FIELDS = frozenset({"headline"})
OWN_LINE_DATELINE = re.compile(r"^[^\W\d_][\w .,'’()\-]{1,50}?\s?[:：—–-]$")
ELIDED = re.compile(r"[^\W\d_]{1,4}['’][^\W\d_a-zà-ÿ]")  # `Cortina d’Ampezzo`, `Reggio nell’Emilia`
CLOSING_MARK = re.compile(r"[^\W\d_]{2}[.!?…][\"'”’»“)]*\s[(\[]?[^\W\d_a-zа-я]{2,6}[)\]]?$")
PROSE = 10.0  # words from which a line that ends with a mark is a paragraph
NAME_AGENCY = "credit.agency-line"
LABELS = frozenset({"related.label", "related.label-with-title"})
FAINT = frozenset({"caption", "credit", "related", "donation", "syndication"})  # what paragraphs are taken for by a word or two
BULLETS = ("- ", "– ", "— ", "• ", "* ", "· ")
MOST_TEASERS, LONGEST_TEASER = 8, 16.0  # lines, words
SHORT = 6.0  # words of a line that neighbours can decide about


@dataclass(frozen=True, slots=True)
class Debris:
    """What the judge knows: rules, words that address the reader, words of dates, places in pages, forms of
    credits, small words about names, and the line model."""

    rules: Dispatch
    address: frozenset[str]
    dates: DateWords
    places: Places
    pictures: Pictures
    names: NameWords
    model: LineModel


@cache
def load_debris(folder: Path) -> Debris:
    """The judge's knowledge from a configuration folder. Raises ConfigurationError."""
    words = read_yaml(folder / "debris" / "words.yml")["address"]
    address = frozenset(word.casefold() for group in words.values() for word in group)
    rules, dates, model = dispatch_of(load_rules(folder)), load_date_words(folder), load_model(folder)
    return Debris(rules, address, dates, load_places(folder), load_pictures(folder), load_name_words(folder), model)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The sheet with every line decided, and the stretches that rules take out of kept lines."""

    sheet: Sheet
    parts: tuple[Hit, ...]


def described_by(parsed: ParsedDocument) -> tuple[str, ...]:
    """What a page states as its description."""
    return tuple(dict.fromkeys(clue.raw for clue in parsed.clues if clue.field == "alternative_headline"))


def titles_of(parsed: ParsedDocument) -> tuple[str, ...]:
    """Headlines that the bundle or the page states, best first."""
    given = [g.value for g in parsed.document.given if g.field in TITLE_FIELDS]
    return tuple(given + [clue.raw for clue in parsed.clues if clue.field in TITLE_FIELDS])


def judge(parsed: ParsedDocument, debris: Debris, main: Sequence[bool] | None = None, repeated: frozenset[int] = frozenset()) -> Judgement:
    """A verdict on every line.

    `main` says for a page which blocks are main content, in the order of its blocks; `repeated` holds the digests of lines
    that return across the documents of its outlet.
    """
    if main is None:
        return judge_texts([parsed], debris, [repeated])[0]
    lines = lines_of(parsed)
    return finished(*by_rules(parsed, lines, hits_of(lines, debris.rules, main), debris, main, repeated))


def judge_texts(texts: Sequence[ParsedDocument], debris: Debris, repeated: Sequence[frozenset[int]]) -> list[Judgement]:
    """What `judge` says of each of several plain texts, `repeated` one for each; much faster than one by one."""
    ruled = list(texts_by_rules(texts, debris, repeated))
    asked = [at for at, (text, (sheet, _)) in enumerate(zip(texts, ruled, strict=True)) if not stripped_before(sheet, titles_of(text))]
    told = dict(zip(asked, model_passes([ruled[at][0] for at in asked], debris.model), strict=True))
    return [finished(sheet.settle(told.get(at, {})), hits, body=at not in told) for at, (sheet, hits) in enumerate(ruled)]


def texts_by_rules(
    texts: Sequence[ParsedDocument], debris: Debris, repeated: Sequence[frozenset[int]]
) -> Iterator[tuple[Sheet, list[Hit | None]]]:
    """What the rules alone say of each of several plain texts."""
    each = lines_of_each(texts)
    for text, lines, hits, known in zip(texts, each, hits_of_each(each, debris.rules), repeated, strict=True):
        yield by_rules(text, lines, hits, debris, None, known)


def finished(sheet: Sheet, hits: Sequence[Hit | None], *, body: bool = False) -> Judgement:
    """The judgement, once the lines around have decided what is still open; of what is a `body` already all of it is story."""
    for look in (story_pass,) if body else (neighbour_pass, edge_pass, story_pass):
        sheet = sheet.settle(look(sheet))
    return Judgement(sheet, tuple(hit for i, hit in enumerate(hits) if hit and not hit.whole and kept(sheet, i)))


def by_rules(
    parsed: ParsedDocument,
    lines: tuple[Line, ...],
    found: Sequence[Hit | None],
    debris: Debris,
    main: Sequence[bool] | None,
    repeated: frozenset[int],
) -> tuple[Sheet, list[Hit | None]]:
    """The sheet after all that rules, places and repetition say; what is open then is for the lines around it to decide."""
    hits = [None if hit and overruled(hit, line) else hit for hit, line in zip(found, lines, strict=True)]
    if main is None:
        hits = signed_by_others(lines, hits)
    sheet = blank_sheet(lines, page=main is not None)
    sheet = sheet.settle(stamp_pass(sheet, debris.dates))
    if main is not None:
        sheet = sheet.settle(scrambled_pass(sheet, main))
        sheet = sheet.settle(structure_pass(sheet, debris.places))
    sheet = sheet.settle(title_pass(sheet, hits, titles_of(parsed)))
    sheet = sheet.settle(signature_pass(sheet, hits, debris.pictures))
    sheet = sheet.settle({i: Verdict(hit.rule.kind, hit.rule.id) for i, hit in enumerate(hits) if hit and hit.whole})
    sheet = sheet.settle(repeat_pass(sheet, repeated, debris.address))
    if main is not None:
        sheet = sheet.settle(standfirst_pass(sheet, debris.places, main, described_by(parsed)))
        sheet = sheet.settle(outside_pass(sheet, debris.places, hits, main))
        sheet = sheet.settle(copy_pass(sheet, main))
    sheet = sheet.settle(credit_pass(sheet, debris.pictures))
    sheet = sheet.settle(dateline_pass(sheet, debris.names.places))
    sheet = sheet.settle(teaser_pass(sheet))
    if main is None:  # where a stretch that goes is all of a line, the model has nothing to say of it
        sheet = sheet.settle(name_pass(sheet))
        sheet = sheet.settle({i: Verdict(hit.rule.kind, hit.rule.id) for i, hit in enumerate(hits) if hit and hit.covers(lines[i])})
        sheet = sheet.settle(closing_pass(sheet))
    sheet = sheet.settle(life_pass(sheet))
    if main is None:  # the layout of a page has told its boxes from its story already, and blogs speak to their readers all along
        sheet = sheet.settle(presented_pass(sheet, debris.pictures.agency, debris.names))
        sheet = sheet.settle(plea_pass(sheet, debris.address))
        sheet = sheet.settle(run_pass(sheet, debris.address))
        sheet = sheet.settle(resume_pass(sheet, debris.address))
    return sheet, hits


def overruled(hit: Hit, line: Line) -> bool:
    """Whether a page's layout knows better than a rule for labels, captions and notices: a paragraph amid the story is none."""
    return line.firm and line.story_like and hit.whole and hit.rule.kind in FAINT


def stripped_before(sheet: Sheet, titles: Sequence[str]) -> bool:
    """Whether a text is a body already, all of which stays: its headline is known but not printed, and no rule finds anything in it."""
    return bool(titles) and not any(sheet.verdicts)


def kept(sheet: Sheet, index: int) -> bool:
    """Whether a line stays in the body."""
    verdict = sheet.verdicts[index]
    return verdict is not None and verdict.kept


def repeat_pass(sheet: Sheet, repeated: frozenset[int], address: frozenset[str]) -> Mapping[int, Verdict]:
    """Lines that the outlet prints around its stories; a paragraph of background that it prints in several of them is story.

    So of lines that read as a paragraph only those go that speak to the reader.
    """
    if not repeated:
        return {}
    same = [line for line in sheet.lines if sheet.open(line.index) and digest(fold(line.text) or line.text) in repeated]
    return {line.index: Verdict("boilerplate", "repeat.outlet") for line in same if not line.story_like or addressing(line, address)}


def signature_pass(sheet: Sheet, hits: Sequence[Hit | None], pictures: Pictures) -> Mapping[int, Verdict]:
    """`Name / AGENCY` right below the headline, where no picture was mentioned: a byline, no credit."""
    for index, verdict in enumerate(sheet.verdicts[:-1]):
        hit = hits[index + 1]
        if verdict is not None and verdict.kind == "headline" and sheet.open(index + 1) and hit is not None and hit.rule.id == NAME_AGENCY:
            pictured = pictures.picture.search(sheet.lines[index + 1].text)
            return {} if pictured else {index + 1: Verdict("byline", "signature.below-headline", 0.7)}
    return {}


def teaser_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Titles of other stories below a label such as `Related stories`: lines shaped as titles, up to the next paragraph."""
    found: dict[int, Verdict] = {}
    labels = [i for i, verdict in enumerate(sheet.verdicts) if verdict is not None and verdict.rule in LABELS and sheet.lines[i].words <= 6]
    for label in labels:
        for at in range(label + 1, label + 1 + MOST_TEASERS):
            if not (sheet.open(at) and teaser_like(sheet.lines[at])):
                break
            found[at] = Verdict("related", "teaser.below-label", 0.6)
    return found


def signed_by_others(lines: Sequence[Line], hits: Sequence[Hit | None]) -> list[Hit | None]:
    """The hits without bylines right below the title of another story: `Related stories`, a title, `By …`; they go with the title."""
    found, below = list(hits), 0
    for index, hit in enumerate(hits):
        if hit is not None and hit.rule.id in LABELS:
            below = MOST_TEASERS
        elif below and hit is not None and hit.rule.kind == "byline" and found[index - 1] is None and teaser_like(lines[index]):
            found[index] = None
        elif hit is not None or not teaser_like(lines[index]):
            below = 0
        below = max(0, below - 1)
    return found


def teaser_like(line: Line) -> bool:
    """A line shaped as a title of some words, no longer than teasers are."""
    return not line.ends and 3 <= line.words <= LONGEST_TEASER and title_like(line)


def dateline_pass(sheet: Sheet, within: frozenset[str]) -> Mapping[int, Verdict]:
    """A place on a line of its own right above the first paragraph: `Beijing:`; `within` are longer words that names of places hold."""
    first = sheet.first_story()
    above = first - 1
    if not sheet.open(above) or sheet.lines[above].words > 5 or not OWN_LINE_DATELINE.match(sheet.lines[above].text):
        return {}
    words = [word for word in sheet.lines[above].text.split() if not ELIDED.match(word) and word not in within]
    if any(word[0].islower() and len(word) > 3 for word in words):  # `In short:` is no place
        return {}
    return {above: Verdict("dateline", "dateline.own-line")}


def closing_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """A paragraph that an agency closes with its mark: `… in two years. EFE`."""
    open_lines = (line for line in sheet.lines if sheet.open(line.index) and line.words >= PROSE and not line.ends)
    return {line.index: Verdict("body", "story.agency-mark") for line in open_lines if CLOSING_MARK.search(line.text)}


def neighbour_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Short open lines between two lines of debris share the class of the one before."""
    found: dict[int, Verdict] = {}
    for line in sheet.lines:
        before = found.get(line.index - 1) or (sheet.verdicts[line.index - 1] if line.index else None)
        if not sheet.open(line.index) or line.firm or not (line.words <= SHORT and not line.ends):
            continue
        if before is not None and not before.kept and before.kind not in {"headline", "standfirst"} and sheet.debris(line.index + 1):
            kind = "boilerplate" if before.kind in {"caption", "dateline"} else before.kind
            found[line.index] = Verdict(kind, "neighbour.between", 0.4)
    return found


def edge_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Short unfinished lines before the first and after the last paragraph of a story that has several."""
    first, last = sheet.first_story(), sheet.last_story()
    if sum(sheet.open(line.index) and line.story_like for line in sheet.lines) < 2:
        return {}
    listed = list_lines(sheet)
    edges = [line for line in sheet.lines if (line.index < first or line.index > last) and sheet.open(line.index)]
    return {line.index: Verdict("boilerplate", "edge.short", 0.4) for line in edges if weak(line) and line.index not in listed}


def list_lines(sheet: Sheet) -> frozenset[int]:
    """Open lines that belong to a list: those with a bullet, and those that follow a line which announces them."""
    found: set[int] = set()
    for line in sheet.lines:
        before = line.index - 1
        announced = before >= 0 and (before in found or sheet.lines[before].text.endswith((":", "："))) and not sheet.debris(before)
        marked = line.text.startswith(BULLETS) or line.text.endswith(";")
        if sheet.open(line.index) and (marked or (announced and line.words >= 2)):
            found.update({line.index, before} if announced and sheet.open(before) else {line.index})
    return frozenset(found)


def weak(line: Line) -> bool:
    """A short line that no sentence mark closes and no quotation opens, where no layout says that it is story."""
    return not line.firm and line.words <= SHORT and not line.ends and line.text[:1] not in "\"“„«‘'「『"


def story_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """What is still open is story: paragraphs, and subheads between them."""
    found = {}
    for line in sheet.lines:
        if sheet.open(line.index):
            before_prose = line.index + 1 < len(sheet.lines) and sheet.lines[line.index + 1].story_like
            subhead = not line.ends and line.words <= 14 and before_prose
            sure = line.told if line.told is not None else 1.0 if line.story_like else 0.45
            found[line.index] = Verdict("subhead" if subhead else "body", "story.rest", sure)
    return found

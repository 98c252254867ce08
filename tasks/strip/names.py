"""Names that stand alone on a line: bylines between headline and story, credits glued to a caption, biographies at the end."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path

from tasks.settings import read_yaml
from tasks.strip.lines import Line
from tasks.strip.matching import tail_of
from tasks.strip.verdicts import Sheet, Verdict

PARTICLES = frozenset(
    ("de", "von", "van", "der", "den", "da", "di", "del", "la", "le", "el", "al", "bin", "ten", "du", "dos", "das", "af", "av", "y", "e")
)
WITHIN_NAMES = str.maketrans("", "", "’'-.")
BEHIND_NAME = re.compile(r"\s(?:\([^()]{3,60}\)|in [A-Z]\w+(?: [A-Z]\w+)?)$")
LONGEST_SIGNATURE = 10.0  # words
HAN_NAME = re.compile(
    r"(?!.*(?:新聞|通信|社|部|局|放送|版|県|市|地域|記事|無料|有料)】?$)【?[\u4e00-\u9fff々]{2,3}[\s　]?[\u4e00-\u9fff々]{1,3}】?"
)
KANA = re.compile(r"[\u3040-\u30ff]{2}")
REACH = 4  # lines around a name in which a stamp or byline shows that it signs the story
LONGEST_CAPTION = 40.0
LONGEST_LIFE = 3  # lines of a biography
LONGEST_PRESENTED = 70.0  # words of a line that presents an author
CAPITALS = re.compile(r"[^\W\d_a-zà-ÿа-яё][\w’'.-]*(?: [^\W\d_a-zà-ÿа-яё][\w’'.-]*){1,5}")


@dataclass(frozen=True)
class NameWords:
    """Small words about names: what joins two (as printed, and in a folded line), what stands behind one, and within a place's name."""

    joined: re.Pattern[str]
    joined_folded: re.Pattern[str]
    behind: frozenset[str]
    places: frozenset[str]


@cache
def load_name_words(folder: Path) -> NameWords:
    """The part `names` of debris/words.yml. Raises ConfigurationError."""
    words = read_yaml(folder / "debris" / "words.yml")["names"]
    joins = rf"\s(?:{'|'.join(map(re.escape, words['joins']))})\s"
    return NameWords(re.compile(rf"\s?(?:&|{joins})\s?", re.I), re.compile(joins), frozenset(words["behind"]), frozenset(words["places"]))


def name_like(line: Line) -> bool:
    """Two to four words that all begin with a capital, particles aside, and nothing else."""
    words = line.text.split()
    named = [word for word in words if word.casefold() not in PARTICLES]
    capital = all(word[0].isupper() and word.translate(WITHIN_NAMES).isalpha() for word in named)
    return 2 <= len(named) <= 4 and len(words) <= 6 and not line.ends and capital


def signature_like(line: Line) -> bool:
    """A name, or one with a role in brackets or the place it was written at behind it: `Ada Brook in Oslo`."""
    name = BEHIND_NAME.sub("", line.text)
    return name_like(line) if name == line.text else line.words <= LONGEST_SIGNATURE and name_like(replace(line, text=name))


def lone_name(sheet: Sheet, index: int) -> bool:
    """Whether a line of a Japanese text is a name and nothing else, beside its stamp: `山田太郎`."""
    stamped = any(0 <= at < len(sheet.lines) and (v := sheet.verdicts[at]) and v.kind == "timestamp" for at in (index - 1, index + 1))
    return bool(stamped and HAN_NAME.fullmatch(sheet.lines[index].text) and any(KANA.search(line.text) for line in sheet.lines))


def name_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Names between the headline and the story: glued to a sentence above they are its credit, near a stamp a byline."""
    titled = next((i for i, verdict in enumerate(sheet.verdicts) if verdict is not None and verdict.kind == "headline"), None)
    if titled is None:
        return {}
    found: dict[int, Verdict] = {}
    for line in sheet.lines[titled + 1 : titled + 16]:
        if sheet.open(line.index) and lone_name(sheet, line.index):
            found[line.index] = Verdict("byline", "name.beside-stamp", 0.6)
        if not sheet.open(line.index) or not signature_like(line):
            continue
        above = sheet.lines[line.index - 1]
        if name_like(line) and sheet.glued(line.index) and sheet.open(above.index) and above.words <= LONGEST_CAPTION and above.words > 5:
            found[above.index] = Verdict("caption", "name.below-caption", 0.6)
            found[line.index] = Verdict("credit", "name.below-caption", 0.6)
        elif signs(sheet, line.index):
            found[line.index] = Verdict("byline", "name.near-stamp", 0.7)
    return found


def signs(sheet: Sheet, index: int) -> bool:
    """Whether a stamp or another byline stands near, with nothing but front matter between."""
    for step in (1, -1):
        for at in range(index + step, index + step * (REACH + 1), step):
            if not 0 <= at < len(sheet.lines):
                break
            verdict = sheet.verdicts[at]
            if verdict is not None and verdict.kind in {"byline", "timestamp"}:
                return True
            if verdict is None and sheet.lines[at].story_like and step > 0:
                break
    return False


def presented_pass(sheet: Sheet, agency: re.Pattern[str], words: NameWords) -> Mapping[int, Verdict]:
    """Who signed above is presented below, in any language: a line in the tail that begins with a name out of a byline in the head.

    One that goes on with a colon speaks: it is the interviewer. Nor is it an author of whom the story tells, in other lines or in
    two sentences that both begin with the name. `agency` matches names of agencies, which sign but are nobody.
    """
    names = signed_by(sheet, agency, words)
    if not names:
        return {}
    tail = [line for line in sheet.lines[max(tail_of(sheet.lines), sheet.first_story() + 1) :] if sheet.open(line.index)]
    found = {line.index: Verdict("author-bio", "life.who-signed", 0.7) for line in tail if presents(line, names)}
    told = [line.text.casefold() for line in sheet.lines if sheet.open(line.index) and line.index not in found] if found else []
    subjects = {name for name in names if any(name in text and not text.startswith(f"{name}:") for text in told)}
    acts = [sheet.lines[index] for index in found if sheet.lines[index].ends]
    subjects |= {name for name in names if sum(presents(line, (name,)) for line in acts) > 1}
    return {index: verdict for index, verdict in found.items() if presents(sheet.lines[index], names - subjects)}


def signed_by(sheet: Sheet, agency: re.Pattern[str], words: NameWords) -> set[str]:
    """Two to four words in a row that may be a name in a byline above the story: what introduces it may stand before it.

    Between headline and byline a standfirst may stand that nothing tells from a paragraph; above the second paragraph is above the story.
    """
    paragraphs = [line.index for line in sheet.lines if sheet.open(line.index) and line.story_like]
    head = zip(sheet.lines[: max(paragraphs[:2], default=0)], sheet.verdicts, strict=False)
    bylines = (agency.sub("|", line.text) for line, verdict in head if verdict and verdict.kind == "byline")
    runs = [run for text in bylines for run in named(text, words)]
    return {" ".join(run[i : i + count]) for run in runs for count in (2, 3, 4) for i in range(min(2, len(run) - count + 1))}


def named(byline: str, small: NameWords) -> Iterator[list[str]]:
    """The first words of a byline that begin with capitals, folded, and those that only a joining word parts from them.

    Behind a comma, a stroke or a small word stand places, outlets and roles: `Ada Brook, Hong Kong`, `Ada Brook in New York`.
    """
    end = None
    for run in CAPITALS.finditer(byline):
        if end is not None and not small.joined.fullmatch(byline[end : run.start()]):
            return
        end = run.end()
        for name in small.joined_folded.split(run[0].casefold()):  # in a line of capitals
            words = name.split(" ")
            words = words[words.index("by") + 1 :] if "by" in words else words
            yield list(takewhile(lambda word: word not in small.behind, words))


def presents(line: Line, names: Collection[str]) -> bool:
    """Whether a line begins with one of some names (the longest counts), as a sentence about who bears it does."""
    text = line.text.casefold()
    name = max((name for name in names if text.startswith(name)), key=len, default=None)
    if name is None:
        return False
    behind = text[len(name) :]
    return line.words <= LONGEST_PRESENTED and (not behind or behind[0] in " ,(–—|")


def life_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """What follows the label or first line of a biography at the end of a text, and the name above it."""
    found: dict[int, Verdict] = {}
    for index, verdict in enumerate(sheet.verdicts):
        if verdict is None or verdict.kind != "author-bio" or index < tail_of(sheet.lines):
            continue
        label = not sheet.lines[index].ends and sheet.lines[index].words <= 5
        for at in range(index + 1, index + 1 + LONGEST_LIFE) if label else ():
            if not sheet.open(at):
                break
            found[at] = Verdict("author-bio", "life.below-label", 0.6)
        for at in range(index - 1, index - LONGEST_LIFE, -1):
            if not sheet.open(at) or sheet.lines[at].ends or sheet.lines[at].words > 5:
                break
            found[at] = Verdict("author-bio", "life.name-above", 0.6)
    return found

"""Captions and credits: lines next to a credit, and what becomes of them as columns."""

import re
from collections.abc import Mapping, Sequence

from tasks.records import Caption
from tasks.strip.lines import Line
from tasks.strip.surroundings import Pictures
from tasks.strip.verdicts import Sheet, Verdict

LONGEST_CAPTION = 70.0  # words
SHORT_CAPTION = 35.0  # words of a sentence before a credit where no paragraph has begun the story yet
PICTURED = frozenset({"caption", "credit"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4"})  # no caption is one
CUT = ("…", "...", "[…]")
BRACKETS = re.compile(r"[()（）【】]")


def credit_pass(sheet: Sheet, pictures: Pictures) -> Mapping[int, Verdict]:
    """Captions without a sign of their own: the line before a credit."""
    found = {}
    begun = sheet.first_story()
    for i, verdict in enumerate(sheet.verdicts):
        if verdict is None or verdict.kind != "credit" or below_headline(sheet, i):
            continue
        if sheet.open(i - 1) and (sheet.lines[i - 1].firm or sheet.lines[i - 1].block.tag in HEADINGS):
            continue
        early = i - 1 <= begun and sheet.lines[i - 1].words <= SHORT_CAPTION and of_picture(sheet.lines[i], pictures)
        if sheet.open(i - 1) and (early or caption_like(sheet.lines[i - 1], glued=sheet.glued(i))):
            found[i - 1] = Verdict("caption", "picture.before-credit", 0.7)
        elif sheet.open(i + 1) and sheet.glued(i + 1) and caption_below(sheet.lines[i + 1]):
            found[i + 1] = Verdict("caption", "picture.after-credit", 0.6)
    return found


def below_headline(sheet: Sheet, credit: int) -> bool:
    """Whether the line before a credit stands apart right below the headline: a standfirst rather than a caption."""
    two = sheet.verdicts[credit - 2] if credit > 1 else None
    return two is not None and two.kind == "headline" and sheet.lines[credit].gap


def of_picture(credit: Line, pictures: Pictures) -> bool:
    """Whether a credit says that it is one of a picture, not of the facts."""
    return "/" in credit.text or bool(pictures.picture.search(credit.text))


def caption_below(line: Line) -> bool:
    """Whether the line glued to a credit above can be its caption: a few words that no full stop closes."""
    return not line.ends and 5 <= line.words <= SHORT_CAPTION


def caption_like(line: Line, *, glued: bool) -> bool:
    """Whether the line before a credit can be its caption: cut off, unfinished, or a short one to which the credit is glued."""
    if line.words > LONGEST_CAPTION or line.text[:1] in '"“„«':
        return False
    return line.text.endswith(CUT) or not line.ends or (line.words <= 30 and glued)


def split_credit(text: str, pictures: Pictures) -> Caption:
    """A caption line as caption and credit; the credit is None where none is printed."""
    found = next((match for form in pictures.credit if (match := form.search(text))), None)
    if found is None:
        return Caption(text)
    credit = next((part for part in BRACKETS.split(found.group(1)) if part.strip()), "").strip(" .|")
    return Caption(text[: found.start()].rstrip(" |–—-") or text, pictures.label.sub("", credit) or None)


def captions_of(sheet: Sheet, pictures: Pictures) -> tuple[Caption, ...]:
    """The captions of a document in order, each with the credit it holds or that follows it."""
    found: list[Caption] = []
    open_caption = False
    if not any(verdict.kind in PICTURED for verdict in sheet.decided()):
        return ()
    for line, verdict in zip(sheet.lines, sheet.decided(), strict=True):
        kind = verdict.kind
        if kind == "caption":
            caption = split_credit(line.text, pictures)
            found.append(Caption(pictures.label.sub("", caption.text) or caption.text, caption.credit))
            open_caption = caption.credit is None
        elif kind == "credit" and open_caption:
            found[-1] = Caption(found[-1].text, pictures.label.sub("", line.text).strip("() "))
            open_caption = False
        elif kind == "credit":
            found.append(Caption("", pictures.label.sub("", line.text).strip("() ")))
        elif kind in {"body", "subhead"}:
            open_caption = False
    return tuple(caption for caption in merged(found) if caption.text)


def merged(captions: Sequence[Caption]) -> list[Caption]:
    """Captions without repetitions (a page often prints one twice)."""
    return list(dict.fromkeys(captions))

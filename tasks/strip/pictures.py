"""Captions and credits: lines next to a credit, and what becomes of them as columns."""

import re
from collections.abc import Mapping, Sequence

from tasks.records import Caption
from tasks.strip.lines import Line
from tasks.strip.verdicts import Sheet, Verdict

LONGEST_CAPTION = 70.0  # words
CUT = ("…", "...", "[…]")
LABEL = re.compile(
    r"^(?:file\s?[-–—:]\s?|(?:file )?photos?\s?(?:credit|by|courtesy(?: of)?)?\s?[:：/]\s?|photo by\s|(?:image|picture|credit|source|foto|bild|crédit|fot\.|фото|"
    r"источник|图片来源|图|写真|사진|फोटो)s?\s?(?:credit)?\s?[:：/]\s?|©\s?)",
    re.IGNORECASE,
)
BRACKETS = re.compile(r"[()（）【】]")
# Where the credit begins in a caption: the last bracket, a photo word, or a sentence end before Name/AGENCY.
CREDIT = re.compile(
    r"\s*((?:[(（【][^()（）【】]{2,160}[)）】]?[.。]?\s*){1,3})$"
    r"|(?:^|[\s.!?。”\"’|–—-])(?:(?i:photo(?:graph)?|picture|image|foto|bild|quelle|crédit|credit|fot\.|фото|zdjęcie|fotoğraf|φωτό|图片?|摄|写真|사진|फोटो)s?"
    r"(?:\s(?i:credit|courtesy|by))?\s?[:：/©|]\s?|©\s?|\|\s?(?i:photo credit:\s?)?)([^.!?。]{2,80})$"
    r"|(?<=[.!?。”\"’»|])\s?([^.!?。|]{2,60}/[^.!?。]{2,40})$"
    r"|\s((?:REUTERS|AP Photo|AFP PHOTO|EPA-EFE|EPA)/[^.!?。]{2,50})$"
)


def credit_pass(sheet: Sheet) -> Mapping[int, Verdict]:
    """Captions without a sign of their own: the line before a credit."""
    found = {}
    for i, verdict in enumerate(sheet.verdicts):
        if verdict is not None and verdict.kind == "credit" and sheet.open(i - 1) and caption_like(sheet.lines[i - 1], sheet.lines[i]):
            found[i - 1] = Verdict("caption", "picture.before-credit", 0.7)
    return found


def caption_like(line: Line, credit: Line) -> bool:
    """Whether the line before a credit can be its caption: cut off, unfinished, or a short one glued to it."""
    if line.words > LONGEST_CAPTION or line.text[:1] in "\"“„«":
        return False
    return line.text.endswith(CUT) or not line.ends or (line.words <= 30 and not credit.gap)


def split_credit(text: str) -> Caption:
    """A caption line as caption and credit; the credit is None where none is printed."""
    found = CREDIT.search(text)
    if found is None:
        return Caption(text)
    credit = next(part for group in found.groups() if group for part in BRACKETS.split(group) if part.strip()).strip(" .|")
    return Caption(text[: found.start()].rstrip(" |–—-") or text, LABEL.sub("", credit))


def captions_of(sheet: Sheet) -> tuple[Caption, ...]:
    """The captions of a document in order, each with the credit it holds or that follows it."""
    found: list[Caption] = []
    open_caption = False
    for line, verdict in zip(sheet.lines, sheet.decided(), strict=True):
        kind = verdict.kind
        if kind == "caption":
            caption = split_credit(line.text)
            found.append(Caption(LABEL.sub("", caption.text) or caption.text, caption.credit))
            open_caption = caption.credit is None
        elif kind == "credit" and open_caption:
            found[-1] = Caption(found[-1].text, LABEL.sub("", line.text).strip("() "))
            open_caption = False
        elif kind == "credit":
            found.append(Caption("", LABEL.sub("", line.text).strip("() ")))
        elif kind in {"body", "subhead"}:
            open_caption = False
    return tuple(caption for caption in merged(found) if caption.text)


def merged(captions: Sequence[Caption]) -> list[Caption]:
    """Captions without repetitions (a page often prints one twice)."""
    return list(dict.fromkeys(captions))

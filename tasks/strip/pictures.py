"""Captions and credits: lines next to a credit, and what becomes of them as columns."""

import re
from collections.abc import Mapping, Sequence

from tasks.records import Caption
from tasks.strip.lines import Line
from tasks.strip.surroundings import Pictures
from tasks.strip.verdicts import Sheet, Verdict

LONGEST_CAPTION = 70.0  # words
CUT = ("…", "...", "[…]")
BRACKETS = re.compile(r"[()（）【】]")


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


def split_credit(text: str, pictures: Pictures) -> Caption:
    """A caption line as caption and credit; the credit is None where none is printed."""
    found = min((match for form in pictures.credit if (match := form.search(text))), key=lambda match: match.start(), default=None)
    if found is None:
        return Caption(text)
    credit = next((part for part in BRACKETS.split(found.group(1)) if part.strip()), "").strip(" .|")
    return Caption(text[: found.start()].rstrip(" |–—-") or text, pictures.label.sub("", credit) or None)


def captions_of(sheet: Sheet, pictures: Pictures) -> tuple[Caption, ...]:
    """The captions of a document in order, each with the credit it holds or that follows it."""
    found: list[Caption] = []
    open_caption = False
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

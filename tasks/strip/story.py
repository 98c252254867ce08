"""From a judgement to a stripped document: paragraphs, spans for all the rest, captions, confidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tasks.records import Paragraph, ParsedDocument, Span, StrippedDocument
from tasks.strip.cover import all_visible, cover, visible_parts
from tasks.strip.flags import flags_of
from tasks.strip.judge import Debris, Judgement, judge, judge_texts
from tasks.strip.lines import Line
from tasks.strip.matching import Hit
from tasks.strip.pictures import captions_of
from tasks.strip.verdicts import CLOSE, Sheet, Verdict


def strip_document(
    parsed: ParsedDocument, debris: Debris, main: Sequence[bool] | None = None, repeated: frozenset[int] = frozenset()
) -> StrippedDocument:
    """A document with every character kept or in a span (law 2); `main` and `repeated` as `judge` takes them."""
    return divided(parsed, judge(parsed, debris, main, repeated), debris)


def strip_texts(texts: Sequence[ParsedDocument], debris: Debris, repeated: Sequence[frozenset[int]] = ()) -> list[StrippedDocument]:
    """What `strip_document` makes of each of several plain texts, `repeated` one for each; much faster than one by one."""
    judgements = judge_texts(texts, debris, repeated or [frozenset()] * len(texts))
    return [divided(parsed, judgement, debris) for parsed, judgement in zip(texts, judgements, strict=True)]


def divided(parsed: ParsedDocument, judgement: Judgement, debris: Debris) -> StrippedDocument:
    """A document as its judgement divides it."""
    source = parsed.source_text
    paragraphs: list[Paragraph] = []
    moved: list[Span] = []
    taken = parts_by_line(judgement)
    for line, verdict in zip(judgement.sheet.lines, judgement.sheet.decided(), strict=True):
        kept, gone = division(source, line, verdict, taken.get(line.index, ()))
        moved.extend(gone)
        if kept:
            paragraphs.append(Paragraph(tuple(kept), "paragraph" if verdict.kind == "body" else verdict.kind))
    spans = cover(source, (part for paragraph in paragraphs for part in paragraph.parts), moved)
    stripped = StrippedDocument(
        parsed=parsed,
        paragraphs=tuple(paragraphs),
        spans=spans,
        captions=captions_of(judgement.sheet, debris.pictures),
        body_confidence=confidence(judgement.sheet),
    )
    return replace(stripped, flags=flags_of(stripped, judgement.sheet))


def parts_by_line(judgement: Judgement) -> dict[int, list[Hit]]:
    """The stretches that rules take out of kept lines, by the index of the line."""
    found: dict[int, list[Hit]] = defaultdict(list)
    for hit in judgement.parts:
        index = next(line.index for line in judgement.sheet.lines if line.start <= hit.start < line.end)
        found[index].append(hit)
    return found


def division(source: str, line: Line, verdict: Verdict, taken: Sequence[Hit]) -> tuple[list[tuple[int, int]], list[Span]]:
    """The kept stretches of a line and the spans of what is moved out of it."""
    if not verdict.kept or not taken:
        parts = ((line.start, line.end),) if line.text and all_visible(source) else visible_parts(source, line.start, line.end)
        return (list(parts), []) if verdict.kept else ([], [Span(start, end, verdict.kind, verdict.rule) for start, end in parts])
    kept: list[tuple[int, int]] = []
    gone: list[Span] = []
    at = line.start
    for hit in sorted(taken, key=lambda h: h.start):
        kept.extend(visible_parts(source, at, hit.start))
        gone.extend(Span(start, end, hit.rule.kind, hit.rule.id) for start, end in visible_parts(source, hit.start, hit.end))
        at = hit.end
    kept.extend(visible_parts(source, at, line.end))
    return kept, gone


def confidence(sheet: Sheet) -> float:
    """Share of the words whose verdict, kept or moved, was not close."""
    total = sum(line.words for line in sheet.lines)
    sure = sum(line.words for line, v in zip(sheet.lines, sheet.decided(), strict=True) if v.sure >= CLOSE)
    return round(sure / total, 4) if total else 1.0

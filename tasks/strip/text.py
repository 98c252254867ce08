"""Plain text to blocks: a line a block, hard-wrapped paragraphs joined again."""

import re
from dataclasses import replace
from statistics import median

from tasks.records import Block, ParsedDocument, RawDocument
from tasks.strip.cover import all_visible, visible_parts
from tasks.strip.lines import BREAK

LINE = re.compile(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
WRAP_WIDTHS = range(50, 101)  # columns at which mail programs and terminals broke lines


def parse_text(document: RawDocument) -> ParsedDocument:
    """The blocks of a plain-text document; the source text is the decoded text itself (law 2)."""
    source = document.text
    spans = [m.span() for m in LINE.finditer(source) if not m.group().isspace()]
    if not all_visible(source):
        spans = [span for span in spans if visible_parts(source, *span)]
    blocks = tuple(Block(start, end) for start, end in join_wrapped(source, spans))
    return ParsedDocument(replace(document, text=""), source, blocks)


def join_wrapped(source: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines of a text that was broken at a fixed width, joined to paragraphs; any other text as it is."""
    if 2 * sum(end - start >= WRAP_WIDTHS.stop for start, end in spans) > len(spans):
        return spans  # most lines are longer than any that was broken
    groups = grouped(source, spans)
    inner = [end - start for group in groups for start, end in group[:-1]]
    if len(inner) < 4 or len(inner) < len(spans) / 2 or not hard_wrapped(inner):
        return spans
    return [(group[0][0], group[-1][1]) for group in groups]


def grouped(source: str, spans: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Runs of lines without a blank line between them."""
    groups: list[list[tuple[int, int]]] = []
    for start, end in spans:
        if groups and len(BREAK.findall(source, groups[-1][-1][1], start)) <= 1:
            groups[-1].append((start, end))
        else:
            groups.append([(start, end)])
    return groups


def hard_wrapped(lengths: list[int]) -> bool:
    """Whether lines that do not close a paragraph are all about as long as the longest of them."""
    widest = max(lengths)
    return widest in WRAP_WIDTHS and median(lengths) > widest * 0.85 and min(lengths) > widest * 0.5

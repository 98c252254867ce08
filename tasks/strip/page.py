"""A page -> its source text, blocks, what the extractors keep of it, and what it states about itself."""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from typing import Any

from tasks.records import Block, ParsedDocument, RawDocument
from tasks.strip.align import Alignment
from tasks.strip.clues import marked_elements, page_clues
from tasks.strip.linked_data import article_bodies
from tasks.strip.opinions import opinion, trafilatura_pieces
from tasks.strip.source_text import read_source
from tasks.strip.tree import SKIPPED, read_tree

FREQUENT = 3  # times a class name stands in a page to be part of its skeleton
_SERIAL = re.compile(r"\d")


def parse_page(document: RawDocument) -> ParsedDocument:
    """Parse a page once and ask everything of the tree: text, places, opinions, clues. Pure; never raises for odd markup.

    `blocks` are the lines of `source_text`, sorted and disjoint; `kept_by` names who keeps a block:
    `trafilatura`, `structured` (the page's own JSON-LD body) and `main`, the decision over them.
    """
    tree = read_tree(document.text)
    body = tree.find("body")
    marked = marked_elements(tree)
    source = read_source(body, frozenset(element for element, *_ in marked))
    clues, values = page_clues(tree, marked, source.offsets)
    blocks = _with_opinions(tree, source.text, source.blocks, article_bodies(values))
    return ParsedDocument(replace(document, text=""), source.text, blocks, clues, fingerprint(body))


def _with_opinions(tree: Any, text: str, blocks: tuple[Block, ...], bodies: list[str]) -> tuple[Block, ...]:
    alignment = Alignment(text, blocks)
    kept = opinion(alignment, lambda: trafilatura_pieces(tree))
    structured = opinion(alignment, lambda: [line for body in bodies for line in body.splitlines()])
    opinions = {"trafilatura": kept, "structured": structured, "main": kept}
    return tuple(
        replace(block, kept_by=tuple(name for name, votes in opinions.items() if votes[index])) for index, block in enumerate(blocks)
    )


def main_blocks(parsed: ParsedDocument) -> tuple[bool, ...]:
    """For each block whether it belongs to the main content of its page."""
    return tuple("main" in block.kept_by for block in parsed.blocks)


def fingerprint(body: Any) -> str | None:
    """A digest of the class names that stand often in a page: pages of one outlet's template share it. None where there are none."""
    names = Counter(
        name for element in body.iter() if element.tag not in SKIPPED for name in set(element.get("class", "").lower().split())
    )
    frequent = sorted(name for name, count in names.items() if count >= FREQUENT and not _SERIAL.search(name))
    return hashlib.sha256(" ".join(frequent).encode()).hexdigest()[:16] if frequent else None

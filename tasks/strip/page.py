"""A page -> its source text, blocks, what the extractors keep of it, and what it states about itself."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from lxml.etree import XPath

from tasks.records import Block, ParsedDocument, RawDocument
from tasks.settings import CONFIG
from tasks.strip.align import Alignment
from tasks.strip.clues import Marks, page_clues, page_title
from tasks.strip.containers import Column, containers_of
from tasks.strip.linked_data import article_bodies
from tasks.strip.opinions import opinion, trafilatura_pieces
from tasks.strip.page_model import likelihoods, load_page_model, logit, probability
from tasks.strip.repeats import host_of
from tasks.strip.second import other_articles
from tasks.strip.source_text import Place, Source, read_source
from tasks.strip.structure import weight
from tasks.strip.tree import read_tree
from tasks.strip.trees import Forest

MAIN = 0.5  # likelihood from which a block is main content
DOUBT = 0.15  # expected share of wrong text from which trafilatura is asked too
LOST_TRACK = 1.0  # the same from which its slow answer is worth more than its fast one
DROPPED, SURE = 0.3, 0.8  # share of the main content that its fast answer may drop, mean likelihood of that from which it has no say
CONFIRMED = 0.95  # share of the main content that its slow answer keeps to confirm the layout
FURNITURE = 0.03  # likelihood below which a block need not be shown to it
MANY = 2_000  # blocks beyond which its slow answer, quadratic in short paragraphs, is not asked for
MISSED = 0.3  # share of the page's own JSON-LD body outside the main content from which it is asked, too
HEAVIEST = 5_000  # characters of a block that are weighed
BLANKS = re.compile(r"\s{2,}")
LARGEST = 1_000_000  # characters of a page of which extractors are asked
STATED, STATED_LINES = 3, 500  # bodies in the JSON-LD that are looked at, and lines of each
LOST = 0.25  # share of trafilatura's text that the layout finds at least, or trafilatura's word is taken
SWAY = 1.5  # what its answer counts, in logits
FREQUENT = 3  # times a class name stands in a page to be part of its skeleton
_SERIAL = re.compile(r"\d")
_CLASSES: Any = XPath(".//@class", smart_strings=False)


def parse_page(document: RawDocument, config: Path = CONFIG) -> ParsedDocument:
    """Parse a page once and ask everything of the tree: text, places, opinions, clues. Pure; never raises for odd markup.

    `blocks` are the lines of `source_text`, sorted and disjoint. Their `kept_by` names who keeps them: `structure` (the
    page's layout), `trafilatura` (asked only where the layout leaves doubt), `structured` (the page's own JSON-LD body)
    and `main`, the decision over them; `likely` is how sure it is. `config` holds the weights of the page model.
    """
    tree = read_tree(document.text)
    body = tree.find("body")
    marks = Marks()
    source = read_source(body, marks)
    clues, values = page_clues(tree, marks.found, source.offsets)
    template = None if host_of(document.url or "") else fingerprint(body)
    blocks = _judged(tree, source, article_bodies(values), load_page_model(config))
    return ParsedDocument(replace(document, text=""), source.text, blocks, clues, template)


def _judged(tree: Any, source: Source, bodies: list[str], model: Forest) -> tuple[Block, ...]:
    """The blocks with all opinions of them."""
    texts = [source.text[block.start : block.end] for block in source.blocks]
    alignment, lengths = Alignment(texts), np.array([weight(text) for text in texts])
    structured = stated_blocks(alignment, bodies)
    title = page_title(tree)
    layout = likely = likelihoods([measured(text) for text in texts], source.blocks, source.places, title, structured, model)
    kept = [False] * len(texts)
    if len(source.text) <= LARGEST and in_doubt(layout, lengths, structured):
        kept = asked_outside(tree, source.places, alignment, layout, lengths)
        likely = rescued(swayed(layout, kept), kept, lengths)
    if (others := other_articles(texts, source.blocks, source.places, title, likely >= MAIN, lengths)) is not None:
        likely = np.where(others, np.minimum(likely, FURNITURE), likely)
    structure: list[bool] = (layout >= MAIN).tolist()
    main: list[bool] = (likely >= MAIN).tolist()
    votes = {"structure": structure, "trafilatura": kept, "structured": structured, "main": main}
    kept_by = [tuple(name for name, vote in zip(votes, row, strict=True) if vote) for row in zip(*votes.values(), strict=True)]
    scores = [round(score, 3) for score in likely.tolist()]
    return tuple(
        Block(one.start, one.end, one.tag, one.path, one.link_length, one.hidden, names, score)
        for one, names, score in zip(source.blocks, kept_by, scores, strict=True)
    )


def measured(text: str) -> str:
    """What counts of a block when blocks are weighed: its beginning without runs of white space, so that none outweighs all others."""
    return BLANKS.sub(" ", text[:HEAVIEST]) if len(text) > HEAVIEST else text


def asked_outside(tree: Any, places: Sequence[Place], alignment: Alignment, layout: Column, lengths: Column) -> list[bool]:
    """trafilatura's fast answer on what is not surely furniture, or its slow one on the whole page where the layout lost track.

    A fast answer that drops much of the layout's main content has no say where the layout is sure of that, and yields to the slow
    one where that confirms the layout. The tree loses its furniture: nothing else may be asked of it afterwards.
    """
    few = len(lengths) <= MANY
    if doubt(layout, lengths) >= LOST_TRACK and few:
        return opinion(alignment, lambda: trafilatura_pieces(tree, fast=False))
    drop_furniture(places, layout)
    kept = opinion(alignment, lambda: trafilatura_pieces(tree, fast=True))
    found = lengths * (layout >= MAIN)
    dropped = found * ~np.array(kept, bool)
    if dropped.sum() <= DROPPED * found.sum():
        return kept
    if (dropped * layout).sum() >= SURE * dropped.sum():
        return [False] * len(kept)
    slow = opinion(alignment, lambda: trafilatura_pieces(tree, fast=False)) if few else kept
    return slow if found[np.array(slow, bool)].sum() >= CONFIRMED * found.sum() else kept


def drop_furniture(places: Sequence[Place], layout: Column) -> None:
    """Take the largest elements out of the tree in which the layout finds no block that might be main content."""
    around = containers_of(places)
    most = [float(layout[first:last].max()) for first, last in zip(around.firsts.tolist(), around.lasts.tolist(), strict=True)]
    for place, own, parent in zip(around.places, most, around.parents.tolist(), strict=True):
        if own < FURNITURE <= most[parent]:
            place.element.drop_tree()


def stated_blocks(alignment: Alignment, bodies: Sequence[str]) -> list[bool]:
    """Which blocks stand in the bodies that the page's JSON-LD states."""
    if not bodies:
        return [False] * len(alignment.texts)
    return opinion(alignment, lambda: [line[:LARGEST] for body in bodies[:STATED] for line in body.splitlines()[:STATED_LINES]])


def in_doubt(likely: Column, lengths: Column, structured: Sequence[bool]) -> bool:
    """Whether the quick opinions disagree: the layout with itself, or with the body that the page states about itself."""
    if doubt(likely, lengths) >= DOUBT:
        return True
    stated = lengths * np.array(structured, float)
    return float(stated[likely < MAIN].sum()) > MISSED * float(stated.sum())


def doubt(likely: Column, lengths: Column) -> float:
    """How much text the layout expects to have wrong, as a share of what it takes for main content; `lengths` are the blocks' weights."""
    return float((lengths * np.minimum(likely, 1 - likely)).sum()) / max(1.0, float(lengths[likely >= MAIN].sum()))


def swayed(likely: Column, kept: Sequence[bool]) -> Column:
    """The layout's answer after trafilatura has spoken; one that keeps nothing has no say."""
    return probability(logit(likely) + SWAY * (2 * np.array(kept, float) - 1)) if any(kept) else likely


def rescued(likely: Column, kept: Sequence[bool], lengths: Column) -> Column:
    """Where the layout finds a small part of what trafilatura finds, something was lost: what trafilatura keeps is main content."""
    asked = np.array(kept, bool)
    if float(lengths[likely >= MAIN].sum()) > LOST * float(lengths[asked].sum()):
        return likely
    return np.where(asked, np.maximum(likely, MAIN), likely)


def main_blocks(parsed: ParsedDocument) -> tuple[bool, ...]:
    """For each block whether it belongs to the main content of its page."""
    return tuple("main" in block.kept_by for block in parsed.blocks)


def fingerprint(body: Any) -> str | None:
    """A digest of the class names that stand often in a page: pages of one outlet's template share it. None where there are none."""
    labels = Counter(_CLASSES(body))
    names: Counter[str] = Counter()
    for label, count in labels.items():
        for name in set(label.lower().split()):
            names[name] += count
    frequent = sorted(name for name, count in names.items() if count >= FREQUENT and not _SERIAL.search(name))
    return hashlib.sha256(" ".join(frequent).encode()).hexdigest()[:16] if frequent else None

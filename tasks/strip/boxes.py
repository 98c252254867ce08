"""What stands around a block in its page: the boxes it lies in, the headline above it, what the page states as its own text."""

from collections.abc import Sequence

import numpy as np

from tasks.records import Block
from tasks.strip.containers import Column, Containers
from tasks.strip.structure import Columns

BOXES = 4  # elements above a block's own that are looked at
HEADED, HEADING = 0.3, 0.3  # how much a block resembles the title to be the printed headline; what an h1 has ahead
ABOVE, BELOW = 30, 60  # blocks from the headline that are told apart
UNHEADED = -31.0  # where no headline is printed
STATED = 400.0  # characters of the page that its JSON-LD states as its body, at least, to count as stating one


def surroundings(
    texts: Sequence[str],
    words: Sequence[frozenset[str]],
    blocks: Sequence[Block],
    around: Containers,
    lengths: Column,
    title: str,
    stated: Sequence[bool],
) -> Columns:
    """Named columns with one number for each block. `lengths` are the weights of the texts; `stated` says what JSON-LD holds."""
    count = len(texts)
    body = np.array(stated, float) if len(stated) else np.zeros(count)
    here = np.arange(count, dtype=float)
    headline = headline_at(texts, words, blocks, title)
    return boxes(texts, blocks, around, lengths) | {
        "titled": np.full(count, float(headline >= 0)),
        "below-title": np.clip(here - headline, -ABOVE, BELOW) if headline >= 0 else np.full(count, UNHEADED),
        "structured": body,
        "has-structured": np.full(count, float((body * lengths).sum() > STATED)),
        "depth": np.array([float(around.places[number].depth) for number in around.own.tolist()]),
        "where": here / max(1, count),
        "blocks": np.full(count, np.log1p(count)),
    }


def boxes(texts: Sequence[str], blocks: Sequence[Block], around: Containers, lengths: Column) -> Columns:
    """For the elements around each block, the nearest first: their share of link text, how many blocks and how much text they hold."""
    links = np.array([float(min(block.link_length, len(text))) for text, block in zip(texts, blocks, strict=True)])
    held = around.sums(lengths)
    told = {
        "links": around.sums(links) / np.maximum(held, 1e-9),
        "blocks": np.log1p(around.lasts - around.firsts),
        "text": np.log1p(held),
    }
    above = around.above(BOXES + 1)[1:]
    return {f"box{up}-{name}": values[numbers] for up, numbers in enumerate(above) for name, values in told.items()}


def headline_at(texts: Sequence[str], words: Sequence[frozenset[str]], blocks: Sequence[Block], title: str) -> int:
    """The block that prints the title, -1 where none does: the first one that shares most words with it, headings ahead."""
    wanted = frozenset(title.lower().split())
    best, at = HEADED, -1
    for index, (text, own, block) in enumerate(zip(texts, words, blocks, strict=True)):
        if len(text) > 4 * len(title) + 40:
            continue
        if wanted.isdisjoint(own):
            continue
        alike = len(wanted & own) / len(wanted | own) + (HEADING if block.tag == "h1" else 0.0)
        if alike > best + 1e-9:
            best, at = alike, index
    return at

"""Trains the page model on the labelled pages of ../shared/data/pages and writes config/page_model.csv: `make train-pages`.

A block is story when at least half of its word 4-shingles stand in the gold body (a shorter one: when it is a line of it); on pages
that have no gold body but segments that must and must not be kept, the blocks that hold one. Trees are fitted by catboost in an
environment of its own (`forests.py`).
"""

import argparse
import collections
import csv
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.records import Block
from tasks.settings import CONFIG
from tasks.strip.align import Alignment
from tasks.strip.clues import page_clues, page_title
from tasks.strip.containers import Column
from tasks.strip.labels import labels
from tasks.strip.linked_data import article_bodies
from tasks.strip.page import stated_blocks
from tasks.strip.page_model import described, labelled
from tasks.strip.source_text import read_source
from tasks.strip.structure import Columns
from tasks.strip.tree import read_tree
from tasks.strip.trees import Tree
from tests.benchmarks.environment import peers_python
from tests.gate.gate import SHARED, rows_of

FOLDS = 5
ROUNDS = 320
RARE = 25  # groups in which a label must occur to be a feature
NEAR, THINNED = 12, 4  # blocks around the story that all count; of the others one in so many, with its weight
FITTER = ("catboost", "numpy")
WORD = re.compile(r"\w+")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
Row = dict[str, Any]
Trees = list[Tree]


@dataclass
class Page:
    """A labelled page: its blocks as features, what is true of each, and how much each weighs (0: it is not learnt from)."""

    group: str
    fold: int
    blocks: tuple[Block, ...]
    texts: list[str]
    columns: Columns
    labels: list[tuple[str, ...]]
    truth: Column
    weights: Column


def number_of(group: str) -> int:
    return int(hashlib.md5(group.encode()).hexdigest(), 16)


def words_of(text: str) -> list[str]:
    found: list[str] = []
    for token in WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        found.extend(token) if CJK.search(token) else found.append(token)
    return found


def shingles(tokens: list[str], size: int = 4) -> collections.Counter[tuple[str, ...]]:
    if len(tokens) < size:
        return collections.Counter([tuple(tokens)] if tokens else [])
    return collections.Counter(zip(*(tokens[start:] for start in range(size)), strict=False))


def flat(text: str) -> str:
    return " ".join(text.split())


def read_page(html: str, gold: Row) -> Page | None:
    """A page with its labels; None where it has no text."""
    tree = read_tree(html)
    source = read_source(tree.find("body"))
    if not source.blocks:
        return None
    texts = [source.text[block.start : block.end] for block in source.blocks]
    stated = stated_blocks(Alignment(texts), article_bodies(page_clues(tree, [], {})[1]))
    columns = described(texts, source.blocks, source.places, page_title(tree), stated)
    group, told = str(gold["group"]), [labels(block.path, block.tag) for block in source.blocks]
    truth, weights = judged(texts, source.blocks, gold) if gold.get("body") and "body" in gold["tasks"] else segmented(texts, gold)
    return Page(group, number_of(group) % FOLDS, source.blocks, texts, columns, told, truth, thinned(truth, weights, gold["id"]))


def judged(texts: list[str], blocks: tuple[Block, ...], gold: Row) -> tuple[Column, Column]:
    """For each block whether it is story, and its weight: the root of its words, pages alike."""
    words = [words_of(text) for text in texts]
    whole = shingles(words_of(gold["body"]))
    lines = {tuple(words_of(line)) for line in gold["body"].split("\n")}
    truth, counts = np.zeros(len(words)), np.array([float(len(tokens)) for tokens in words])
    for index, tokens in enumerate(words):
        grams = list(shingles(tokens).elements())
        if len(tokens) >= 4:
            truth[index] = sum(gram in whole for gram in grams) >= 0.5 * len(grams)
        elif tokens:
            truth[index] = tuple(tokens) in lines
        if blocks[index].tag == "h1" and truth[index]:
            counts[index] = 0.0  # the sources do not agree whether a headline is body
    return truth, np.sqrt(counts) * 20 / np.sqrt(counts.sum() + 1)


def segmented(texts: list[str], gold: Row) -> tuple[Column, Column]:
    """The same where only some stretches are known: all blocks without one weigh nothing."""
    truth, weights = np.zeros(len(texts)), np.zeros(len(texts))
    for key, value in (("segments_with", 1.0), ("segments_without", 0.0)):
        for segment in map(flat, gold.get(key) or []):
            for index, text in enumerate(map(flat, texts)):
                if segment in text or (len(text) >= 8 and text in segment):
                    truth[index], weights[index] = value, 1.5 * np.sqrt(min(60, len(words_of(text)) + 1) / 10)
    return truth, weights


def thinned(truth: Column, weights: Column, name: str) -> Column:
    """Weights with most blocks far from the story left out, and the others of them heavier: the page's furniture is alike."""
    near = np.zeros(len(truth), bool)
    for index in np.flatnonzero(truth > 0).tolist():
        near[max(0, index - NEAR) : index + NEAR + 1] = True
    drawn = (np.arange(len(truth)) + number_of(name) % THINNED) % THINNED == 0
    return np.where(near, weights, np.where(drawn, THINNED * weights, 0.0))


def vocabulary(pages: Iterable[Page]) -> list[str]:
    """The labels that are features: those of enough outlets."""
    groups = collections.defaultdict(set)
    for page in pages:
        for name in {name for found in page.labels for name in found}:
            groups[name].add(page.group)
    return sorted(name for name, seen in groups.items() if len(seen) >= RARE)


def fit(pages: Sequence[Page], environment: Path) -> Trees:
    """Trees that learnt from the blocks of these pages."""
    chosen = vocabulary(pages)
    names = [*sorted(pages[0].columns), *chosen]
    parts = []
    for page in pages:
        columns, empty = page.columns | labelled(page.blocks, set(chosen)), np.zeros(len(page.texts))
        parts.append(np.array([columns.get(name, empty) for name in names], np.float32).T[page.weights > 0])
    weights = np.concatenate([page.weights for page in pages])
    truth = np.concatenate([page.truth for page in pages])[weights > 0]
    with tempfile.TemporaryDirectory() as work:
        source, target = Path(work, "rows.npz"), Path(work, "trees.json")
        np.savez(source, rows=np.vstack(parts), truth=truth, weights=weights[weights > 0], names=np.array(names))
        fitter = Path(__file__).with_name("forests.py")
        subprocess.run([peers_python(environment, FITTER), fitter, source, target, str(ROUNDS)], check=True)
        content = json.loads(target.read_text())
    return [Tree(tuple((name, shortened(at)) for name, at in asked), tuple(round(leaf, 4) for leaf in leaves)) for asked, leaves in content]


def shortened(border: float) -> float:
    return float(f"{border:.5g}")


def read_pages(folder: Path) -> list[Page]:
    """All pages that say something of their body."""
    gold = {row["id"]: row for row in rows_of(folder / "gold.jsonl.zst") if {"body", "segments"} & set(row["tasks"])}
    found = (read_page(row["html"], gold[row["id"]]) for row in rows_of(folder / "pages.jsonl.zst") if row["id"] in gold and "html" in row)
    return [page for page in found if page is not None]


def write_model(path: Path, trees: Trees) -> None:
    """The table of a page model."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        table = csv.writer(handle, lineterminator="\n")
        table.writerow(["questions", "leaves"])
        for tree in trees:
            questions = " ".join(f"{name}>{border:g}" for name, border in tree.questions)
            table.writerow([questions, " ".join(f"{leaf:g}" for leaf in tree.leaves)])


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data/pages")
    parser.add_argument("--write", type=Path, default=CONFIG / "page_model.csv")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-peers-strip")
    options = parser.parse_args()
    pages = read_pages(options.data)
    print(f"{len(pages)} pages, {sum(len(page.texts) for page in pages)} blocks", file=sys.stderr)
    write_model(options.write, fit(pages, options.peers))


if __name__ == "__main__":
    main()

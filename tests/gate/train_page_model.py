"""Fit config/page_model.csv on labelled pages and print what it reaches in cross-validation by outlet.

    python -m tests.gate.train_page_model PAGES.jsonl.zst GOLD.jsonl.zst [--write config/page_model.csv]

A block is story when at least half of its word 4-shingles stand in the gold body (a shorter one: when it is a line of it).
"""

import argparse
import collections
import csv
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard

from tasks.records import Block
from tasks.strip.clues import page_title
from tasks.strip.labels import labels
from tasks.strip.page_model import around, probability
from tasks.strip.source_text import read_source
from tasks.strip.structure import Columns, features
from tasks.strip.tree import read_tree

FOLDS = 5
RIDGE = 20.0
STEPS = 7
RARE = 5  # groups in which a label must occur to have a weight
WORD = re.compile(r"\w+")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass
class Page:
    """A labelled page: its blocks as features, what is true of each, and how much each weighs."""

    source: str
    fold: int
    group: str
    blocks: tuple[Block, ...]
    texts: list[str]
    columns: Columns
    labels: list[tuple[str, ...]]
    truth: np.ndarray
    weights: np.ndarray
    words: list[list[str]]
    gold: collections.Counter[tuple[str, ...]]


def read_lines(path: Path) -> list[dict]:
    data = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    return [json.loads(line) for line in data.split(b"\n") if line.strip()]


def words_of(text: str) -> list[str]:
    found: list[str] = []
    for token in WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        found.extend(token) if CJK.search(token) else found.append(token)
    return found


def shingles(tokens: list[str], size: int = 4) -> collections.Counter:
    if len(tokens) < size:
        return collections.Counter([tuple(tokens)] if tokens else [])
    return collections.Counter(zip(*(tokens[start:] for start in range(size)), strict=False))


def read_page(html: str, gold: dict) -> Page | None:
    tree = read_tree(html)
    source = read_source(tree.find("body"))
    if not source.blocks:
        return None
    texts = [source.text[block.start : block.end] for block in source.blocks]
    words = [words_of(text) for text in texts]
    truth, weights = judged(words, source.blocks, gold)
    return Page(
        gold["source_repo"],
        int(hashlib.md5(str(gold["group"]).encode()).hexdigest(), 16) % FOLDS,
        str(gold["group"]),
        source.blocks,
        texts,
        features(texts, source.blocks, source.places, page_title(tree)),
        [labels(block.path, block.tag) for block in source.blocks],
        truth,
        weights,
        words,
        shingles(words_of(gold["body"])),
    )


def judged(words: list[list[str]], blocks: tuple[Block, ...], gold: dict) -> tuple[np.ndarray, np.ndarray]:
    """For each block whether it is story, and its weight: the root of its words, pages alike."""
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


def fit(rows: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton steps with a ridge; the last weight is the bias."""
    mean, scale = rows.mean(0), rows.std(0) + 1e-6
    standard = np.hstack([(rows - mean) / scale, np.ones((len(rows), 1), rows.dtype)])
    beta = np.zeros(standard.shape[1])
    ridge = np.eye(standard.shape[1]) * RIDGE
    ridge[-1, -1] = 0
    for _ in range(STEPS):
        likely = probability(standard @ beta.astype(rows.dtype))
        slope = standard.T @ (weights * (truth - likely)).astype(rows.dtype) - ridge @ beta
        curve = (weights * likely * (1 - likely) + 1e-4).astype(rows.dtype)
        beta = beta + np.linalg.solve((standard * curve[:, None]).T @ standard + ridge, slope)
    return np.append(beta[:-1] / scale, beta[-1] - float((beta[:-1] * mean / scale).sum()))


def matrix(page: Page, names: list[str], extra: Columns | None = None) -> np.ndarray:
    columns = page.columns | (extra or {})
    at = {name: index for index, name in enumerate(names)}
    rows = np.zeros((len(page.texts), len(names)), np.float32)
    for name, column in columns.items():
        if name in at:
            rows[:, at[name]] = column
    for row, found in zip(rows, page.labels, strict=True):
        row[[at[name] for name in found if name in at]] = 1
    return rows


def apply(rows: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return probability(rows @ beta[:-1] + beta[-1])


def learn(pages: list[Page], rows: list[np.ndarray], picked: list[int]) -> np.ndarray:
    return fit(
        np.vstack([rows[index] for index in picked]),
        np.concatenate([pages[index].truth for index in picked]),
        np.concatenate([pages[index].weights for index in picked]),
    )


def crossed(pages: list[Page], rows: list[np.ndarray]) -> list[np.ndarray]:
    """For each page what a model says that has not seen its outlet."""
    answers: list[np.ndarray] = [np.zeros(0)] * len(pages)
    for fold in range(FOLDS):
        beta = learn(pages, rows, [index for index, page in enumerate(pages) if page.fold != fold])
        for index, page in enumerate(pages):
            if page.fold == fold:
                answers[index] = apply(rows[index], beta)
    return answers


def score(pages: list[Page], keep: list[np.ndarray]) -> dict[str, tuple[int, float, float, float]]:
    """By source: pages, mean precision and recall of word 4-shingles, F1 of the two."""
    found = collections.defaultdict(list)
    for page, kept in zip(pages, keep, strict=True):
        got = shingles([word for words, one in zip(page.words, kept, strict=True) if one for word in words])
        common = sum((got & page.gold).values())
        found[page.source].append((common / max(1, sum(got.values())), common / max(1, sum(page.gold.values()))))
    means = {source: (len(pairs), *np.mean(pairs, axis=0)) for source, pairs in sorted(found.items())}
    return {source: (n, *(round(float(x), 4) for x in (p, r, 2 * p * r / (p + r)))) for source, (n, p, r) in means.items()}


def vocabulary(pages: list[Page]) -> tuple[list[str], list[str]]:
    groups = collections.defaultdict(set)
    for page in pages:
        for found in page.labels:
            for name in found:
                groups[name].add(page.group)
    return sorted(pages[0].columns), sorted(name for name, seen in groups.items() if len(seen) >= RARE)


def train(pages: list[Page]) -> list[tuple[str, str, float]]:
    columns, names = vocabulary(pages)
    rows = [matrix(page, columns + names) for page in pages]
    first = crossed(pages, rows)
    print("first step ", score(pages, [answer > 0.5 for answer in first]), flush=True)
    extras = [around(page.blocks, page.texts, answer) for page, answer in zip(pages, first, strict=True)]
    wider = columns + sorted(extras[0]) + names
    second_rows = [matrix(page, wider, extra) for page, extra in zip(pages, extras, strict=True)]
    second = crossed(pages, second_rows)
    for cut in (0.4, 0.5, 0.6):
        print("second step", cut, score(pages, [answer > cut for answer in second]), flush=True)
    everything = list(range(len(pages)))
    one, two = learn(pages, rows, everything), learn(pages, second_rows, everything)
    weights = [("1", name, value) for name, value in zip([*columns, *names, "bias"], one, strict=True)]
    return weights + [("2", name, value) for name, value in zip([*wider, "bias"], two, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    gold = {item["id"]: item for item in read_lines(options.gold) if item.get("body") and "body" in item["tasks"]}
    found = [read_page(page["html"], gold[page["id"]]) for page in read_lines(options.pages) if page["id"] in gold and "html" in page]
    weights = train([page for page in found if page is not None])
    if options.write:
        with options.write.open("w", encoding="utf-8", newline="") as handle:
            table = csv.writer(handle, lineterminator="\n")
            table.writerow(["step", "feature", "weight"])
            table.writerows((step, name, f"{value:.4f}") for step, name, value in weights)


if __name__ == "__main__":
    main()

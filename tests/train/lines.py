"""Trains the line model on the labelled lines of ../shared/data/lines and writes config/debris/model.yml: `make train-lines`.

Five folds by domain: the second layer learns from chances that the first gave to domains it had not seen, and the figures that are
printed come from such domains too.
"""

import bisect
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasks.records import RawDocument
from tasks.settings import CONFIG
from tasks.strip.features import Matrix, features
from tasks.strip.judge import by_rules, load_debris
from tasks.strip.model import second_look, title_of
from tasks.strip.text import parse_text
from tasks.strip.verdicts import Sheet

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lines" / "texts.jsonl.gz"
VIEWS = ("main", "recall", "np4k", "readab")
FOLDS, RIDGE, STEPS = 5, 3.0, 20
THRESHOLD, LEAST_LINES = 0.2, 30


@dataclass(frozen=True)
class Sample:
    """A labelled document after the rules: features, words, which lines are open, which are story, its fold."""

    names: tuple[str, ...]
    matrix: Matrix
    words: Matrix
    open_lines: Matrix
    story: Matrix
    learn: Matrix  # 1 where a line counts in learning: open, and neither a title nor neutral
    fold: int


def labels_of(sheet: Sheet, item: dict[str, Any]) -> list[str]:
    """The label of each line of the sheet, by where it begins."""
    starts, labels, at = [], [], 0
    for line in item["lines"]:
        starts.append(at)
        labels.append(line["label"])
        at += len(line["text"]) + 1
    return [labels[bisect.bisect_right(starts, line.start) - 1] for line in sheet.lines]


def samples() -> Iterator[Sample]:
    """The labelled documents of the data."""
    debris = load_debris(CONFIG)
    with gzip.open(DATA, "rt", encoding="utf-8") as handle:
        for item in map(json.loads, handle):
            text = "\n".join(line["text"] for line in item["lines"])
            raw = RawDocument("", "", "", "", None, "", "text/plain", "utf-8", text, None, None)
            if item["view"] not in VIEWS or not (parsed := parse_text(raw)).blocks:
                continue
            sheet, _ = by_rules(parsed, debris, None, frozenset())
            names, matrix = features(sheet, title_of(sheet))
            labels = labels_of(sheet, item)
            still_open = np.array([float(sheet.open(line.index)) for line in sheet.lines])
            told = np.array([float(label in ("body", "debris")) for label in labels])
            story = np.array([float(label == "body") for label in labels])
            words = np.array([line.words for line in sheet.lines])
            yield Sample(names, matrix, words, still_open, story, still_open * told, zlib.crc32(item["domain"].encode()) % FOLDS)


def fitted(rows: Matrix, story: Matrix, weight: Matrix) -> tuple[float, Matrix]:
    """Intercept and weights of a ridge logistic regression, by Newton's method on standardised features."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread[spread < 1e-6] = 1.0
    scaled = np.c_[np.ones(len(rows)), (rows - mean) / spread]
    ridge = RIDGE * np.eye(scaled.shape[1])
    ridge[0, 0] = 0.0
    found = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (weight * (chance - story)) + ridge @ found
        curve = (scaled * (weight * chance * (1 - chance))[:, None]).T @ scaled + ridge
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    weights = found[1:] / spread
    return float(found[0] - (mean * weights).sum()), weights


def joined(found: list[Sample], matrices: list[Matrix], folds: set[int]) -> tuple[Matrix, Matrix, Matrix]:
    """Rows, labels and weights of the lines to learn from, in the samples of some folds."""
    chosen = [(s, m, s.learn > 0) for s, m in zip(found, matrices, strict=True) if s.fold in folds]
    words = np.concatenate([s.words[learn] for s, _, learn in chosen])
    weight = np.sqrt(np.minimum(words, 40.0)) + 0.5
    rows, story = np.concatenate([m[learn] for _, m, learn in chosen]), np.concatenate([s.story[learn] for s, _, learn in chosen])
    return rows, story, weight / weight.mean()


def out_of_fold(found: list[Sample], matrices: list[Matrix]) -> list[Matrix]:
    """The chance of each line, by a layer that did not see its domain."""
    layers = {fold: fitted(*joined(found, matrices, set(range(FOLDS)) - {fold})) for fold in range(FOLDS)}
    return [1 / (1 + np.exp(-(m @ layers[s.fold][1] + layers[s.fold][0]))) for s, m in zip(found, matrices, strict=True)]


def layer_lines(title: str, names: tuple[str, ...], layer: tuple[float, Matrix]) -> list[str]:
    """A layer as YAML, a feature a line."""
    return [f"{title}:", f"  intercept: {layer[0]:.4f}", *(f"  {name}: {weight:.4f}" for name, weight in zip(names, layer[1], strict=True))]


def report(found: list[Sample], chance: list[Matrix]) -> None:
    """What the model would do on domains it had not seen, at several thresholds."""
    story = np.concatenate([s.story[s.learn > 0] for s in found])
    words = np.concatenate([s.words[s.learn > 0] for s in found])
    said = np.concatenate([c[s.learn > 0] for s, c in zip(found, chance, strict=True)])
    for threshold in (0.1, 0.2, 0.3, 0.4, 0.5):
        lost = words[(said < threshold) & (story > 0)].sum() / words[story > 0].sum()
        gone = words[(said < threshold) & (story == 0)].sum() / words[story == 0].sum()
        print(f"threshold {threshold}: {lost:.2%} of the open story words lost, {gone:.1%} of the open debris words gone")


def main() -> None:
    """Train, report, write."""
    if not DATA.exists():
        sys.exit(f"the labelled lines are not here: {DATA} is expected")
    found = list(samples())
    first = [s.matrix for s in found]
    seen = [second_look(c, s.matrix, s.words, s.open_lines) for s, c in zip(found, out_of_fold(found, first), strict=True)]
    second = [matrix for _, matrix in seen]
    report(found, out_of_fold(found, second))
    names, more = found[0].names, seen[0][0]
    every = set(range(FOLDS))
    head = [
        "# The line model: chance of a line to be story. Written by `make train-lines`; do not edit.",
        f"threshold: {THRESHOLD}",
        f"least_lines: {LEAST_LINES}",
    ]
    layers = layer_lines("first", names, fitted(*joined(found, first, every)))
    layers += layer_lines("second", (*names, *more), fitted(*joined(found, second, every)))
    (CONFIG / "debris" / "model.yml").write_text("\n".join([*head, *layers]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

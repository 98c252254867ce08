"""Trains the line model on the labelled lines of ../shared/data/lines and writes config/debris/model.yml: `make train-lines`.

Five folds by domain: the second layer learns from chances that the first gave to domains it had not seen. What models do on domains
that they have not seen is measured by `make bench-strip-text`.
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
from tasks.strip.judge import load_debris, texts_by_rules
from tasks.strip.model import Layer, LineModel, second_look, title_of
from tasks.strip.text import parse_text
from tasks.strip.verdicts import Sheet

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lines" / "texts.jsonl.gz"
VIEWS = ("main", "recall", "np4k", "readab")
FOLDS, RIDGE, STEPS = 5, 30.0, 20
THRESHOLD, LEAST_LINES = 0.22, 30
CLOSEST, MORE = "main", 1.5  # the view that is closest to what comes in, and what it counts


@dataclass(frozen=True)
class Sample:
    """A labelled document after the rules: features, words, which lines are open, which are story, its fold."""

    names: tuple[str, ...]
    matrix: Matrix
    words: Matrix
    open_lines: Matrix
    story: Matrix
    learn: Matrix  # what a line counts in learning: nothing where it is decided, a title or neutral; lines of long documents less
    fold: int


def labels_of(sheet: Sheet, item: dict[str, Any]) -> list[str]:
    """The label of each line of the sheet, by where it begins."""
    starts, labels, at = [], [], 0
    for line in item["lines"]:
        starts.append(at)
        labels.append(line["label"])
        at += len(line["text"]) + 1
    return [labels[bisect.bisect_right(starts, line.start) - 1] for line in sheet.lines]


def items() -> Iterator[dict[str, Any]]:
    """The labelled texts of the data."""
    with gzip.open(DATA, "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def raw_of(item: dict[str, Any]) -> RawDocument:
    """A labelled text as the split room hands it over."""
    text = "\n".join(line["text"] for line in item["lines"])
    return RawDocument("", "", "", "", None, "", "text/plain", "utf-8", text, item["url"], None)


def samples() -> Iterator[Sample]:
    """The labelled documents that are learnt from."""
    debris = load_debris(CONFIG)
    for item in items():
        if item["view"] not in VIEWS or not (parsed := parse_text(raw_of(item))).blocks:
            continue
        ((sheet, _),) = texts_by_rules([parsed], debris, [frozenset()])
        names, matrix = features(sheet, title_of(sheet))
        labels = labels_of(sheet, item)
        still_open = np.array([float(sheet.open(line.index)) for line in sheet.lines])
        told = np.array([float(label in ("body", "debris")) for label in labels])
        story = np.array([float(label == "body") for label in labels])
        words = np.array([line.words for line in sheet.lines])
        counts = (MORE if item["view"] == CLOSEST else 1.0) / np.sqrt(max(9, len(words))) * (np.sqrt(np.minimum(words, 40.0)) + 0.5)
        yield Sample(names, matrix, words, still_open, story, still_open * told * counts, fold_of(item["domain"]))


def fold_of(domain: str) -> int:
    """The fold of a domain."""
    return zlib.crc32(domain.encode()) % FOLDS


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
    weight = np.concatenate([s.learn[learn] for s, _, learn in chosen])
    rows, story = np.concatenate([m[learn] for _, m, learn in chosen]), np.concatenate([s.story[learn] for s, _, learn in chosen])
    return rows, story, weight / weight.mean()


def layers(found: list[Sample], matrices: list[Matrix]) -> dict[int, tuple[float, Matrix]]:
    """For each fold a layer that did not see its domains."""
    return {fold: fitted(*joined(found, matrices, set(range(FOLDS)) - {fold})) for fold in range(FOLDS)}


def looked_again(found: list[Sample], first: dict[int, tuple[float, Matrix]]) -> tuple[tuple[str, ...], list[Matrix]]:
    """What the second layer sees: names of its own features, and the rows by chances of layers that did not see a sample's domain."""
    names: tuple[str, ...] = ()
    rows = []
    for sample in found:
        intercept, weights = first[sample.fold]
        chance = 1 / (1 + np.exp(-(sample.matrix @ weights + intercept)))
        names, matrix = second_look(chance, sample.matrix, sample.words, sample.open_lines)
        rows.append(matrix)
    return names, rows


def fold_models(found: list[Sample]) -> dict[int, LineModel]:
    """For each fold a model that did not see its domains."""
    first = layers(found, [s.matrix for s in found])
    more, rows = looked_again(found, first)
    second, names = layers(found, rows), found[0].names
    return {
        fold: LineModel(layer(names, first[fold]), layer((*names, *more), second[fold]), THRESHOLD, LEAST_LINES) for fold in range(FOLDS)
    }


def layer(names: tuple[str, ...], fit: tuple[float, Matrix]) -> Layer:
    """A layer as the judge uses it."""
    return Layer(fit[0], names, tuple(fit[1].tolist()))


def layer_lines(title: str, names: tuple[str, ...], layer: tuple[float, Matrix]) -> list[str]:
    """A layer as YAML, a feature a line."""
    return [f"{title}:", f"  intercept: {layer[0]:.4f}", *(f"  {name}: {weight:.4f}" for name, weight in zip(names, layer[1], strict=True))]


def main() -> None:
    """Train on everything and write."""
    if not DATA.exists():
        sys.exit(f"the labelled lines are not here: {DATA} is expected")
    found = list(samples())
    first = [s.matrix for s in found]
    more, second = looked_again(found, layers(found, first))
    every = set(range(FOLDS))
    head = [
        "# The line model: chance of a line to be story. Written by `make train-lines`; do not edit.",
        f"threshold: {THRESHOLD}",
        f"least_lines: {LEAST_LINES}",
    ]
    text = layer_lines("first", found[0].names, fitted(*joined(found, first, every)))
    text += layer_lines("second", (*found[0].names, *more), fitted(*joined(found, second, every)))
    (CONFIG / "debris" / "model.yml").write_text("\n".join([*head, *text]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

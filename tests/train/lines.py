"""Trains the line model on the labelled lines of ../shared/data/lines and writes config/line_model.csv: `make train-lines`.

Boosted trees are fitted by catboost in an environment of its own (`forests.py`). What models do on domains that they have not seen is
measured by `make bench-strip-text`, with one model for each of five groups of domains.
"""

import argparse
import bisect
import gzip
import json
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.records import RawDocument
from tasks.settings import CONFIG
from tasks.strip.features import features, table
from tasks.strip.judge import load_debris, texts_by_rules
from tasks.strip.model import FILE
from tasks.strip.stack import Column, stack_of
from tasks.strip.text import parse_text
from tasks.strip.trees import Tree
from tasks.strip.verdicts import Sheet
from tests.benchmarks.environment import peers_python
from tests.train.pages import FITTER, shortened, write_model

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lines" / "texts.jsonl.gz"
PEERS = Path(tempfile.gettempdir()) / "copydesk-peers-strip"
VIEWS = ("main", "recall", "np4k", "readab")
FOLDS, ROUNDS, TOGETHER = 5, 500, 32
SHAPE = {"depth": 5, "learning_rate": 0.06, "l2_leaf_reg": 20, "rsm": 0.15}
CLOSEST, MORE = "main", 1.5  # the view that is closest to what comes in, and what it counts

Item = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """A labelled document after the rules: a row of features for each line, which are story, what each counts in learning, its fold."""

    names: tuple[str, ...]
    rows: npt.NDArray[np.float32]
    story: Column
    learn: Column  # nothing where a line is decided, a title or neutral; lines of long documents less
    fold: int


def labels_of(sheet: Sheet, item: Item) -> list[str]:
    """The label of each line of the sheet, by where it begins."""
    starts, labels, at = [], [], 0
    for line in item["lines"]:
        starts.append(at)
        labels.append(line["label"])
        at += len(line["text"]) + 1
    return [labels[bisect.bisect_right(starts, line.start) - 1] for line in sheet.lines]


def items() -> Iterator[Item]:
    """The labelled texts of the data."""
    with gzip.open(DATA, "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def raw_of(item: Item) -> RawDocument:
    """A labelled text as the split room hands it over."""
    text = "\n".join(line["text"] for line in item["lines"])
    return RawDocument("", "", "", "", None, "", "text/plain", "utf-8", text, item["url"], None)


def samples() -> Iterator[Sample]:
    """The labelled documents that are learnt from."""
    debris = load_debris(CONFIG)
    found = [(item, parsed) for item in items() if item["view"] in VIEWS and (parsed := parse_text(raw_of(item))).blocks]
    for start in range(0, len(found), TOGETHER):
        some = found[start : start + TOGETHER]
        sheets = [sheet for sheet, _ in texts_by_rules([parsed for _, parsed in some], debris, [frozenset()] * len(some))]
        columns = features(stack_of(sheets))
        rows, at = table(columns).T, 0
        for (item, _), sheet in zip(some, sheets, strict=True):
            yield sample_of(item, sheet, tuple(columns), rows[at : at + len(sheet.lines)])
            at += len(sheet.lines)


def sample_of(item: Item, sheet: Sheet, names: tuple[str, ...], rows: npt.NDArray[np.float32]) -> Sample:
    """A labelled document with the features of its lines."""
    labels = labels_of(sheet, item)
    told = np.array(
        [sheet.open(line.index) and label in ("body", "debris") for line, label in zip(sheet.lines, labels, strict=True)], float
    )
    words = np.array([line.words for line in sheet.lines])
    counts = (MORE if item["view"] == CLOSEST else 1.0) / np.sqrt(max(9, len(words))) * (np.sqrt(np.minimum(words, 40.0)) + 0.5)
    return Sample(names, rows, np.array([float(label == "body") for label in labels]), told * counts, fold_of(item["domain"]))


def fold_of(domain: str) -> int:
    """The fold of a domain."""
    return zlib.crc32(domain.encode()) % FOLDS


def fitted(found: Sequence[Sample], environment: Path) -> list[Tree]:
    """Trees that learnt from these documents."""
    chosen = [(sample, sample.learn > 0) for sample in found]
    weights = np.concatenate([sample.learn[learn] for sample, learn in chosen])
    with tempfile.TemporaryDirectory() as work:
        source, target = Path(work, "rows.npz"), Path(work, "trees.json")
        np.savez(
            source,
            rows=np.vstack([sample.rows[learn] for sample, learn in chosen]),
            truth=np.concatenate([sample.story[learn] for sample, learn in chosen]),
            weights=weights / weights.mean(),
            names=np.array(found[0].names),
        )
        fitter = Path(__file__).with_name("forests.py")
        subprocess.run([peers_python(environment, FITTER), fitter, source, target, str(ROUNDS), json.dumps(SHAPE)], check=True)
        content = json.loads(target.read_text())
    return [Tree(tuple((name, shortened(at)) for name, at in asked), tuple(round(leaf, 3) for leaf in leaves)) for asked, leaves in content]


def fold_trees(found: Sequence[Sample], environment: Path) -> dict[int, list[Tree]]:
    """For each fold trees that did not see its domains."""
    return {fold: fitted([sample for sample in found if sample.fold != fold], environment) for fold in range(FOLDS)}


def main() -> None:
    """Train on everything and write."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--peers", type=Path, default=PEERS)
    options = parser.parse_args()
    if not DATA.exists():
        sys.exit(f"the labelled lines are not here: {DATA} is expected")
    write_model(CONFIG / FILE, fitted(list(samples()), options.peers))


if __name__ == "__main__":
    main()

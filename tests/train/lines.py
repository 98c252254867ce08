"""Trains the line model on the labelled lines of ../shared/data/lines, and on pages of ../shared/data/pages as texts, and writes config/line_model.csv: `make train-lines`.

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
from tasks.strip.judge import Debris, load_debris, texts_by_rules
from tasks.strip.model import FILE
from tasks.strip.stack import Column, stack_of
from tasks.strip.text import parse_text
from tasks.strip.trees import Tree
from tasks.strip.verdicts import Sheet
from tests.benchmarks.environment import peers_python
from tests.train.page_texts import PageText, page_texts
from tests.train.pages import FITTER, shortened, write_model

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "lines" / "texts.jsonl.gz"
PEERS = Path(tempfile.gettempdir()) / "copydesk-peers-strip"
PAGES = DATA.parents[1] / "pages"
FOLDS, ROUNDS, TOGETHER = 5, 450, 32
SHAPE = {"depth": 5, "learning_rate": 0.07, "l2_leaf_reg": 20, "rsm": 0.15}
COUNTS = {"main": 1.5, "blocks": 0.35}  # the view that is closest to what comes in counts more, the whole page less
PAGE_COUNTS = {"main": 1.0, "blocks": 0.35}

Item = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """A labelled document after the rules: a row of features for each line, which are story, what each counts in learning, its fold."""

    names: tuple[str, ...]
    rows: npt.NDArray[np.float32]
    story: Column
    learn: Column  # nothing where a line is decided or nothing is known; lines of long documents less
    fold: int


@dataclass(frozen=True)
class Told:
    """A document before it is described: its text, what it counts, its fold, and where its labels are: a labelled text, or a page."""

    raw: RawDocument
    counts: float
    fold: int
    item: Item | None = None
    page: PageText | None = None

    def labels(self, sheet: Sheet) -> tuple[Column, Column]:
        """For each line of the sheet whether it is story, and whether that is known."""
        if self.page is not None:
            return self.page.story, self.page.known
        labels = labels_of(sheet, self.item or {})
        return np.array([float(one == "body") for one in labels]), np.array([float(one in ("body", "debris")) for one in labels])


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
    """The documents that are learnt from: the labelled texts, and pages that are not among them as texts."""
    labelled = [item for item in items() if parse_text(raw_of(item)).blocks]
    texts = [Told(raw_of(item), COUNTS.get(item["view"], 1.0), fold_of(item["domain"]), item=item) for item in labelled]
    if PAGES.exists():
        for page in page_texts(PAGES, {item["url"] for item in labelled}):
            raw = raw_of({"url": page.url, "lines": [{"text": line} for line in page.lines]})
            texts.append(Told(raw, PAGE_COUNTS[page.view], fold_of(page.domain), page=page))
    debris = load_debris(CONFIG)
    for start in range(0, len(texts), TOGETHER):
        yield from described(texts[start : start + TOGETHER], debris)


def described(texts: Sequence[Told], debris: Debris) -> Iterator[Sample]:
    """Some documents with the features of their lines."""
    parsed = [parse_text(text.raw) for text in texts]
    sheets = [sheet for sheet, _ in texts_by_rules(parsed, debris, [frozenset()] * len(texts))]
    columns = features(stack_of(sheets), debris.model.talk)
    rows, at = table(columns).T, 0
    for text, sheet in zip(texts, sheets, strict=True):
        count = len(sheet.lines)
        if text.page is None or len(text.page.lines) == count:  # else lines of a page were joined, and labels say nothing
            story, known = text.labels(sheet)
            words = np.array([line.words for line in sheet.lines])
            still = np.array([float(sheet.open(line.index)) for line in sheet.lines])
            counts = text.counts / np.sqrt(max(9, count)) * (np.sqrt(np.minimum(words, 40.0)) + 0.5)
            yield Sample(tuple(columns), rows[at : at + count], story, still * known * counts, text.fold)
        at += count


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

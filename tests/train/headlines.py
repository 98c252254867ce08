"""Fit config/headlines.csv on labelled pages and print what it reaches in cross-validation by outlet group.

    python -m tests.train.headlines [--work FOLDER] [--write]

Pages are split, parsed and stripped once into FOLDER (default: a temporary one) and read from there where they are already. The
weights are those of a softmax over the titles of each page, with a ridge; every source of pages weighs the same.
"""

import argparse
import csv
import tempfile
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.normalize.article import find_origin
from tasks.normalize.headline import site_names, titles_of
from tasks.normalize.knowledge import load_knowledge
from tasks.normalize.reading import read
from tasks.normalize.titles import FILE, features, merged
from tasks.records import StrippedDocument
from tasks.settings import CONFIG, load_settings
from tasks.shards import read_records
from tasks.split.shard import split_bundles
from tests.gate.gate import SHARED, Row, rows_of
from tests.rooms import strip_shards

FOLDS, ROUNDS, RATE, RIDGE = 5, 200, 0.5, 0.002
SOURCES = ("flairNLP/fundus", "adbar/trafilatura", "Murrough-Foley/web-content-extraction-benchmark", "postlight/parser")


@dataclass
class Page:
    """The titles of a page as rows of features, which of them is the headline, and which the plain rule takes."""

    source: str
    group: str
    rows: list[dict[str, float]]
    right: list[bool]
    usual: list[bool]


def words(text: str) -> list[str]:
    """What two titles are compared by."""
    letters = "".join(c if c.isalnum() or c == "_" else " " for c in unicodedata.normalize("NFKC", text).lower())
    return letters.split()


def shards_in(work: Path) -> list[Path]:
    """The shards of the labelled pages, made where they are missing."""
    if (work / "boilerplate.parquet").exists():
        return sorted((work / "shards").iterdir())
    shards = split_bundles([str(SHARED / "data/pages/pages.jsonl.zst")], work, load_settings(CONFIG))
    strip_shards(shards, work)
    return shards


def pages_of(work: Path) -> Iterator[Page]:
    """Each labelled page whose titles are known."""
    knowledge = load_knowledge(CONFIG)
    gold: dict[str, Row] = {
        row["id"]: row for row in rows_of(SHARED / "data/pages/gold.jsonl.zst") if "title" in row["tasks"] and row.get("title")
    }
    for stripped in (one for shard in shards_in(work) for one in read_records(shard / "stripped.parquet", StrippedDocument)):
        truth = gold.get(stripped.parsed.document.source_id or "")
        if truth is None:
            continue
        reading = read(stripped)
        facts = find_origin(reading, knowledge).published.facts
        found, usual = titles_of(reading, site_names(reading, facts.name if facts else None, facts.domain if facts else None))
        titles = merged([title for title, _ in found])
        if titles:
            right = [words(title.text) == words(truth["title"]) for title in titles]
            rows = features(titles, usual)
            yield Page(truth["source_repo"], str(truth["group"]), rows, right, [title.key == usual for title in titles])


def fitted(pages: Sequence[Page], names: Sequence[str]) -> NDArray[np.float64]:
    """Weights by which the headline comes first most surely; pages without it teach nothing."""
    taught = [page for page in pages if any(page.right) and not all(page.right)]
    share: dict[str, int] = defaultdict(int)
    for page in taught:
        share[page.source] += 1
    tables = [np.array([[row.get(name, 0.0) for name in names] for row in page.rows]) for page in taught]
    truths = [np.array(page.right, float) / sum(page.right) for page in taught]
    heavy = [1.0 / (share[page.source] * len(share)) for page in taught]
    weights = np.zeros(len(names))
    for _ in range(ROUNDS):
        slope = -RIDGE * weights
        for table, truth, weight in zip(tables, truths, heavy, strict=True):
            slope += weight * (truth - softmax(table @ weights)) @ table
        weights = weights + RATE * slope
    return weights


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum(), dtype=np.float64)


def fold(group: str) -> int:
    """The part of the data that an outlet group belongs to."""
    return zlib.crc32(group.encode()) % FOLDS


def hit(page: Page, weights: NDArray[np.float64], names: Sequence[str]) -> bool:
    """Whether the title that ranks first is the headline."""
    table = np.array([[row.get(name, 0.0) for name in names] for row in page.rows])
    return page.right[int(np.argmax(np.round(table @ weights, 4)))]


def report(pages: Sequence[Page], names: Sequence[str]) -> Iterator[str]:
    """A line for each source: the plain rule, the ranking on outlets that it did not see, a perfect choice."""
    models = [fitted([page for page in pages if fold(page.group) != part], names) for part in range(FOLDS)]
    for source in SOURCES:
        mine = [page for page in pages if page.source == source]
        plainly = np.mean([any(r and u for r, u in zip(page.right, page.usual, strict=True)) for page in mine])
        ranked = np.mean([hit(page, models[fold(page.group)], names) for page in mine])
        yield f"{source}: {len(mine)} pages, plain rule {plainly:.3f}, ranking {ranked:.3f}, perfect choice {np.mean([any(p.right) for p in mine]):.3f}"


def asked(doc: str | None, pages: Callable[[Path], Iterable[Any]]) -> tuple[list[Any], bool]:
    """What the command line asks for: the pages of its folder, and whether to write the weights."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return list(pages(args.work or Path(folder))), args.write


def main() -> None:
    pages, write = asked(__doc__, pages_of)
    names = sorted({name for page in pages for row in page.rows for name in row})
    print("\n".join(report(pages, names)))
    if write:
        with (CONFIG / FILE).open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out, lineterminator="\n")
            table.writerows([("feature", "weight"), *zip(names, (f"{w:.3f}" for w in fitted(pages, names)), strict=True)])


if __name__ == "__main__":
    main()

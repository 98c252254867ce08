"""Fit config/people/ranking.csv on labelled pages and print what it reaches in cross-validation by outlet group.

    python -m tests.train.people [--work FOLDER] [--write]

Pages are split, parsed and stripped once into FOLDER (default: a temporary one) and read from there where they are already. The
weights are those of a logistic regression over the names that a page's bylines hold, with a ridge; every source of pages weighs
the same. Truth are the people among the labelled names, read as the contract asks: agencies, outlets and desks (`nobody.txt`)
are left out, `A and B` are two, a degree is no part of a name.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks.normalize.authors import bylines_read, places_of
from tasks.normalize.byline import People
from tasks.normalize.headline import site_names
from tasks.normalize.knowledge import load_knowledge
from tasks.normalize.outlet import find_outlet
from tasks.normalize.reading import read
from tasks.normalize.signers import FILE, Place, believed, features
from tasks.records import StrippedDocument
from tasks.settings import CONFIG
from tasks.shards import read_records
from tasks.text import name_key
from tests.gate.gate import SHARED, Row, rows_of
from tests.train.headlines import FOLDS, SOURCES, asked, fold, shards_in, words

ROUNDS, RATE, RIDGE = 400, 0.2, 0.001
MOMENTUM, SCALE = 0.9, 0.99  # of the optimiser's averages
NOBODY = frozenset(
    tuple(words(line)) for line in (Path(__file__).parent / "nobody.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
)


@dataclass
class Page:
    """The names of a page as rows of features, which of them signed, and its labels: all of them, and the people among them."""

    source: str
    group: str
    places: list[Place]
    rows: dict[str, dict[str, float]]
    truth: frozenset[str]
    labels: frozenset[tuple[str, ...]]
    people: frozenset[tuple[str, ...]]


def pages_of(work: Path) -> Iterator[Page]:
    """Each page whose authors are labelled."""
    knowledge = load_knowledge(CONFIG)
    judge = People(knowledge.lexicon, knowledge.registry, knowledge.wires)
    gold: dict[str, Row] = {row["id"]: row for row in rows_of(SHARED / "data/pages/gold.jsonl.zst") if "authors" in row["tasks"]}
    for stripped in (one for shard in shards_in(work) for one in read_records(shard / "stripped.parquet", StrippedDocument)):
        truth = gold.get(stripped.parsed.document.source_id or "")
        if truth is None or truth.get("authors") is None:
            continue
        reading = read(stripped)
        facts = find_outlet(reading, knowledge.registry, knowledge.wires, None).facts
        names = frozenset(site_names(reading, facts.name if facts else None, None))
        places, scene = places_of(reading, bylines_read(reading, judge, names, facts.country if facts else None), judge, names)
        labels = frozenset(tuple(words(name)) for name in truth["authors"]) - {()}
        signed = [
            author for name in truth["authors"] if tuple(words(name)) not in NOBODY for author in judge.read(name, single=True).authors
        ]
        people = frozenset(name_key(author.name) for author in signed)
        yield Page(truth["source_repo"], str(truth["group"]), places, features(places, scene), people, labels, labels - NOBODY)


def fitted(pages: Sequence[Page], names: Sequence[str]) -> NDArray[np.float64]:
    """Weights by which names of people who signed are told from others."""
    taught = [page for page in pages if page.rows]
    share = Counter(page.source for page in taught)
    table = np.array([[row.get(name, 0.0) for name in names] for page in taught for row in page.rows.values()])
    truth = np.array([float(key in page.truth) for page in taught for key in page.rows])
    heavy = np.array([1.0 / (share[page.source] * len(share) * len(page.rows) ** 0.5) for page in taught for _ in page.rows])
    weights, mean, square = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, ROUNDS + 1):
        slope = ((truth - 1 / (1 + np.exp(-table @ weights))) * heavy) @ table - RIDGE * weights
        mean, square = MOMENTUM * mean + (1 - MOMENTUM) * slope, SCALE * square + (1 - SCALE) * slope * slope
        move = (mean / (1 - MOMENTUM**step)) / (np.sqrt(square / (1 - SCALE**step)) + 1e-9)
        weights = weights + RATE * (1 - step / ROUNDS) * move
    return weights


def chosen(page: Page, names: Sequence[str], weights: NDArray[np.float64]) -> tuple[str, ...]:
    """The names that are believed."""
    known = dict(zip(names, weights, strict=True))
    score = {key: sum(known[name] * value for name, value in row.items() if name in known) for key, row in page.rows.items()}
    place = believed(page.places, score)
    return place.names if place else ()


def agreement(said: frozenset[tuple[str, ...]] | frozenset[str], truth: frozenset[tuple[str, ...]] | frozenset[str]) -> float:
    """F1 of two sets of names."""
    return 2 * len(said & truth) / (len(said) + len(truth))


def report(pages: Sequence[Page], answers: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A line for each source: F1 as labelled, of the people among the labels, of these as the contract reads them; false authors."""
    for source in SOURCES:
        mine = [(page, answer) for page, answer in zip(pages, answers, strict=True) if page.source == source]
        said = [(page, frozenset(tuple(words(name)) for name in answer)) for page, answer in mine]
        labelled = [agreement(names, page.labels) for page, names in said if page.labels]
        people = [agreement(names, page.people) for page, names in said if page.people]
        contract = [agreement(frozenset(map(name_key, answer)), page.truth) for page, answer in mine if page.truth]
        false = [bool(answer) for page, answer in mine if not page.people]
        ceiling = [agreement(page.people, page.labels) for page, _ in said if page.labels]
        figures = (
            ("as labelled", labelled),
            ("people alone would", ceiling),
            ("people", people),
            ("read as asked", contract),
            ("false where none", false),
        )
        yield f"{source}: " + ", ".join(f"{name} {np.mean(found):.3f} ({len(found)})" for name, found in figures)


def main() -> None:
    pages, write = asked(__doc__, pages_of)
    names = sorted({name for page in pages for row in page.rows.values() for name in row})
    models = [fitted([page for page in pages if fold(page.group) != part], names) for part in range(FOLDS)]
    plainly = [next((place.names for place in page.places if place.usual), ()) for page in pages]
    print("the plain rule", *report(pages, plainly), sep="\n")
    print("the ranking, on outlets that it did not see", *report(pages, [chosen(p, names, models[fold(p.group)]) for p in pages]), sep="\n")
    if write:
        with (CONFIG / FILE).open("w", encoding="utf-8", newline="") as out:
            rows = zip(names, (f"{weight:.3f}" for weight in fitted(pages, names)), strict=True)
            csv.writer(out, lineterminator="\n").writerows([("feature", "weight"), *rows])


if __name__ == "__main__":
    main()

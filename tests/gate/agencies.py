"""Whose text it is: the published `agency_id` against pages that were labelled by hand.

    .venv/bin/python tests/gate/agencies.py OUT

OUT is what `copydesk run` published of the labelled pages in ../shared/data/pages. `agency_labels.csv` holds ids and labels alone, an
empty one for a text of no agency: every page of which the product or a search for agencies' names in bylines, first and last lines
found something to read, the doubtful ones left out, and a draw of pages by hash. Exit 1 below a precision of 0.98 or a recall of 0.90.
"""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.dataset as ds

LABELS = Path(__file__).with_name("agency_labels.csv")
PRECISION, RECALL = 0.98, 0.90


def published(out: Path) -> dict[str, str | None]:
    """The agency of each published document, by the id that its bundle gave."""
    tables = [ds.dataset(str(out / name), format="parquet").to_table(columns=["source_id", "agency_id"]) for name in ("articles", "copies")]
    return {row["source_id"]: row["agency_id"] for table in tables for row in table.to_pylist()}


def labels() -> dict[str, str | None]:
    """The labelled agency of each page by its id, None for a text of no agency."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["agency"] or None for row in csv.DictReader(lines)}


def compared(wanted: Mapping[str, str | None], said: Mapping[str, str | None]) -> list[tuple[str, str | None, str | None]]:
    """Id, label and answer of each labelled page."""
    return [(name, agency, said.get(name)) for name, agency in wanted.items()]


def figures(pairs: Sequence[tuple[str, str | None, str | None]]) -> dict[str, float]:
    """How many texts there are, precision and recall of the agencies that are stated."""
    right = sum(wanted is not None and wanted == got for _, wanted, got in pairs)
    stated, there = sum(got is not None for _, _, got in pairs), sum(wanted is not None for _, wanted, _ in pairs)
    return {"texts": len(pairs), "precision": round(right / max(1, stated), 4), "recall": round(right / max(1, there), 4)}


def main(out: Path) -> int:
    """Print the figures, and each miss on stderr."""
    pairs = compared(labels(), published(out))
    for name, wanted, got in pairs:
        if wanted != got:
            print(f"{name}: {got}, not {wanted}", file=sys.stderr)
    found = figures(pairs)
    print(json.dumps(found))
    return 0 if found["precision"] >= PRECISION and found["recall"] >= RECALL else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

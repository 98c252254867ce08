"""Whose text it is: the published `agency_id` against pages that were labelled by hand.

    .venv/bin/python tests/gate/agencies.py OUT

OUT is what `copydesk run` published of the labelled pages in ../shared/data/pages. `agency_labels.csv` holds ids and labels alone, an
empty one for a text of no agency: every page of which the product or a search for agencies' names in bylines, first and last lines
found something to read, the doubtful ones left out, and a draw of pages by hash. Exit 1 below a precision of 0.98 or a recall of 0.90.
"""

import csv
import json
import sys
from pathlib import Path

import pyarrow.dataset as ds

LABELS = Path(__file__).with_name("agency_labels.csv")
PRECISION, RECALL = 0.98, 0.90


def published(out: Path) -> dict[str, str | None]:
    """The agency of each published document, by the id that its bundle gave."""
    tables = [ds.dataset(str(out / name), format="parquet").to_table(columns=["source_id", "agency_id"]) for name in ("articles", "copies")]
    return {row["source_id"]: row["agency_id"] for table in tables for row in table.to_pylist()}


def main(out: Path) -> int:
    """Print the figures, and each miss on stderr."""
    rows = published(out)
    with LABELS.open(encoding="utf-8", newline="") as lines:
        pairs = [(row["id"], row["agency"] or None, rows.get(row["id"])) for row in csv.DictReader(lines)]
    for name, wanted, got in pairs:
        if wanted != got:
            print(f"{name}: {got}, not {wanted}", file=sys.stderr)
    right = sum(wanted is not None and wanted == got for _, wanted, got in pairs)
    stated, there = sum(got is not None for _, _, got in pairs), sum(wanted is not None for _, wanted, _ in pairs)
    precision, recall = right / max(1, stated), right / max(1, there)
    print(json.dumps({"texts": len(pairs), "precision": round(precision, 4), "recall": round(recall, 4)}))
    return 0 if precision >= PRECISION and recall >= RECALL else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""Each value that the room fills has its evidence in what is published, each candidate that lost its reason, and `explain` shows both."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from tests.conftest import Run

FIELDS = (
    *("headline", "alternative_headline", "authors", "published_date", "modified_date", "outlet_name", "agency_id"),
    *("dateline_place", "language", "section", "syndicated_via", "canonical_url"),
)
Rows = list[dict[str, Any]]


def accepted(out: Path) -> Rows:
    """The rows of articles and copies."""
    rows: Rows = [row for name in ("articles", "copies") for row in ds.dataset(str(out / name)).to_table().to_pylist()]
    return rows


def of_field(out: Path, field: str) -> dict[str, Rows]:
    """The evidence for one field by document, in the order of ranks."""
    found: dict[str, Rows] = {}
    table = ds.dataset(str(out / "evidence")).to_table(filter=ds.field("field") == field)
    for row in sorted(table.to_pylist(), key=lambda row: row["rank"]):
        found.setdefault(row["document_id"], []).append(row)
    return found


@pytest.mark.parametrize("field", FIELDS)
def test_a_value_has_its_evidence(seeds_output: Path, field: str) -> None:
    evidence = of_field(seeds_output, field)
    filled = [row for row in accepted(seeds_output) if row[field]]
    assert filled
    for row in filled:
        taken = evidence[row["document_id"]][0]
        shown = row[field][0]["name"] if field == "authors" else str(row[field])
        assert taken["rank"] == 0 and taken["source"] and taken["rule"]
        if field.endswith("_date"):  # an instant is on record in its own zone
            assert abs((date.fromisoformat(taken["value"][:10]) - row[field]).days) <= 1
        else:
            assert taken["value"] == shown


def test_a_candidate_that_lost_has_its_reason(seeds_output: Path) -> None:
    lost = [row for row in ds.dataset(str(seeds_output / "evidence")).to_table().to_pylist() if row["rank"] > 0]
    assert {"headline", "authors", "published_date", "agency_id"} <= {row["field"] for row in lost}
    assert all(row["reason"] and row["source"] for row in lost)


def test_explain_shows_what_was_taken_and_why_the_others_lost(seeds_output: Path, copydesk: Run) -> None:
    evidence = of_field(seeds_output, "published_date")
    document, rows = next((document, rows) for document, rows in evidence.items() if len(rows) > 1 and rows[0]["rank"] == 0)
    answer = json.loads(copydesk("explain", document, "--out", str(seeds_output), "--json").stdout)
    told = [row for row in answer["evidence"] if row["field"] == "published_date"]
    assert [(row["value"], row["source"], row["rule"], row["reason"]) for row in told] == [
        (row["value"], row["source"], row["rule"], row["reason"]) for row in rows
    ]
    shown = copydesk("explain", document, "--out", str(seeds_output)).stdout
    assert all(row["rule"] in shown and (row["reason"] or "") in shown for row in rows)

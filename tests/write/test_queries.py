"""docs/queries.md: every query runs as it stands, in DuckDB and in Polars, and both say the same; what they say is right."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tasks.write.schema import DATASETS
from tests.conftest import ROOT

from .made import Input, Made, make, publish, with_fields

PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
QUERIES = dict(zip(re.findall(r"^## (.+)$", PAGE, re.M), re.findall(r"```sql\n(.+?)```", PAGE, re.S), strict=True))
Rows = list[tuple[Any, ...]]


def by_duckdb(query: str, out: Path) -> Rows:
    return duckdb.sql(query.replace("'data/", f"'{out}/")).fetchall()


def by_polars(query: str, out: Path) -> Rows:
    tables = {dataset: pl.scan_parquet(out / dataset) for dataset in DATASETS}
    return pl.SQLContext(tables).execute(re.sub(r"'data/(\w+)/\*\.parquet'", r"\1", query)).collect().rows()


def plain_values(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return [
        tuple(float(value) if isinstance(value, int | float) or "Decimal" in type(value).__name__ else value for value in row)
        for row in rows
    ]


def document(identity: str, words: int, outlet: str | None, story: Made | None = None, relation: str | None = None, **fields: Any) -> Made:
    """A document of an outlet with so many words in its body and ten characters of debris."""
    body = " ".join(f"{identity[-1]}word{i}" for i in range(words))
    made = make(
        identity, [("paragraph", body), ("whitespace", "\n"), ("share", "Share this")], story and story.article.document_id, relation
    )
    return with_fields(made, outlet_domain=outlet, **fields)


@pytest.fixture(scope="module")
def made() -> dict[str, Made]:
    """A story with a version, a fuller copy and one whose outlet nobody knows; a story of an agency; one alone."""
    first = document("https://a.example/1", 20, "meadowmercury.example")
    found = {"first": first, "agency": document("https://c.example/2", 30, "c.example", agency_id="reuters")}
    found["alone"] = document("https://c.example/3", 10, "c.example", agency_id="ap")
    changed = document("https://a.example/1", 21, "meadowmercury.example", first, "version")
    found["version"] = with_fields(changed, previous_version=first.article.document_id)
    found["full"] = document("https://b.example/1", 40, "b.example", first, "extended")
    found["unknown"] = document("path:x/y.txt", 19, None, first, "near")
    return found


@pytest.fixture(scope="module")
def out(made: dict[str, Made], tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("queries")
    publish(work / "out", work / "w", Input(tuple(made.values())))
    return work / "out"


@pytest.mark.parametrize("title", QUERIES)
def test_engines_agree(title: str, out: Path, seeds_output: Path) -> None:
    for place in (out, seeds_output):
        one, other = (plain_values(engine(QUERIES[title], place)) for engine in (by_duckdb, by_polars))
        assert one == other
    assert by_duckdb(QUERIES[title], out)


@pytest.mark.parametrize("title", QUERIES)
def test_on_empty_datasets(title: str, tmp_path: Path) -> None:
    from .made import reject

    publish(tmp_path / "out", tmp_path / "w", Input((), (reject(1),)))
    assert by_duckdb(QUERIES[title], tmp_path / "out") == by_polars(QUERIES[title], tmp_path / "out") == []


def answer(title: str, out: Path) -> Rows:
    return by_duckdb(QUERIES[title], out)


def test_what_they_say(made: dict[str, Made], out: Path) -> None:
    ids = {name: one.article.document_id for name, one in made.items()}
    newest = {row[2] for row in answer("The newest version of each story", out)}
    assert newest == set(ids.values()) - {ids["first"]}
    fullest = dict(row[:2] for row in answer("The fullest text of each story", out))
    assert fullest == {ids["first"]: ids["full"], ids["agency"]: ids["agency"], ids["alone"]: ids["alone"]}
    carried = {row[0]: row[2:] for row in answer("One article a story, with the number of outlets that carried it", out)}
    assert carried == {ids["first"]: (2, 4), ids["agency"]: (1, 1), ids["alone"]: (1, 1)}
    assert [(str(day), count) for day, count in answer("Articles of one agency by day", out)] == [("2024-04-30", 1)]
    debris = {row[:2]: row[2] for row in answer("Debris by outlet", out)}
    assert debris == {
        (outlet, "share"): 10 * count
        for outlet, count in Counter(["meadowmercury.example"] * 2 + ["b.example"] + ["c.example"] * 2).items()
    }
    everything = {row[3] for row in answer("Everything from one outlet, with its copies", out)}
    assert everything == {ids[name] for name in ("first", "version", "full", "unknown")}


def test_every_question_of_the_page_is_tried() -> None:
    assert len(QUERIES) == 6

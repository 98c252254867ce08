"""What is published is read by path alone: pandas, pyarrow.dataset, Polars, DuckDB and Hugging Face datasets; empty or of several releases."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest

from tasks.write.schema import DATASETS, schema_for

from .made import Input, publish, reject, some


def by_pandas(out: Path, dataset: str) -> tuple[int, list[str]]:
    table = pd.read_parquet(out / dataset)
    return len(table), list(table.columns)


def by_pyarrow(out: Path, dataset: str) -> tuple[int, list[str]]:
    table = ds.dataset(str(out / dataset), format="parquet").to_table()
    return table.num_rows, table.column_names


def by_polars(out: Path, dataset: str) -> tuple[int, list[str]]:
    table = pl.read_parquet(out / dataset)
    assert pl.scan_parquet(out / dataset).collect().height == table.height
    return table.height, table.columns


def by_duckdb(out: Path, dataset: str) -> tuple[int, list[str]]:
    found = duckdb.sql(f"select * from '{out}/{dataset}/*.parquet'")
    return len(found.fetchall()), found.columns


READERS = [by_pandas, by_pyarrow, by_polars, by_duckdb]

# In a process of its own: the library wants its settings before it is imported, and is slow to be.
BY_HUGGING_FACE = """
import json, sys
from datasets import load_dataset
found = {}
for path in sys.argv[1:]:
    rows = load_dataset(path, split="train", streaming=True)
    several = list(rows)
    whole = load_dataset(path, split="train") if several else None  # of no rows at all the library makes an error of its own
    assert whole is None or list(whole) == several
    found[path] = [len(several), rows.column_names, several[:1]]
print(json.dumps(found, default=str))
"""


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    work = tmp_path_factory.mktemp("readers")
    publish(work / "rejects-only", work / "w0", Input((), (reject(1),)))
    for number in range(3):
        run = Input(some(10 * number, 6, number), (reject(number),), bundle=str(number), memory={"signatures": b"1"})
        publish(work / "several", work / f"w{number + 1}", run)
    return {"rejects-only": work / "rejects-only", "several": work / "several"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_empty_and_several(outs: dict[str, Path], reader: Callable[[Path, str], tuple[int, list[str]]], dataset: str) -> None:
    empty = {"rejects": 1, "runs": 1}
    several = {"articles": 15, "copies": 3, "removed": 18 * 6, "evidence": 36, "rejects": 3, "runs": 3}
    for name, expected in (("rejects-only", empty), ("several", several)):
        rows, columns = reader(outs[name], dataset)
        assert rows == expected.get(dataset, 0)
        assert columns == schema_for(dataset).names


def test_values(outs: dict[str, Path]) -> None:
    articles, copies = (f"'{outs['several']}/{name}/*.parquet'" for name in ("articles", "copies"))
    wanted = "published_date, captions[1].credit, authors[1].name, keywords, fetched_at"
    rows = duckdb.sql(f"select {wanted} from {articles} limit 1").fetchall()
    day, credit, name, keywords, fetched = rows[0]
    assert (str(day), credit, name, keywords, fetched) == ("2024-04-30", "A. Credit", "Ann Example", ["one", "two"], None)
    joined = duckdb.sql(f"select count(*) from {copies} c join {articles} a on c.copy_of = a.document_id").fetchall()
    assert joined == [(3,)]
    assert pl.read_parquet(outs["several"] / "removed").filter(pl.col("class") == "share")["text"].unique().to_list() == ["Share this"]


def test_hugging_face(outs: dict[str, Path], tmp_path: Path) -> None:
    paths = [str(out / dataset) for out in outs.values() for dataset in DATASETS]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "PYTHONWARNINGS"))}
    environment = kept | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run([sys.executable, "-c", BY_HUGGING_FACE, *paths], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    for name, out in outs.items():
        for dataset in DATASETS:
            rows, columns, first = found[str(out / dataset)]
            assert (rows, columns) == by_pyarrow(out, dataset), (name, dataset)
            assert all(set(row) == set(columns) for row in first)
    assert found[str(outs["several"] / "articles")][2][0]["captions"] == [{"text": "A caption", "credit": "A. Credit"}]

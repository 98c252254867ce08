"""The schemas: described, versioned, and documented in docs/schema.md."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.records import Article, Evidence, Reject, Removed
from tasks.shards import hints
from tasks.write.parquet import leaf_names, write_empty, writer_options
from tasks.write.schema import DATASETS, SCHEMA_VERSION, data_dictionary, schema_for

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"


def test_page_agrees_with_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(), "run `copydesk schema > docs/schema.md`"


@pytest.mark.parametrize("dataset", DATASETS)
def test_each_column_is_described(dataset: str) -> None:
    schema = schema_for(dataset)
    assert all(field.metadata[b"description"] for field in schema)
    assert len(set(schema.names)) == len(schema.names)
    assert schema.metadata[b"copydesk.schema_version"] == str(SCHEMA_VERSION).encode()


@pytest.mark.parametrize("dataset", DATASETS)
def test_empty_file_has_schema_and_no_row_group(dataset: str, tmp_path: Path) -> None:
    write_empty(tmp_path / "x.parquet", dataset)
    file = pq.ParquetFile(tmp_path / "x.parquet")
    assert file.metadata.num_row_groups == 0
    assert file.schema_arrow.equals(schema_for(dataset), check_metadata=True)


def test_every_field_of_the_records_is_published() -> None:
    published = set(schema_for("articles").names)
    assert set(hints(Article)) - published == {"published", "modified"}
    assert set(hints(Removed)) - set(schema_for("removed").names) == {"kind"}
    assert set(hints(Evidence)) <= set(schema_for("evidence").names)
    assert set(hints(Reject)) <= set(schema_for("rejects").names)


def test_types_of_the_contract() -> None:
    schema = schema_for("copies")
    assert schema.field("word_count").type == pa.int32()
    assert schema.field("body_confidence").type == schema.field("similarity").type == pa.float32()
    assert schema.field("published_date").type == schema.field("modified_date").type == pa.date32()
    assert schema.field("published_at").type == schema.field("fetched_at").type == pa.timestamp("us", "UTC")
    assert schema.names[: len(schema_for("articles").names)] == schema_for("articles").names


@pytest.mark.parametrize("dataset", DATASETS)
def test_options_name_columns_that_exist(dataset: str) -> None:
    leaves = set(leaf_names(schema_for(dataset)))
    options = writer_options(dataset)
    assert set(options["use_dictionary"]) <= leaves
    assert set(options["write_statistics"]) <= leaves
    assert set(options.get("bloom_filter_options", {})) <= leaves

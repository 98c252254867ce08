"""Tables whose cells hold pages are tables; folders without a document are a run of nothing."""

import csv
from pathlib import Path

from tasks.records import RawDocument
from tasks.settings import load_settings
from tasks.shards import read_records
from tasks.split.shard import split_bundles

PAGE = "<html><body><h1>Ferry {n}</h1><p>The ferry came back to the harbour.</p><p>It was late.</p></body></html>"


def documents(bundle: Path, work: Path) -> list[RawDocument]:
    return [
        one
        for shard in split_bundles([str(bundle)], work, load_settings())
        for one in read_records(shard / "documents.parquet", RawDocument)
    ]


def test_pages_in_the_cells_of_a_csv(tmp_path: Path) -> None:
    with (tmp_path / "pages.csv").open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["url", "html"])
        rows.writerows([f"https://quay.example/{n}", PAGE.format(n=n)] for n in range(3))
    found = documents(tmp_path / "pages.csv", tmp_path / "work")
    assert [(one.url, one.media_type) for one in found] == [(f"https://quay.example/{n}", "text/html") for n in range(3)]


def test_a_page_with_the_name_of_a_table_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "page.csv").write_text(PAGE.format(n=1))
    (one,) = documents(tmp_path / "page.csv", tmp_path / "work")
    assert one.media_type == "text/html"


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert len(split_bundles([str(tmp_path / "empty")], tmp_path / "work", load_settings())) == 1


def test_a_word_for_a_url_identifies_nothing(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(
        '{"url": 7, "text": "The ferry came back."}\n{"url": "https://quay.example/a", "text": "It was late."}\n'
    )
    assert [one.url for one in documents(tmp_path / "rows.jsonl", tmp_path / "work")] == [None, "https://quay.example/a"]

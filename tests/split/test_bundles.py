"""Folders, files and URLs: every file is one document or one reject, in an order of its own."""

import os
from pathlib import Path

import pytest

from tasks.records import Given, RawDocument, Reject
from tasks.settings import load_settings
from tasks.shards import read_records
from tasks.split.bundles import in_order
from tasks.split.errors import BundleError
from tasks.split.identity import document_id, sha256
from tasks.split.shard import split_bundles
from tests.split.conftest import Split, page, story


def test_a_folder_gives_its_files_in_order(tmp_path: Path, split: Split) -> None:
    bundle = tmp_path / "news"
    (bundle / "b").mkdir(parents=True)
    (bundle / "c.html").write_text(page(1))
    (bundle / "b" / "a.txt").write_text(story(2))
    (bundle / "a.txt").write_text(story(3))
    documents, rejects = split(bundle)
    assert [d.source_member for d in documents] == ["a.txt", "b/a.txt", "c.html"]
    assert [d.media_type for d in documents] == ["text/plain", "text/plain", "text/html"]
    assert documents[0].identity == "path:news/a.txt"
    assert documents[0].text == story(3)
    assert documents[0].document_id == document_id("path:news/a.txt", sha256(story(3).encode()))
    assert not rejects


def test_a_file_is_called_by_its_own_name(tmp_path: Path, split: Split) -> None:
    path = tmp_path / "one.txt"
    path.write_text(story(1))
    (document,), _ = split(path)
    assert (document.source_bundle, document.source_member) == ("one.txt", "one.txt")
    assert split(f"file://{path}")[0] == [document]


def test_the_order_of_arguments_does_not_count(tmp_path: Path, split: Split) -> None:
    paths = []
    for folder in ("y", "x"):
        (tmp_path / folder).mkdir()
        for name in ("b.txt", "a.txt"):
            paths.append(tmp_path / folder / name)
            paths[-1].write_text(story(len(paths)))
    assert split(*paths) == split(*reversed(paths))
    assert len(split(*paths, *paths)[0]) == 4
    assert [b.name for b in in_order([str(p) for p in paths])] == ["a.txt", "a.txt", "b.txt", "b.txt"]


def test_a_missing_bundle_is_one_clear_line(tmp_path: Path, split: Split) -> None:
    with pytest.raises(BundleError) as caught:
        split(tmp_path / "nowhere.txt")
    assert "nowhere.txt" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(BundleError):
        split("nosuchscheme://x/y")


def test_remote_bundles_come_through_fsspec(split: Split) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe({"/wire/b.txt": story(1).encode(), "/wire/a/c.html": page(2).encode()})
    documents, rejects = split("memory://wire")
    assert [(d.source_bundle, d.source_member) for d in documents] == [("wire", "a/c.html"), ("wire", "b.txt")]
    assert not rejects


def test_links_pipes_and_dangling_names_are_rejects(tmp_path: Path, split: Split) -> None:
    (tmp_path / "secret.txt").write_text(story(9))
    bundle = tmp_path / "news"
    bundle.mkdir()
    (bundle / "good.txt").write_text(story(1))
    (bundle / "out.txt").symlink_to(tmp_path / "secret.txt")
    (bundle / "loop").symlink_to(bundle)
    (bundle / "gone.txt").symlink_to(bundle / "nothing.txt")
    os.mkfifo(bundle / "pipe.txt")
    documents, rejects = split(bundle)
    assert [d.source_member for d in documents] == ["good.txt"]
    assert {r.source_member: r.reason for r in rejects} == {
        "out.txt": "unsafe-path",
        "loop": "not-a-file",
        "gone.txt": "unreadable",
        "pipe.txt": "not-a-file",
    }
    assert len({r.document_id for r in rejects}) == 4


def test_names_that_are_not_utf8_become_text(tmp_path: Path, split: Split) -> None:
    bundle = tmp_path / "news"
    bundle.mkdir()
    with open(os.fsencode(bundle) + b"/caf\xe9.txt", "wb") as handle:  # noqa: PTH123 - a name of bytes
        handle.write(story(1).encode())
    (document,), _ = split(bundle)
    assert document.source_member == "caf\\xe9.txt"


def test_companions_tell_what_is_known_of_the_files(tmp_path: Path, split: Split) -> None:
    bundle = tmp_path / "news"
    bundle.mkdir()
    (bundle / "a.txt").write_text(story(1))
    (bundle / "b.txt").write_text(story(2))
    (bundle / "bundle.csv").write_text(
        "path,url,fetched_at,publisher\na.txt,https://News.Example/a#top,2024-03-03T10:00:00+01:00,The Courier\n"
    )
    (first, second), rejects = split(bundle)
    assert first.url == "https://News.Example/a#top"
    assert first.identity == "https://news.example/a"
    assert first.fetched_at is not None and first.fetched_at.isoformat() == "2024-03-03T09:00:00+00:00"
    assert Given("outlet", "The Courier", "bundle.csv.publisher") in first.given
    assert second.identity == "path:news/b.txt" and not rejects


def test_shards_are_cut_by_documents(tmp_path: Path) -> None:
    bundle = tmp_path / "rows.jsonl"
    bundle.write_text("".join(f'{{"text": "Story number {i} was told in the market square."}}\n' for i in range(25)) + "no row\n")
    settings = load_settings()
    small = settings.pipeline.model_copy(update={"shards": settings.pipeline.shards.model_copy(update={"documents": 10})})
    folders = split_bundles([str(bundle)], tmp_path / "work", settings.model_copy(update={"pipeline": small}))
    assert [f.name for f in folders] == ["00000", "00001", "00002"]
    assert [len(read_records(f / "documents.parquet", RawDocument)) for f in folders] == [10, 10, 5]
    assert [len(read_records(f / "rejects-split.parquet", Reject)) for f in folders] == [0, 0, 1]
    assert split_bundles([str(bundle)], tmp_path / "work", settings)[0].name == "00000"

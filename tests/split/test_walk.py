"""What ends the process while bundles are split is refused with its place, and all that lies before and behind it comes out."""

import ctypes
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.records import RawDocument, Reject
from tasks.settings import Limits, Settings, Shards, load_settings
from tasks.shards import read_records
from tasks.split import finish, mails, registry, warcs
from tasks.split.errors import BundleError
from tasks.split.shard import split_bundles
from tasks.split.source import Item, Source
from tests.split.conftest import page, story
from tests.split.test_warcs import record

Outcome = tuple[list[RawDocument], list[Reject]]


def settings(documents: int = 2) -> Settings:
    """Shards of two documents, and a second for each."""
    known = load_settings()
    pipeline = known.pipeline.model_copy(
        update={"shards": Shards(documents=documents), "limits": Limits(seconds=1, clock_seconds=60, memory_megabytes=300)}
    )
    return known.model_copy(update={"pipeline": pipeline})


def outcome(work: Path, *bundles: Path, documents: int = 2) -> Outcome:
    folders = split_bundles([str(bundle) for bundle in bundles], work, settings(documents))
    assert [folder.name for folder in folders] == [f"{number:05d}" for number in range(len(folders))]
    found = [read_records(folder / "documents.parquet", RawDocument) for folder in folders]
    refused = [read_records(folder / "rejects-split.parquet", Reject) for folder in folders]
    return [one for some in found for one in some], [one for some in refused for one in some]


def segfault() -> None:
    ctypes.string_at(0)


def loop() -> None:
    while True:
        pass


def eat() -> None:
    held = []
    while True:
        held.append(bytearray(1 << 22))


def deadly(real: Callable[..., Any], mark: bytes, deed: Callable[[], None]) -> Callable[..., Any]:
    """A function that does the deed where its first argument holds the mark."""

    def call(first: Any, *rest: Any, **options: Any) -> Any:
        data = first if isinstance(first, bytes) else first.data
        if data and mark in data:
            deed()
        return real(first, *rest, **options)

    return call


@pytest.mark.parametrize(("deed", "reason"), [(segfault, "crashed"), (loop, "timeout"), (eat, "out-of-memory")])
def test_a_page_whose_bytes_end_the_process(deed: Callable[[], None], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "b"
    bundle.mkdir()
    for number in range(7):
        (bundle / f"{number}.html").write_text(page(number))
    monkeypatch.setattr(finish, "decode", deadly(finish.decode, b"Ferry line 4 ", deed))
    found, refused = outcome(tmp_path / "work", bundle)
    assert [one.source_member for one in found] == [f"{n}.html" for n in (0, 1, 2, 3, 5, 6)]
    assert [(r.source_member, r.reason, r.stage) for r in refused] == [("4.html", reason, "split")]
    assert refused[0].source_sha256 is not None


def test_records_of_a_capture_die_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "b.warc"
    bundle.write_bytes(b"".join(record(number, page(number).encode()) for number in range(8)))
    monkeypatch.setattr(warcs, "unpack_body", deadly(warcs.unpack_body, b"Ferry line 3 ", segfault))
    monkeypatch.setattr(finish, "decode", deadly(finish.decode, b"Ferry line 6 ", segfault))
    found, refused = outcome(tmp_path / "work", bundle)
    assert [one.source_member for one in found] == [f"b.warc#{n + 1}" for n in (0, 1, 2, 4, 5, 7)]
    assert [(r.source_member, r.reason) for r in refused] == [("b.warc#4", "crashed"), ("b.warc#7", "crashed")]


def test_mails_of_a_mailbox_die_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = "From ana@courier.example Sun Mar  3 08:00:00 2024\nFrom: Ana <ana@courier.example>\nSubject: Ferry {n}\nDate: Sun, 3 Mar 2024 08:00:00 +0000\nMessage-ID: <{n}@courier.example>\n\n{text}\n"
    bundle = tmp_path / "b.mbox"
    bundle.write_text("".join(mail.format(n=n, text=story(n)) for n in range(4)))
    monkeypatch.setattr(mails, "read_message", deadly(mails.read_message, b"Ferry line 2 ", segfault))
    found, refused = outcome(tmp_path / "work", bundle)
    assert [one.source_id for one in found] == [f"{n}@courier.example" for n in (0, 1, 3)]
    assert [(r.source_member, r.reason) for r in refused] == [("b.mbox#3", "crashed")]


def test_a_reader_that_dies_keeps_what_it_read_and_the_archive_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows before the death, the members behind the file in which it happened, and the bundle behind the archive."""
    rows = "".join(json.dumps({"text": story(number)}) + "\n" for number in range(5)).encode()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.txt", story(11))
        archive.writestr("2.jsonl", rows)
        archive.writestr("3.txt", story(12))
    (tmp_path / "z.txt").write_text(story(13))
    real = registry.READERS["jsonl"]

    def dies(source: Source, limits: Limits) -> Iterator[Item]:
        for number, item in enumerate(real(source, limits)):
            if number == 3:
                loop()
            yield item

    monkeypatch.setitem(registry.READERS, "jsonl", dies)
    found, refused = outcome(tmp_path / "work", tmp_path / "a.zip", tmp_path / "z.txt")
    assert [one.source_member for one in found] == [
        "a.zip/1.txt",
        "a.zip/2.jsonl#1",
        "a.zip/2.jsonl#2",
        "a.zip/2.jsonl#3",
        "a.zip/3.txt",
        "z.txt",
    ]
    assert [(r.source_member, r.reason) for r in refused] == [("a.zip/2.jsonl", "timeout")]


def test_a_file_in_which_too_many_die_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for number in range(60):
            text = page(number).replace("Ferry line", "Ferry row" if number % 2 else "Ferry line").encode()
            info = tarfile.TarInfo(f"{number:02d}.html")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
    (tmp_path / "a.tar").write_bytes(packed.getvalue())
    (tmp_path / "z.txt").write_text(story(13))
    monkeypatch.setattr(finish, "decode", deadly(finish.decode, b"Ferry row", segfault))
    found, refused = outcome(tmp_path / "work", tmp_path / "a.tar", tmp_path / "z.txt", documents=7)
    assert [one.source_member for one in found] == [f"a.tar/{n:02d}.html" for n in range(0, 40, 2)] + ["z.txt"]
    assert [r.source_member for r in refused] == [f"a.tar/{n:02d}.html" for n in range(1, 40, 2)] + ["a.tar"]
    assert {r.reason for r in refused} == {"crashed"}


def test_splitting_in_a_child_says_what_splitting_says(tmp_path: Path) -> None:
    """The same records, in shards of any size; a bundle that is not there is said as ever."""
    (tmp_path / "b.jsonl").write_text("".join(json.dumps({"text": story(n)}) + "\n" if n % 3 else "{\n" for n in range(10)))
    small, large = (outcome(tmp_path / f"work{n}", tmp_path / "b.jsonl", documents=n) for n in (1, 50))
    assert small == large
    assert (len(small[0]), len(small[1])) == (6, 4)
    with pytest.raises(BundleError, match="no such file"):
        outcome(tmp_path / "work", tmp_path / "nothing")

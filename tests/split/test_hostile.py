"""Files that lie about themselves: what is good in them is kept, what is not has its true reason."""

import bz2
import csv
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from tasks.records import RawDocument, Reject
from tasks.settings import Limits, load_settings
from tasks.shards import read_records
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.shard import split_bundles
from tasks.split.source import Source
from tests.split.conftest import page, story
from tests.split.test_archives import tarred, zipped
from tests.split.test_quick import OneWay
from tests.split.test_warcs import record


def outcome(name: str, data: bytes, stream: io.BytesIO | None = None) -> tuple[list[RawDocument], list[str]]:
    """The documents of a file, and the reasons of its rejects."""
    source = Source("b", name, name, stream or io.BytesIO(data), 0, len(data))
    records = [finish(item, Limits()) for item in documents(source, Limits())]
    return [one for one in records if isinstance(one, RawDocument)], [one.reason for one in records if isinstance(one, Reject)]


def kept(name: str, data: bytes) -> tuple[list[str], list[str]]:
    """The texts of a file, and the reasons of its rejects."""
    found, reasons = outcome(name, data)
    return [one.text for one in found], reasons


def pages(*numbers: int) -> list[str]:
    return [page(number) for number in numbers]


def test_a_size_beyond_all_numbers(tmp_path: Path) -> None:
    """What an archive claims goes into a column of rejects, which holds 64 bits."""
    info = tarfile.TarInfo("a.html")
    info.size, info.pax_headers = len(page(1)), {"size": "9" * 25}
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(page(1).encode()))
    (tmp_path / "a.tar").write_bytes(target.getvalue().replace(b"33 size=" + b"9" * 25, b"33 size=" + b"9" * 25))
    (shard,) = split_bundles([str(tmp_path / "a.tar")], tmp_path, load_settings())
    rejects = read_records(shard / "rejects-split.parquet", Reject)
    assert {one.reason for one in rejects} == {"too-large", "truncated"}
    assert max(one.size for one in rejects) == (1 << 63) - 1


def test_archives_one_behind_the_other() -> None:
    first, second = (tarred([(f"{n}.html", page(n).encode())]) for n in (1, 2))
    assert kept("a.tar", first + second) == (pages(1, 2), [])
    assert kept("a.tar", first + bytes(4096)) == (pages(1), [])
    assert kept("a.tar", first + b"remains of another file " * 400) == (pages(1), ["corrupt"])
    assert kept("a.tar", first + b"short") == (pages(1), ["corrupt"])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_what_follows_a_packed_page_does_not_cost_the_page(pack: object) -> None:
    assert callable(pack)
    assert kept("a.html.x", pack(page(1).encode()) + b"remains of another file") == (pages(1), ["corrupt"])
    if pack is not zstandard.compress:  # zeros behind it are no padding there
        assert kept("a.html.x", pack(page(1).encode()) + bytes(600)) == (pages(1), [])


def test_rows_before_the_damage_of_a_zstd_file() -> None:
    rows = "".join(json.dumps({"text": story(n)}) + "\n" for n in range(4000)).encode()
    packed = zstandard.compress(rows, 1)
    whole = len(zstandard.ZstdDecompressor().decompressobj().decompress(packed[:-300]).splitlines()) - 1
    found, reasons = outcome("a.jsonl.zst", packed[:-300])
    assert len(found) >= whole - 1 > 1000 and [one.text for one in found] == [story(n) for n in range(len(found))]
    assert reasons[-1] == "truncated"
    forward, _ = outcome("a.jsonl.zst", packed[:-300], OneWay(packed[:-300]))
    assert len(found) - len(forward) < 15  # what cannot be read again loses one small step


def test_frames_before_a_damaged_one() -> None:
    frames = [zstandard.compress(record(number)) for number in range(6)]
    cut = b"".join(frames)[: -len(frames[5]) // 2]
    found, reasons = outcome("a.warc.zst", cut)
    assert [one.text for one in found] == pages(0, 1, 2, 3, 4) and set(reasons) == {"truncated"}
    frames[3] = frames[3][:40] + b"\xff" * 30 + frames[3][70:]
    found, reasons = outcome("a.warc.zst", b"".join(frames))
    assert [one.text for one in found][:3] == pages(0, 1, 2) and "corrupt" in reasons


def test_what_needs_too_much_memory_to_unpack_is_too_large() -> None:
    large = lzma.compress(page(1).encode(), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}])
    assert kept("a.html.xz", large) == ([], ["too-large"])


def test_a_record_that_claims_more_than_there_is() -> None:
    liar = record(1).replace(b"Content-Length: ", b"Content-Length: 9999999999")
    found, reasons = kept(
        "a.warc", liar + record(2) + record(3, kind="request").replace(b"Content-Length: ", b"Content-Length: 99999999") + record(4)
    )
    assert (found, reasons) == (pages(2, 4), ["malformed-record", "malformed-record"])


def test_captures_in_an_archive_without_its_directory() -> None:
    """Of a cut WACZ the captures are read, not what the crawler wrote beside them."""
    captured = b"".join(gzip.compress(record(number)) for number in range(3))
    members = [
        ("archive/a.warc.gz", captured),
        ("pages/pages.jsonl", b'{"url": "https://a.example/1", "text": "said of it"}\n'),
        ("datapackage.json", b"{}"),
    ]
    whole = zipped(members, zipfile.ZIP_STORED)
    assert kept("a.wacz", whole) == (pages(0, 1, 2), [])
    assert kept("a.wacz", whole[:-100]) == (pages(0, 1, 2), ["truncated"])


def test_names_that_say_utf8_and_are_not() -> None:
    data = zipped([("caf\u00e9.html", page(1).encode()), ("b.html", page(2).encode())]).replace("caf\u00e9".encode(), b"caf\xe9\xe9")
    found, reasons = kept("a.zip", data)
    assert (found, reasons) == (pages(1, 2), [])


def test_a_directory_that_lies_about_its_own_place() -> None:
    data = bytearray(zipped([("a.html", page(1).encode()), ("b.html", page(2).encode())]))
    struct.pack_into("<L", data, data.rfind(b"PK\x05\x06") + 16, 0)
    assert kept("a.zip", bytes(data)) == (pages(1, 2), [])
    assert kept("a.zip", b"#!/bin/sh\n" * 20 + zipped([("a.html", page(1).encode())]))[1] != ["corrupt"]


@pytest.mark.parametrize("mark", [b"PK00", b"PK\x07\x08"])
def test_archives_that_might_have_come_in_parts(mark: bytes) -> None:
    assert kept("a.zip", mark + zipped([("a.html", page(1).encode())])) == (pages(1), [])


def test_lines_of_a_mail_that_begin_with_from() -> None:
    inner = story(1) + "\nFrom time to time, as in 2024\nthe ferry stays in the harbour.\n"
    mail = f"From ana@courier.example Sun Mar  3 08:00:00 2024\nFrom: Ana <ana@courier.example>\nSubject: Ferry\nMessage-ID: <1@c>\n\n{inner}\n"
    found, reasons = kept("a.mbox", (mail + mail.replace("<1@c>", "<2@c>")).encode())
    assert [text.strip() for text in found] == [inner.strip()] * 2 and reasons == []


def test_feeds_that_lie_about_themselves() -> None:
    item = "<item><title>Ferry</title><link>https://a.example/1</link>{}</item>"
    feed = '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>C</title>{}</channel></rss>'
    encoded = item.format(f"<content:encoded><![CDATA[<p>{story(1)}</p>]]></content:encoded>")
    assert kept("a.xml", feed.format("utf-8", encoded).encode()) == ([f"<p>{story(1)}</p>"], [])  # a prefix that nothing declares
    liar = feed.format("utf-16", item.format(f"<description>{story(1)}</description>")).encode()
    assert kept("a.xml", liar) == ([story(1)], [])


def test_encrypted_tables_say_so() -> None:
    assert kept("a.parquet", b"PARE" + b"\0\x01\x02" * 400 + b"PARE") == ([], ["encrypted"])


def test_a_table_that_names_its_delimiter() -> None:
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows([["url", "text"], ["https://a.example/1", story(1)]])
    assert kept("a.csv", ("sep=;\n" + target.getvalue()).encode())[1] == []
    assert [text.split() for text in kept("a.csv", ("sep=;\r\n" + target.getvalue()).encode())[0]] == [story(1).split()]


def test_millions_of_blank_lines_between_records() -> None:
    found, reasons = kept("a.warc", record(1) + b"\r\n" * 3_000_000 + record(2))
    assert (found, reasons) == (pages(1, 2), [])

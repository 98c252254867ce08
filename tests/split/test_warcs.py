"""WARC files, packed in every way, whole and damaged."""

import bz2
import gzip
import io
import zlib

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from tasks.settings import Limits
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.source import Found, Refusal, Source
from tests.split.conftest import page


def record(number: int, body: bytes | None = None, status: str = "200 OK", kind: str = "response", **headers: str) -> bytes:
    content = page(number).encode() if body is None else body
    headers = {"Content_Type": "text/html"} | headers
    http = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    block = f"HTTP/1.1 {status}\r\n{http}\r\n".encode() + content
    head = (
        f"WARC/1.{number % 2}\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n"
        f"WARC-Date: 2024-03-03T10:00:00Z\r\nWARC-Target-URI: https://News.example/{number}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(data: bytes) -> list[Found | Refusal]:
    return list(documents(Source("b", "a.warc", "a.warc", io.BytesIO(data), 0, len(data)), Limits()))


def urls(found: list[Found | Refusal]) -> list[str | None]:
    return [item.meta.url for item in found if isinstance(item, Found)]


def reasons(found: list[Found | Refusal]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Refusal)]


def many(*numbers: int) -> list[str]:
    return [f"https://News.example/{n}" for n in numbers]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, bz2.compress])
def test_every_packing_of_the_whole(pack: object) -> None:
    assert callable(pack)
    found = read(pack(b"".join(record(i) for i in range(4))))
    assert urls(found) == many(0, 1, 2, 3) and not reasons(found)
    document = finish(next(item for item in found if isinstance(item, Found)), Limits())
    assert (document.identity, document.source_id) == ("https://news.example/0", "urn:uuid:00000000-0000-0000-0000-000000000000")
    assert [item.member for item in found] == [f"a.warc#{n}" for n in (1, 2, 3, 4)]


def test_a_member_for_each_record() -> None:
    found = read(b"".join(gzip.compress(record(i)) for i in range(4)))
    assert urls(found) == many(0, 1, 2, 3) and not reasons(found)


def test_bodies_are_unpacked() -> None:
    html = page(1).encode()
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(html), html)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    bodies = [
        record(1, gzip.compress(html), Content_Encoding="gzip"),
        record(2, brotli.compress(html), Content_Encoding="br"),
        record(3, chunked, Transfer_Encoding="chunked"),
        record(4, zlib.compress(html), Content_Encoding="deflate"),
        record(5, raw.compress(html) + raw.flush(), Content_Encoding="deflate"),
        record(6, html, Content_Encoding="gzip"),
        record(7, zstandard.compress(html), Content_Encoding="zstd"),
    ]
    found = read(b"".join(bodies))
    assert [item.data for item in found if isinstance(item, Found)] == [html] * 7


def test_statuses_side_files_and_other_records() -> None:
    found = read(
        record(1)
        + record(2, status="404 Not Found")
        + record(3, kind="request", body=b"")
        + record(4, body=b"p { color: red }", Content_Type="text/css")
        + record(5, body=b"\x89PNG\r\n\x1a\n" + bytes(500), Content_Type="image/png")
    )
    assert urls(found) == many(1)
    assert reasons(found) == ["error-page", "unsupported", "unsupported"]


def test_the_header_declares_the_character_set() -> None:
    body = "<html><body><p>Паром снова пойдёт в мае</p></body></html>".encode("koi8-r")
    (found,) = read(record(1, body, Content_Type="text/html; charset=koi8-r"))
    assert isinstance(found, Found)
    document = finish(found, Limits())
    assert getattr(document, "charset", None) == "koi8-r"
    assert "Паром" in getattr(document, "text", "")


@pytest.mark.parametrize("packed", [False, True])
def test_a_cut_last_record_is_truncated(packed: bool) -> None:
    records = [gzip.compress(record(i)) if packed else record(i) for i in range(4)]
    found = read(b"".join(records)[:-120])
    assert urls(found) == many(0, 1, 2)
    assert set(reasons(found)) == {"truncated"}


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_damage_in_a_member_is_passed_over(place: float) -> None:
    members = [bytearray(gzip.compress(record(i))) for i in range(5)]
    for i in range(12):
        members[2][max(12, int(len(members[2]) * place)) + i] ^= 0x5A
    found = read(b"".join(members))
    assert [url for url in urls(found) if url != many(2)[0]] == many(0, 1, 3, 4)
    assert "corrupt" in reasons(found)


def test_garbage_between_records_is_passed_over() -> None:
    nameless = record(3).replace(b"Content-Length", b"Content-Longth")
    found = read(record(1) + b"some garbage\r\nand more\r\n" + record(2) + nameless + record(4))
    assert urls(found) == many(1, 2, 4)
    assert reasons(found)[0] == "corrupt" and "malformed-record" in reasons(found)


def test_bombs_in_bodies_are_too_large() -> None:
    found = read(record(1) + record(2, gzip.compress(bytes(200_000_000)), Content_Encoding="gzip") + record(3))
    assert urls(found) == many(1, 3) and reasons(found) == ["too-large"]

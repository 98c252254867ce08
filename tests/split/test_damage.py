"""Damage of the kinds that bundles really have: what is good before it and, where the next thing can be found, behind it comes out."""

import bz2
import io
import json
import lzma
import struct
import zipfile

import pyarrow as pa
import pytest
import zstandard

from tasks.settings import Limits
from tasks.split.registry import documents
from tasks.split.separators import parts_of
from tasks.split.source import Found, Refusal, Source
from tests.split.conftest import page, story
from tests.split.test_warcs import record


def read(name: str, data: bytes, limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """The number in each document's headline, and the reasons of refusals."""
    items = list(documents(Source("b", name, name, io.BytesIO(data), 0, len(data)), limits or Limits()))
    texts = [item.text or item.data.decode() for item in items if isinstance(item, Found)]
    return [text.partition("Ferry line ")[2].partition(" ")[0] for text in texts], [
        item.reason for item in items if isinstance(item, Refusal)
    ]


def row(number: int) -> str:
    return json.dumps({"text": story(number)})


def zipped(*numbers: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number in numbers:
            archive.writestr(f"{number}.html", page(number))
    return packed.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_without_its_directory(method: int) -> None:
    data = zipped(1, 2, 3, method=method)
    whole = data[: data.rindex(b"PK\x01\x02") - 100]
    assert read("a.zip", whole)[0][:2] == ["1", "2"]
    assert read("a.zip", data[: data.index(b"PK\x01\x02")]) == (["1", "2", "3"], ["truncated"])


def test_a_zip_cut_inside_a_member() -> None:
    data = zipped(1, 2, 3)
    third = [i for i in range(len(data)) if data.startswith(b"PK\x03\x04", i)][2]
    assert read("a.zip", data[: third + 100]) == (["1", "2"], ["truncated", "truncated"])


def test_a_zip_written_as_a_stream_and_cut() -> None:
    """Sizes stand behind the members there."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            self.data += bytes(piece)  # type: ignore[arg-type, call-overload]
            return len(piece)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2):
            archive.writestr(f"{number}.html", page(number))
    assert read("a.zip", pipe.data[: pipe.data.index(b"PK\x01\x02")]) == (["1", "2"], ["truncated"])


def test_names_in_a_zip_without_a_directory_lead_nowhere() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../up.html", page(1))
        archive.writestr("2.html", page(2))
    assert read("a.zip", packed.getvalue()[: packed.getvalue().index(b"PK\x01\x02")]) == (["2"], ["unsafe-path", "truncated"])


def test_a_damaged_value_in_a_json_array_costs_itself() -> None:
    rows = [row(1), '{"text": oops, "url": "http://a.example/"}', row(3), row(4)]
    assert read("a.json", f"[{','.join(rows)}]".encode()) == (["1", "3", "4"], ["malformed-record"])


def test_several_values_in_a_json_file_are_all_read() -> None:
    assert read("a.json", "\n".join(json.dumps({"text": story(n)}, indent=1) for n in (1, 2, 3)).encode()) == (["1", "2", "3"], [])


@pytest.mark.parametrize("line", ["{}\n", "{}\r", "\x1e{}\n", "{}\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
def test_rows_whatever_ends_their_lines_and_however_wide_they_are(line: str, charset: str) -> None:
    text = "".join(line.replace("{}", row(n)) for n in (1, 2, 3))
    assert read("a.jsonl", text.encode(charset)) == (["1", "2", "3"], [])


def test_an_arrow_file_without_its_footer() -> None:
    table, packed = pa.table({"text": [story(n) for n in range(9)]}), io.BytesIO()
    with pa.ipc.new_file(packed, table.schema) as writer:
        writer.write_table(table, 3)
    assert read("a.arrow", packed.getvalue()) == ([str(n) for n in range(9)], [])
    numbers, reasons = read("a.arrow", packed.getvalue()[:-400])
    assert (numbers[:6], reasons) == ([str(n) for n in range(6)], ["truncated"])


def test_a_record_that_claims_more_than_it_has() -> None:
    data = record(1) + record(2).replace(b"Content-Length: ", b"Content-Length: 1") + record(3) + record(4)
    assert read("a.warc", data) == (["1", "3", "4"], ["malformed-record"])


def test_a_page_that_shows_a_record_is_one_page() -> None:
    shown = page(2).replace("</h1>", "</h1><pre>\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\n</pre>").encode()
    assert read("a.warc", record(1) + record(2, shown) + record(3)) == (["1", "2", "3"], [])


def test_columns_of_one_name_give_the_first_that_holds_something() -> None:
    assert read("a.csv", f'text,url,text\n,http://a.example/1,"{story(1)}"\n"{story(2)}",http://a.example/2,\n'.encode()) == (
        ["1", "2"],
        [],
    )


def test_a_table_without_names_loses_no_row_silently() -> None:
    data = f'http://a.example/1,"{story(1)}"\nhttp://a.example/2,"{story(2)}"\n'.encode()
    assert read("a.csv", data) == ([], ["malformed-record"] * 2)


@pytest.mark.parametrize("pack", [bz2.compress, zstandard.compress, lzma.compress, lambda data: lzma.compress(data, lzma.FORMAT_ALONE)])
def test_zeros_without_end_are_too_large_in_every_packing(pack: object) -> None:
    assert callable(pack)
    assert read("a.html.x", pack(bytes(3_000_000)), Limits(document_megabytes=2)) == ([], ["too-large"])
    assert read("a.html.x", pack(page(1).encode())) == (["1"], [])


def test_a_zstd_stream_may_begin_with_a_frame_of_something_else() -> None:
    assert read("a.zst", struct.pack("<II", 0x184D2A50, 4) + b"abcd" + zstandard.compress(page(1).encode())) == (["1"], [])


@pytest.mark.parametrize(
    "data", [b"\x04\x22\x4d\x18" + b"abc" * 30, b"\x1f\x9d\x90" + b"abc" * 30, b'<?xml version="1.0"?><urlset><url/></urlset>']
)
def test_what_is_not_read_says_so(data: bytes) -> None:
    assert read("a", data) == ([], ["unsupported"])


@pytest.mark.parametrize("text", ["=====\n" * 50_000, "<DOC>\n" * 50_000, "\f" * 50_000, "- - -\n=====\n" * 30_000])
def test_separators_without_end_take_no_time_without_end(text: str) -> None:
    """Each line is looked at a few times: the limit of the machinery around would end anything that grows with the square."""
    assert len(parts_of(text)) <= 1

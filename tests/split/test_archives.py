"""Containers in containers: what was packed comes back, once each, and nothing that is unsafe is followed."""

import bz2
import gzip
import io
import json
import lzma
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.settings import Limits
from tasks.split.registry import documents
from tasks.split.source import Found, Refusal, Source
from tests.split.conftest import Split, page, story

Packer = Callable[[bytes], bytes]
PACKERS: dict[str, Packer] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress}


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, method)
    return target.getvalue()


def tarred(members: list[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def rows(members: list[tuple[str, bytes]]) -> bytes:
    return b"".join(json.dumps({"text": data.decode()}).encode() + b"\n" for _, data in members)


def unpacked(name: str, data: bytes, limits: Limits | None = None) -> list[Found | Refusal]:
    return list(documents(Source("b", name, name, io.BytesIO(data), 0, len(data)), limits or Limits()))


@st.composite
def nestings(draw: st.DrawFn, depth: int = 2) -> tuple[str, bytes, list[str]]:
    """A file's name and bytes, and the stories somewhere in it."""
    leaves = ["text", "rows", "lines"]
    kind = draw(st.sampled_from([*leaves, "zip", "tar", *PACKERS] if depth else leaves))
    if kind == "text":
        number = draw(st.integers(0, 10**6))
        return "a.txt", story(number).encode(), [story(number)]
    if kind in ("rows", "lines"):
        numbers = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
        values = [{"text": story(n)} for n in numbers]
        content = json.dumps(values) if kind == "rows" else "".join(json.dumps(v) + "\n" for v in values)
        return ("a.json" if kind == "rows" else "a.jsonl"), content.encode(), [story(n) for n in numbers]
    inner = draw(st.lists(nestings(depth - 1), min_size=1, max_size=1 if kind in PACKERS else 4))
    stories = [text for _, _, texts in inner for text in texts]
    if kind in PACKERS:
        return inner[0][0] + kind, PACKERS[kind](inner[0][1]), stories
    members = [(f"{i}/{name}", data) for i, (name, data, _) in enumerate(inner)]
    return f"a.{kind}", zipped(members) if kind == "zip" else tarred(members), stories


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nestings())
def test_what_was_packed_comes_back(packed: tuple[str, bytes, list[str]]) -> None:
    name, data, stories = packed
    found = unpacked(name, data)
    assert all(isinstance(item, Found) for item in found)
    assert [item.data.decode() for item in found if isinstance(item, Found)] == stories
    assert [item.data for item in unpacked("without-a-name", data)] == [item.data for item in found]


@given(st.binary(max_size=300), st.sampled_from([*PACKERS, ".zip", ".tar", ".parquet", ".warc", ".jsonl", ".csv", ".json", ""]))
def test_any_bytes_come_to_an_end(data: bytes, suffix: str) -> None:
    marks = {".gz": b"\x1f\x8b\x08", ".zip": b"PK\x03\x04", ".zst": b"\x28\xb5\x2f\xfd", ".parquet": b"PAR1", ".warc": b"WARC/1.0\r\n"}
    for content in (data, marks.get(suffix, b"") + data):
        assert unpacked("x" + suffix, content)


@settings(deadline=None)
@given(st.sampled_from(["zip", "tar", ".gz", ".xz", ".zst", ".bz2"]), st.integers(1, 2000), st.randoms(use_true_random=False))
def test_a_cut_container_is_noticed(kind: str, cut: int, noise: random.Random) -> None:
    members = [(f"{i}.txt", (story(i) + noise.randbytes(200).hex()).encode()) for i in range(6)]
    whole = zipped(members) if kind == "zip" else tarred(members) if kind == "tar" else PACKERS[kind](rows(members))
    found = unpacked(f"a{kind}", whole[: -min(cut, len(whole) - 100)])
    if kind != "tar" or cut > 10240:
        assert any(isinstance(item, Refusal) for item in found)
    texts = {item.data for item in found if isinstance(item, Found)}
    assert texts <= {data for _, data in members}


def reasons(found: list[Found | Refusal]) -> dict[str, str]:
    return {item.member: item.reason for item in found if isinstance(item, Refusal)}


def test_unsafe_members_are_rejects(split: Split, tmp_path: Path) -> None:
    good = story(1).encode()
    data = zipped([("../up.txt", good), ("/root.txt", good), ("C:\\x.txt", good), ("ok.txt", good)])
    (tmp_path / "a.zip").write_bytes(data)
    accepted, rejects = split(tmp_path / "a.zip")
    assert [d.source_member for d in accepted] == ["a.zip/ok.txt"]
    assert accepted[0].identity == "path:a.zip/a.zip/ok.txt"
    assert {r.reason for r in rejects} == {"unsafe-path"} and len(rejects) == 3
    assert list(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_links_devices_and_pipes_in_archives() -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind, link in [
            ("out", tarfile.SYMTYPE, "/etc/passwd"),
            ("in", tarfile.SYMTYPE, "ok.txt"),
            ("hard", tarfile.LNKTYPE, "../x"),
            ("dev", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("dir", tarfile.DIRTYPE, ""),
        ]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, link
            archive.addfile(info)
    expected = {"out": "unsafe-path", "in": "not-a-file", "hard": "unsafe-path", "dev": "not-a-file", "pipe": "not-a-file"}
    assert reasons(unpacked("a.tar", target.getvalue())) == {f"a.tar/{name}": reason for name, reason in expected.items()}
    link_info = zipfile.ZipInfo("link.txt")
    link_info.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive_of_links:
        archive_of_links.writestr(link_info, "../../secret.txt")
    assert reasons(unpacked("a.zip", packed.getvalue())) == {"a.zip/link.txt": "unsafe-path"}


def test_encrypted_damaged_and_strange_members() -> None:
    data = bytearray(zipped([(f"{i}.txt", story(i).encode()) for i in range(3)], zipfile.ZIP_STORED))
    place = data.find(b"1.txt") + 60
    data[place] ^= 1
    assert reasons(unpacked("a.zip", bytes(data))) == {"a.zip/1.txt": "corrupt"}
    locked = bytearray(zipped([("a.txt", story(1).encode())]))
    locked[6] |= 1
    locked[locked.find(b"PK\1\2") + 8] |= 1
    assert reasons(unpacked("a.zip", bytes(locked))) == {"a.zip/a.txt": "encrypted"}
    odd = bytearray(zipped([("a.txt", story(1).encode())]))
    struct.pack_into("<H", odd, 8, 97)
    struct.pack_into("<H", odd, odd.find(b"PK\1\2") + 10, 97)
    assert reasons(unpacked("a.zip", bytes(odd))) == {"a.zip/a.txt": "unsupported"}
    assert reasons(unpacked("a.zip", zipped([]))) == {"a.zip": "empty"}


def test_tar_goes_on_behind_a_damaged_header() -> None:
    members = [(f"{i}.txt", story(i).encode()) for i in range(6)]
    data = bytearray(tarred(members, tarfile.USTAR_FORMAT))
    with tarfile.open(fileobj=io.BytesIO(bytes(data))) as archive:
        offsets = [m.offset for m in archive]
    data[offsets[2] + 5] ^= 255
    found = unpacked("a.tar", bytes(data))
    assert [item.member for item in found if isinstance(item, Found)] == [f"a.tar/{i}.txt" for i in (0, 1, 3, 4, 5)]
    assert reasons(found) == {"a.tar": "corrupt"}


def test_long_names_of_both_kinds() -> None:
    name = "folder/" * 40 + "čeština.txt"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        (found,) = unpacked("a.tar", tarred([(name, story(1).encode())], form))
        assert found.member == f"a.tar/{name}"


def test_bombs_are_too_large() -> None:
    limits = Limits(document_megabytes=1, expansion=50)
    zeros = b"0" * 100_000_000
    assert reasons(unpacked("a.gz", gzip.compress(zeros), limits)) == {"a.gz": "too-large"}
    assert reasons(unpacked("a.zip", zipped([("a.txt", zeros)]), limits)) == {"a.zip/a.txt": "too-large"}
    lines = (b'{"text": "' + b"0" * 900_000 + b'"}\n') * 110
    found = unpacked("a.jsonl.gz", gzip.compress(lines), limits)
    assert isinstance(found[-1], Refusal) and (found[-1].member, found[-1].reason) == ("a.jsonl.gz", "too-large")


def test_small_files_may_grow_as_far_as_the_configuration_says() -> None:
    rows = b"".join(b'{"text": "%s %d"}\n' % (b"0" * 400_000, number) for number in range(12))
    for megabytes, refused in ((6, set()), (1, {"too-large"})):
        limits = Limits(expansion=20, expansion_megabytes=megabytes)
        assert set(reasons(unpacked("a.jsonl.gz", gzip.compress(rows), limits)).values()) == refused
        assert set(reasons(unpacked("a.zip", zipped([("a.jsonl", rows)]), limits)).values()) == refused


def test_depth_and_number_of_members_are_limited() -> None:
    data = story(1).encode()
    for _ in range(3):
        data = zipped([("a.zip", data)])
    assert reasons(unpacked("a.zip", data, Limits(nesting=2))) == {"a.zip/a.zip/a.zip/a.zip": "too-deep"}
    many = zipped([(f"{i}.txt", story(i).encode()) for i in range(5)])
    assert reasons(unpacked("a.zip", many, Limits(members=3))) == {"a.zip": "too-many"}
    wide = zipped([(f"{i}.zip", zipped([("a.txt", b"x")])) for i in range(300)])
    found = unpacked("a.zip", wide, Limits(nesting=1))
    assert len(found) == 101 and {item.reason for item in found if isinstance(item, Refusal)} == {"too-deep"}


def test_members_of_one_name_are_both_there(split: Split, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        (tmp_path / "a.zip").write_bytes(zipped([("a.html", page(1).encode()), ("a.html", page(2).encode())]))
    accepted, _ = split(tmp_path / "a.zip")
    assert [d.text for d in accepted] == [page(1), page(2)]
    assert len({d.document_id for d in accepted}) == 2

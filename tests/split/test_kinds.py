"""Each kind of bundle as other people's libraries write it, and documents packed into each other at random come out as they went in.

`WRITERS` is the list that docs/benchmarks.md shows: a test holds the two together.
"""

import bz2
import csv
import email.message
import gzip
import hashlib
import io
import json
import lzma
import mailbox
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.settings import Limits
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.source import Source
from tests.conftest import ROOT
from tests.split.conftest import Split, page, story
from tests.split.test_warcs import record

WRITTEN = Path(__file__).parent / "data"
NUMBERS = (1, 2, 3)
STAMP = datetime(2024, 3, 3, 10, tzinfo=UTC)
Writer = Callable[[Path], Path]


def url(number: int) -> str:
    return f"https://news.example/{number}"


def frame(column: str = "text", make: Callable[[int], str] = story) -> pd.DataFrame:
    return pd.DataFrame({"url": [url(n) for n in NUMBERS], column: [make(n) for n in NUMBERS]})


def saved(write: Callable[[Path], object], name: str) -> Writer:
    """A writer into a file of a name."""

    def make(folder: Path) -> Path:
        write(folder / name)
        return folder / name

    return make


def written(name: str, pack: Callable[[bytes], bytes] = bytes) -> Writer:
    """A capture that lies ready, written by warcio (`data/make.py`), packed as a whole."""
    suffix = {gzip.compress: ".gz", zstandard.compress: ".zst"}.get(pack, "")
    return saved(lambda path: path.write_bytes(pack((WRITTEN / name).read_bytes())), name + suffix)


def message(number: int) -> email.message.EmailMessage:
    made = email.message.EmailMessage()
    made["From"], made["Subject"], made["Date"] = "Ana Reyes <ana@news.example>", f"Ferry line {number}", format_datetime(STAMP)
    made["Message-ID"] = f"<{number}@news.example>"
    made.set_content(story(number))
    made.add_alternative(page(number), subtype="html")
    return made


def mbox(path: Path) -> None:
    box = mailbox.mbox(path)
    for number in NUMBERS:
        box.add(message(number))
    box.close()


def members(add: Callable[[str, bytes], None]) -> None:
    for number in NUMBERS:
        add(f"deep/er/{number}.html", page(number).encode())


def tarred(path: Path, mode: str, form: int = tarfile.PAX_FORMAT) -> None:
    with tarfile.open(path, mode, format=form) as tape:  # type: ignore[call-overload]

        def add(name: str, data: bytes) -> None:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tape.addfile(info, io.BytesIO(data))

        members(add)


def zipped(path: Path, method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        members(archive.writestr)


def wrote(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def lines() -> bytes:
    return b"".join(json.dumps({"url": url(n), "text": story(n)}).encode() + b"\n" for n in NUMBERS)


def feed(kind: str) -> bytes:
    """By hand, for no library here writes feeds; each form as its specification shows it."""
    pages = [(url(n), escape(page(n))) for n in NUMBERS]
    if kind == "rss":
        items = "".join(f"<item><title>F</title><link>{u}</link><content:encoded>{p}</content:encoded></item>" for u, p in pages)
        return f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>N</title>{items}</channel></rss>'.encode()
    items = "".join(f'<entry><title>F</title><link href="{u}"/><id>{u}</id><content type="html">{p}</content></entry>' for u, p in pages)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>{items}</feed>'.encode()


WRITERS: dict[str, tuple[str, Writer]] = {
    "JSONL": ("pandas", saved(lambda p: frame().to_json(p, orient="records", lines=True), "a.jsonl")),
    "JSON array": ("pandas", saved(lambda p: frame().to_json(p, orient="records"), "a.json")),
    "JSON by columns of ids": ("pandas", saved(lambda p: frame().to_json(p, orient="index"), "a.json")),
    "CSV": ("pandas", saved(lambda p: frame().to_csv(p, index=False), "a.csv")),
    "CSV with an index": ("pandas", saved(lambda p: frame().to_csv(p), "a.csv")),
    "TSV": ("pandas", saved(lambda p: frame("html", page).to_csv(p, index=False, sep="\t"), "a.tsv")),
    "CSV in UTF-16": ("pandas", saved(lambda p: frame().to_csv(p, index=False, encoding="utf-16"), "a.csv")),
    "CSV for Excel": ("standard library", saved(lambda p: p.write_bytes(excel()), "a.csv")),
    "Parquet": ("pandas", saved(lambda p: frame().to_parquet(p), "a.parquet")),
    "Parquet, zstd": ("Polars", saved(lambda p: pl.from_pandas(frame()).write_parquet(p), "a.parquet")),
    "Parquet of bytes": ("pandas", saved(lambda p: frame("html", lambda n: page(n).encode()).to_parquet(p), "a.parquet")),  # type: ignore[arg-type, return-value]
    "Arrow file (Feather)": ("pandas", saved(lambda p: frame().to_feather(p), "a.feather")),
    "Arrow stream": ("Polars", saved(lambda p: pl.from_pandas(frame()).write_ipc_stream(p), "a.arrows")),
    "WARC 1.0": ("warcio", written("plain10.warc")),
    "WARC 1.1": ("warcio", written("plain11.warc")),
    "WARC, gzip for each record": ("warcio", written("records.warc.gz")),
    "WARC, resource records": ("warcio", written("resources.warc.gz")),
    "WARC, whole in gzip": ("warcio, standard library", written("plain10.warc", gzip.compress)),
    "WARC, whole in zstd": ("warcio, zstandard", written("plain11.warc", zstandard.compress)),
    "WACZ": ("warcio, standard library", written("pages.wacz")),
    "mbox": ("standard library", saved(mbox, "a.mbox")),
    "tar, PAX": ("standard library", saved(lambda p: tarred(p, "w"), "a.tar")),
    "tar, GNU": ("standard library", saved(lambda p: tarred(p, "w", tarfile.GNU_FORMAT), "a.tar")),
    "tar, ustar": ("standard library", saved(lambda p: tarred(p, "w", tarfile.USTAR_FORMAT), "a.tar")),
    "tar.gz": ("standard library", saved(lambda p: tarred(p, "w:gz"), "a.tgz")),
    "tar.bz2": ("standard library", saved(lambda p: tarred(p, "w:bz2"), "a.tar.bz2")),
    "tar.xz": ("standard library", saved(lambda p: tarred(p, "w:xz"), "a.tar.xz")),
    "zip, stored": ("standard library", saved(lambda p: zipped(p, zipfile.ZIP_STORED), "a.zip")),
    "zip, deflate": ("standard library", saved(zipped, "a.zip")),
    "zip, bzip2": ("standard library", saved(lambda p: zipped(p, zipfile.ZIP_BZIP2), "a.zip")),
    "zip, LZMA": ("standard library", saved(lambda p: zipped(p, zipfile.ZIP_LZMA), "a.zip")),
    "gzip": ("standard library", saved(lambda p: p.write_bytes(gzip.compress(lines())), "a.jsonl.gz")),
    "bzip2": ("standard library", saved(lambda p: p.write_bytes(bz2.compress(lines())), "a.jsonl.bz2")),
    "xz": ("standard library", saved(lambda p: p.write_bytes(lzma.compress(lines())), "a.jsonl.xz")),
    "zstd": ("zstandard", saved(lambda p: p.write_bytes(zstandard.compress(lines())), "a.jsonl.zst")),
    "zstd, pandas": ("pandas", saved(lambda p: frame().to_json(p, orient="records", lines=True, compression="zstd"), "a.jsonl.zst")),
    "RSS 2.0": ("by hand", saved(wrote(feed("rss")), "a.xml")),
    "Atom": ("by hand", saved(wrote(feed("atom")), "a.xml")),
}


def excel() -> bytes:
    sink = io.StringIO(newline="")
    csv.writer(sink, dialect="excel", delimiter=";").writerows([["url", "text"], *([url(n), story(n)] for n in NUMBERS)])
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("named", [True, False], ids=["named", "nameless"])
def test_what_others_write_is_read(kind: str, named: bool, tmp_path: Path, split: Split) -> None:
    """By content first: the same under a name that says nothing."""
    path = WRITERS[kind][1](tmp_path)
    path = path if named else path.rename(tmp_path / "bundle")
    found, refused = split(path)
    texts = [re.search(r"Ferry line (\d)", one.text) for one in found]
    assert ([int(m[1]) for m in texts if m], refused) == (list(NUMBERS), [])
    if not kind.startswith(("tar", "zip", "mbox")):
        assert [one.url for one in found] == [url(n) for n in NUMBERS]


def test_a_mail_as_the_standard_library_writes_it(tmp_path: Path, split: Split) -> None:
    (tmp_path / "a.eml").write_bytes(message(1).as_bytes())
    (found,), refused = split(tmp_path / "a.eml")
    assert ("Ferry line 1" in found.text, found.media_type, found.source_id, refused) == (True, "text/html", "1@news.example", [])


def test_the_table_of_kinds_says_what_is_tested() -> None:
    shown = (ROOT / "docs/benchmarks.md").read_text()
    for kind, (writer, _) in WRITERS.items():
        assert f"| {kind} | {writer} |" in shown, kind


# What one document or packed thing can be put into; each takes (name, bytes) pairs and gives one such pair.
Piece = tuple[str, bytes]


def into_zip(pieces: list[Piece], method: int) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for number, (name, data) in enumerate(pieces):
            archive.writestr(f"{number}/{name}", data)
    return sink.getvalue()


def into_tar(pieces: list[Piece], form: int) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=form) as tape:
        for number, (name, data) in enumerate(pieces):
            info = tarfile.TarInfo(f"{number}/{name}")
            info.size = len(data)
            tape.addfile(info, io.BytesIO(data))
    return sink.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress}
ARCHIVES: dict[str, Callable[[list[Piece]], bytes]] = {
    "zip": lambda pieces: into_zip(pieces, zipfile.ZIP_DEFLATED),
    "stored.zip": lambda pieces: into_zip(pieces, zipfile.ZIP_STORED),
    "tar": lambda pieces: into_tar(pieces, tarfile.PAX_FORMAT),
    "gnu.tar": lambda pieces: into_tar(pieces, tarfile.GNU_FORMAT),
}
ROWS: dict[str, Callable[[Iterable[int]], bytes]] = {
    "jsonl": lambda numbers: b"".join(json.dumps({"text": story(n)}).encode() + b"\n" for n in numbers),
    "json": lambda numbers: json.dumps([{"text": story(n)} for n in numbers]).encode(),
    "csv": lambda numbers: (
        pd.DataFrame({"id": [f"i{n}" for n in numbers], "text": [story(n) for n in numbers]}).to_csv(index=False).encode()
    ),
    "parquet": lambda numbers: pd.DataFrame({"text": [story(n) for n in numbers]}).to_parquet(),
    "warc": lambda numbers: b"".join(record(n, page(n).encode()) for n in numbers),
    "txt": lambda numbers: "\n=====\n".join(story(n) for n in numbers).encode(),
}


@st.composite
def packed(draw: st.DrawFn, numbers: tuple[int, ...], room: int) -> Piece:
    """The documents with these numbers, packed at random into one thing, in at most so many containers."""
    if len(numbers) == 1 and (room <= 0 or draw(st.booleans())):
        return ("d.html", page(numbers[0]).encode()) if draw(st.booleans()) else ("d.txt", story(numbers[0]).encode())
    if room <= 0 or draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from([k for k in ROWS if (k != "warc" or room > 0) and (k != "txt" or len(numbers) > 1)]))
        return f"r.{kind}", ROWS[kind](numbers)
    if draw(st.integers(0, 2)) == 0:
        suffix = draw(st.sampled_from(sorted(PACKERS)))
        name, data = draw(packed(numbers, room - 1))
        return f"{name}.{suffix}", PACKERS[suffix](data)
    cuts = sorted(draw(st.sets(st.integers(1, len(numbers) - 1), max_size=3))) if len(numbers) > 1 else []
    groups = [numbers[a:b] for a, b in zip([0, *cuts], [*cuts, len(numbers)], strict=True)]
    kind = draw(st.sampled_from(sorted(ARCHIVES)))
    return f"a.{kind}", ARCHIVES[kind]([draw(packed(group, room - 1)) for group in groups])


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(packed(tuple(range(1, 9)), Limits().nesting), st.booleans())
def test_packed_at_random_the_same_documents_come_out(piece: Piece, named: bool) -> None:
    name, data = piece
    source = Source("b", name, name if named else "bundle", io.BytesIO(data), 0, len(data))
    records = [finish(item, Limits()) for item in documents(source, Limits())]
    texts = [getattr(one, "text", "") for one in records]
    found = [int(match[1]) if (match := re.search(r"Ferry line (\d)", text)) else text for text in texts]
    assert found == list(range(1, 9)), [getattr(one, "detail", "") for one in records]
    assert len({hashlib.sha256(text.encode()).digest() for text in texts}) == 8
    assert len({one.source_member for one in records}) == 8

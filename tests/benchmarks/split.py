"""Splitting beside the bare readers of its formats, its memory, the cost of the guard, and character sets beside charset-normalizer.

    make bench-split                                   everything
    .venv/bin/python tests/benchmarks/split.py speed memory guard charsets    these parts

Processor seconds are those of this process and its children, the best of some rounds in turns; memory is the peak of
the process that splits and of its child. `speed` takes real pages of ../shared (COPYDESK_SHARED names another place), as
`charsets` takes its articles, and is left out where they are missing; and pages of seeds/, numbered so that none is another's copy.
"""

import contextlib
import csv
import gzip
import hashlib
import io
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

import flows.lean  # noqa: E402, F401 - keeps pandas out, as in the product

SHARED = Path(os.environ.get("COPYDESK_SHARED") or ROOT.parent / "shared").resolve()
COUNT, ROUNDS = 1500, 5
SIZES = (1_000, 200_000)
# What text of a language is written in, apart from UTF-8.
WRITTEN = {
    "de": ["windows-1252", "iso-8859-15"], "fr": ["windows-1252", "iso-8859-15"], "es": ["windows-1252", "iso-8859-15"],
    "pt": ["windows-1252"], "it": ["windows-1252"], "sv": ["windows-1252", "iso-8859-15"], "no": ["windows-1252"],
    "da": ["windows-1252"], "nl": ["windows-1252"], "pl": ["windows-1250", "iso-8859-2"], "cs": ["windows-1250", "iso-8859-2"],
    "tr": ["windows-1254"], "lt": ["windows-1257", "iso-8859-13"], "el": ["windows-1253", "iso-8859-7"],
    "ru": ["windows-1251", "koi8-r", "iso-8859-5", "cp866", "mac-cyrillic"], "vi": ["windows-1258"],
    "zh": ["gb18030"], "ja": ["shift_jis", "euc-jp", "iso-2022-jp"], "ko": ["euc-kr"],
}  # fmt: skip
PAIRS = ["utf-16-le", "utf-16-be"]


def spent() -> float:
    """Processor seconds of this process and of the children it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def seed_pages(count: int) -> list[dict[str, str]]:
    """So many pages of seeds/, each eight times as long as there and with a number of its own: 16 KB of markup, less than most real ones."""
    pages = [path.read_text("utf-8", "replace") for path in sorted((ROOT / "seeds").rglob("*.html"))]
    pages = [page for page in pages if len(page) > 1000]
    bodies = [pages[number % len(pages)].replace("</p>", f" ({number})</p>") for number in range(count)]
    return [{"id": f"n{number}", "url": f"https://a.example/{number}", "html": body * 8} for number, body in enumerate(bodies)]


def real_pages(share: int = 6) -> list[dict[str, str]]:
    """One in so many of the pages in ../shared as they were fetched; none where they are missing."""
    source = SHARED / "data/pages/pages.jsonl.zst"
    if not source.exists():
        return []
    import zstandard

    with source.open("rb") as packed:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding="utf-8")
        found = [json.loads(line) for number, line in enumerate(lines) if number % share == 0]
    return [
        {"id": f"n{number}", "url": row["url"] or f"https://a.example/{number}", "html": row["html"].encode("utf-8", "replace").decode()}
        for number, row in enumerate(found)
        if row.get("html")
    ]


def record(row: dict[str, str]) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + row["html"].encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{row['id']}>\r\nWARC-Date: 2024-03-03T10:00:00Z\r\n"
        f"WARC-Target-URI: {row['url']}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def make(folder: Path, rows: list[dict[str, str]]) -> dict[str, Path]:
    """One file in each format, with the same pages."""
    table = pa.Table.from_pylist(rows)
    names = ("jsonl", "json", "csv", "parquet", "arrow", "warc", "warc.gz", "zip", "tar.gz", "folder")
    files = {name: folder / f"pages.{name}" for name in names}
    files["jsonl"].write_text("".join(json.dumps(row) + "\n" for row in rows))
    files["json"].write_text(json.dumps(rows))
    with files["csv"].open("w", newline="") as handle:
        writer = csv.DictWriter(handle, table.schema.names)
        writer.writeheader()
        writer.writerows(rows)
    pq.write_table(table, files["parquet"])
    with pa.OSFile(str(files["arrow"]), "w") as sink, pa.ipc.new_file(sink, table.schema) as arrow:
        arrow.write_table(table, 64)
    files["warc"].write_bytes(b"".join(record(row) for row in rows))
    files["warc.gz"].write_bytes(b"".join(gzip.compress(record(row), 6) for row in rows))
    files["folder"].mkdir()
    with zipfile.ZipFile(files["zip"], "w", zipfile.ZIP_DEFLATED) as archive, tarfile.open(files["tar.gz"], "w:gz") as tape:
        for row in rows:
            name, data = f"{row['id']}.html", row["html"].encode()
            archive.writestr(name, data)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tape.addfile(info, io.BytesIO(data))
            (files["folder"] / name).write_bytes(data)
    return files


def bare(kind: str, path: Path) -> Iterator[str]:
    """The text of each document by the format's own library and nothing else."""
    if kind == "jsonl":
        with path.open("rb") as lines:
            yield from (json.loads(line)["html"] for line in lines)
    elif kind == "json":
        yield from (row["html"] for row in json.loads(path.read_bytes()))
    elif kind == "csv":
        csv.field_size_limit(1 << 30)
        with path.open(newline="", encoding="utf-8") as handle:
            yield from (row[2] for row in csv.reader(handle))
    elif kind == "parquet":
        for batch in pq.ParquetFile(path).iter_batches(64, use_threads=False):
            yield from (row["html"] for row in batch.to_pylist())
    elif kind == "arrow":
        with pa.ipc.open_file(str(path)) as reader:
            for number in range(reader.num_record_batches):
                yield from (row["html"] for row in reader.get_batch(number).to_pylist())
    elif kind.startswith("warc"):
        from fastwarc.warc import ArchiveIterator

        with path.open("rb") as stream:
            yield from (found.reader.read().decode() for found in ArchiveIterator(stream, parse_http=True))
    elif kind == "zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(info).decode() for info in archive.infolist())
    elif kind == "folder":
        yield from ((path / name).read_bytes().decode() for name in sorted(os.listdir(path)))  # noqa: PTH208 - as bare as can be
    else:
        with tarfile.open(path, "r|gz") as tape:
            yield from (member.read().decode() for info in tape if (member := tape.extractfile(info)))


def digested(kind: str, path: Path) -> int:
    """The bare reader, and of each document the SHA-256 that `source_sha256` asks for."""
    return sum(len(hashlib.sha256(text.encode()).hexdigest()) for text in bare(kind, path))


def speed(work: Path) -> None:
    """Documents and megabytes a processor second, of splitting and of the bare reader."""
    for title, rows in (("real pages", real_pages()), ("pages of seeds", seed_pages(COUNT))):
        if not rows:
            print(f"{title}: left out, for they are missing")
            continue
        folder = work / title.partition(" ")[0]
        folder.mkdir()
        race(title, rows, make(folder, rows), folder / "out")


def race(title: str, rows: list[dict[str, str]], files: dict[str, Path], out: Path) -> None:
    """A line for each format."""
    from tasks.settings import load_settings
    from tasks.split.shard import split_bundles, split_documents

    settings, count, size = load_settings(), len(rows), sum(len(row["html"].encode()) for row in rows) / 1e6
    print(f"\n{count} {title}, {size:.0f} MB of markup\n")
    print(
        "| format | bare: documents/s | MB/s | split: documents/s | MB/s | split to bare | to bare and digest | with shards written, to bare |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for kind, path in files.items():
        ways: list[Callable[[], int]] = [
            lambda k=kind, p=path: sum(1 for _ in bare(k, p)),  # type: ignore[misc]
            lambda k=kind, p=path: digested(k, p),  # type: ignore[misc]
            lambda p=path: sum(1 for _ in split_documents([str(p)], settings)),  # type: ignore[misc]
            lambda p=path: len(split_bundles([str(p)], out, settings)),  # type: ignore[misc]
        ]
        alone, digest, split, shards = best(ways)
        rates = f"{count / alone:,.0f} | {size / alone:,.0f} | {count / split:,.0f} | {size / split:,.0f}"
        print(f"| {kind} | {rates} | {split / alone:.2f} | {split / digest:.2f} | {shards / alone:.2f} |", flush=True)


def best(ways: list[Callable[[], Any]]) -> list[float]:
    """The least processor time of each way, over rounds in turns."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, taken in zip(ways, times, strict=True):
            begun = spent()
            way()
            taken.append(spent() - begun)
    return [min(taken) for taken in times]


PROBE = """
import resource, sys
sys.path.insert(0, sys.argv[3])
import flows.lean
from pathlib import Path
from tasks.settings import load_settings
from tasks.split.shard import split_bundles
shards = split_bundles([sys.argv[1]], Path(sys.argv[2]), load_settings())
peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
sizes = [path.joinpath("documents.parquet").stat().st_size for path in shards]
print(peak // 1024, len(shards), min(sizes[:-1] or sizes), max(sizes))
"""


def memory(work: Path) -> None:
    """Peak memory of splitting few and many documents."""
    print("| format | documents | peak, MB | shards | smallest to largest but for the last, MB | ratio |\n|---|---|---|---|---|---|")
    for kind in ("jsonl", "jsonl.gz", "txt", "parquet", "zip", "warc", "warc.gz"):
        first = 0
        for count in SIZES:
            path = work / f"{count}.{kind}"
            # Elsewhere, for what this process once held would count as the peak of those it starts.
            writer = multiprocessing.get_context("fork").Process(target=write_texts, args=(path, kind, count))
            writer.start()
            writer.join()
            told = subprocess.run(
                [sys.executable, "-c", PROBE, str(path), str(work / "shards"), str(ROOT)], capture_output=True, text=True, check=True
            )
            peak, shards, least, most = map(int, told.stdout.split())
            first = first or peak
            print(f"| {kind} | {count:,} | {peak} | {shards} | {least / 1e6:.2f} to {most / 1e6:.2f} | {peak / first:.2f} |", flush=True)
            path.unlink()


def text(number: int) -> str:
    """A story of some 2,000 characters that no other number gives."""
    chance = random.Random(number)
    words = ["harbour", "council", "ferry", "winter", "bridge", "school", "market", "river", "tower", "quay", "vote", "budget"]
    lines = [" ".join(chance.choices(words, k=60)).capitalize() + "." for _ in range(5)]
    return f"Ferry line {number} to reopen\n\nHARROW POINT, 3 March 2024 — " + "\n\n".join(lines) + "\n"


def write_texts(path: Path, kind: str, count: int) -> None:
    """Write so many stories to one file."""
    if kind in ("jsonl", "jsonl.gz"):
        with gzip.open(path, "wt", 1) if kind == "jsonl.gz" else path.open("w") as handle:
            handle.writelines(json.dumps({"url": f"https://a.example/{n}", "text": text(n)}) + "\n" for n in range(count))
    elif kind in ("warc", "warc.gz"):
        with path.open("wb") as captures:
            records = (record({"id": f"n{n}", "url": f"https://a.example/{n}", "html": f"<html><p>{text(n)}"}) for n in range(count))
            captures.writelines(gzip.compress(one, 1) if kind == "warc.gz" else one for one in records)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number in range(count):
                archive.writestr(f"{number % 100}/{number}.txt", text(number))
    elif kind == "parquet":
        writer = None
        for start in range(0, count, 10_000):
            table = pa.table({"text": [text(n) for n in range(start, min(count, start + 10_000))]})
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        assert writer
        writer.close()
    else:
        with path.open("w") as plain:
            plain.writelines(f"Document {n + 1} of {count}\n\n{text(n)}\n" for n in range(count))


def guard(work: Path) -> None:
    """Parsing a full shard of pages under the guard and without it: real ones where there are any."""
    import tasks.guard
    from tasks.settings import CONFIG, load_settings
    from tasks.split.shard import split_bundles
    from tasks.strip.shard import parse_shard

    with (work / "pages.jsonl").open("w") as handle:
        pages = real_pages() or seed_pages(400)
        handle.writelines(json.dumps(row) + "\n" for row in pages)
    (shard, *_) = split_bundles([str(work / "pages.jsonl")], work, load_settings())
    watched = tasks.guard.supervised

    class Still(tasks.guard.Beat):
        def at(self, *place: int) -> None: ...
        def rest(self) -> None: ...

    def unwatched(job: Callable[[Any], Iterator[Any]], limits: Any) -> Iterator[Any]:
        yield from job(Still(limits))

    def parse(way: Any) -> Callable[[], None]:
        def run() -> None:
            tasks.guard.supervised = way
            parse_shard(shard, CONFIG, None)

        return run

    parse(unwatched)()  # what is loaded once is loaded
    without, within = best([parse(unwatched), parse(watched)])
    count = pq.read_metadata(shard / "documents.parquet").num_rows
    print(f"{count} pages parsed: {without:.2f} processor s without the guard, {within:.2f} with it: {100 * (within / without - 1):+.1f} %")


def charsets(_: Path) -> None:
    """Right decodings of real text in legacy character sets."""
    import charset_normalizer
    import py3langid
    import zstandard

    from tasks.split.decode import decode
    from tasks.split.detect import codec_of
    from tasks.split.errors import Refused

    source = SHARED / "data/pages/gold.jsonl.zst"
    if not source.exists():
        print(f"charsets: left out, for {source} is missing")
        return
    chance, known, total = random.Random(8), Counter[str](), Counter[Any]()
    with source.open("rb") as packed:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding="utf-8")
        bodies = [body for line in lines if len(body := json.loads(line).get("body") or "") > 600]
    for body in bodies:
        language = py3langid.classify(body[:2000])[0]
        known[language] += 1
        if language not in WRITTEN or known[language] > 25:
            continue
        at = chance.randrange(len(body) - 500)
        piece = unicodedata.normalize("NFC", body[at : at + chance.choice((400, 800, 1500))])
        for charset in WRITTEN[language] + PAIRS:
            data = piece.encode(codec_of(charset), "ignore")
            truth = data.decode(codec_of(charset))
            if len(data) <= 300 or (data.isascii() and not charset.startswith(("iso-2022", "utf-16"))):
                continue
            group = "two bytes" if charset in PAIRS else "legacy"
            total[group, "texts"] += 1
            total[group, "sets", charset] = 1
            for how, said in (("with", charset), ("without", None)):
                with contextlib.suppress(Refused):
                    total[group, how] += decode(data, said).text == truth
            total[group, "peer"] += str(charset_normalizer.from_bytes(data).best()) == truth
    print("| texts | in sets | declared | not declared | charset-normalizer, not declared |\n|---|---|---|---|---|")
    for group in ("legacy", "two bytes"):
        count, sets = total[group, "texts"], sum(1 for key in total if key[:2] == (group, "sets"))
        shares = " | ".join(f"{total[group, how] / count:.4f}" for how in ("with", "without", "peer"))
        print(f"| {count} {group} | {sets} | {shares} |")


PARTS = {"speed": speed, "memory": memory, "guard": guard, "charsets": charsets}


def main() -> int:
    """Run the parts that were named, or all."""
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as scratch:
            print(f"\n{part}")
            PARTS[part](Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Deduplication against the tools of the field: the same texts, one run, quality and processor time side by side.

    deduplicate.py --data COPIES --check score.py [--tools ours,rensa,…]     quality, on the labelled documents and on two halves of them
    deduplicate.py --data COPIES --documents N [--tools ours,rensa,…]        speed, on N documents made of their texts

COPIES is a folder with docs.jsonl.gz and pairs_ignore.jsonl.gz. The peers get an environment of their own
(`PEERS` below), made once beside the temporary files; each tool runs in a process of its own. Above the
size of the data its texts are used again with half of their longer words changed (the same ones throughout a
repetition), which keeps the copies copies and makes everything else another text.
"""

import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from environment import peers_python

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
PEERS = ("rensa", "datasketch", "gaoya", "datatrove[io,processing]", "spacy", "text-dedup")
TOOLS = ("ours", "rensa", "gaoya", "datasketch", "text-dedup", "datatrove")
SHARD = 1000
# As the workers of a run have it (flows/workers.py), for all tools alike: freed memory stays with the process.
KEPT = {"MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456"}
LONGER_WORD = re.compile(r"[^\W\d_]{4,}")
Row = dict[str, Any]


def labelled(folder: Path) -> list[Row]:
    """The labelled documents but for the translations, of which nothing is asked."""
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [row for row in map(json.loads, lines) if row["part"] != "paraphrase"]


def repeated(rows: Sequence[Row], documents: int) -> Iterator[Row]:
    """Rows until there are so many, each repetition with other words."""
    for number in range(documents):
        turn, row = divmod(number, len(rows))
        own = {"id": f"{turn}-{rows[row]['id']}", "cluster_id": f"{turn}-{rows[row]['cluster_id']}"}
        yield {**rows[row], **own, "text": _changed(rows[row]["text"], turn)}


def enciphered(rows: Sequence[Row], documents: int) -> Iterator[Row]:
    """Rows until there are so many, each repetition with other letters for its letters: a thousand times faster to make."""
    for number in range(documents):
        turn, row = divmod(number, len(rows))
        if not row:
            cipher = "".join(Random(turn).sample(ascii_lowercase, 26)) if turn else ascii_lowercase
            key = str.maketrans(ascii_lowercase + ascii_uppercase, cipher + cipher.upper())
        own = {"id": f"{turn}-{rows[row]['id']}", "cluster_id": f"{turn}-{rows[row]['cluster_id']}"}
        yield {**rows[row], **own, "text": rows[row]["text"].translate(key)}


def _changed(text: str, turn: int) -> str:
    if not turn:
        return text
    tail = chr(97 + turn % 26) + chr(97 + turn // 26)
    return LONGER_WORD.sub(lambda m: m[0] + tail * (zlib.crc32(f"{turn}{m[0].lower()}".encode()) & 1), text)


def bodies(rows: Sequence[tuple[int, str]]) -> Any:
    """Numbered texts as the table of articles that is signed."""
    import pyarrow as pa

    numbers, texts = zip(*rows, strict=True)
    known = {
        "document_id": [f"{number:032x}" for number in numbers],
        "identity": [f"id:{number}" for number in numbers],
        "source_bundle": ["b"] * len(rows),
        "source_member": [str(number) for number in numbers],
        "body": texts,
        "word_count": [text.count(" ") for text in texts],
        "published": pa.array([{"at": None}] * len(rows), pa.struct([("at", pa.timestamp("us", "UTC"))])),
    }
    empty = {"fetched_at": pa.timestamp("us", "UTC"), "published_earliest": pa.date32()}
    empty |= dict.fromkeys(("agency_id", "outlet_id", "outlet_domain", "outlet_source"), pa.string())
    return pa.table(known | {name: pa.nulls(len(rows), kind) for name, kind in empty.items()})


def signed(texts: Iterator[str], work: Path, first: int = 0) -> tuple[list[Path], float]:
    """Shards with the signatures of texts, and the processor seconds that signing took."""
    from tasks.deduplicate.shard import sign_rows
    from tasks.settings import CONFIG

    shards, seconds = [], 0.0
    while part := list(enumerate(islice(texts, SHARD), first + len(shards) * SHARD)):
        folder = work / f"{len(shards):05}"
        folder.mkdir(parents=True)
        rows = bodies(part)
        before = time.process_time()
        sign_rows([rows], folder, CONFIG)
        seconds += time.process_time() - before
        shards.append(folder)
    return shards, seconds


def grouped(shards: Sequence[Path], prior: Sequence[Path], work: Path) -> Path:
    """The file of assignments of signed shards, by the steps that the flow takes."""
    from tasks.deduplicate.groups import assign
    from tasks.deduplicate.index import index_part
    from tasks.deduplicate.members import gather
    from tasks.deduplicate.stories import compare_range, count_part, judge_range
    from tasks.settings import CONFIG

    folder = work / "grouping"
    parts, ranges = gather(shards, prior, folder, CONFIG)
    steps = ((index_part, parts, parts), (compare_range, ranges, parts), (count_part, parts, ranges), (judge_range, ranges, parts))
    for step, pieces, others in steps:
        for number in range(pieces):
            step(folder, number, others, CONFIG)
    return assign(shards, folder, ranges, work / "stories.parquet", CONFIG)


def peak() -> float:
    """The most memory that this process has held, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(source: Path, target: Path) -> None:
    """Run the room on the texts as bodies and print what it took; run in a process of its own.

    The texts are in memory when the clock runs, as they are for the peers; what the room writes and reads is part of it.
    """
    import pyarrow.parquet as pq

    import tasks.deduplicate.groups  # noqa: F401 - what it takes to import the room is not counted

    names: list[str] = []

    def texts(lines: Iterable[str]) -> Iterator[str]:
        for row in map(json.loads, lines):
            names.append(row["id"])
            yield row["text"]

    with tempfile.TemporaryDirectory() as work, source.open(encoding="utf-8") as lines:
        shards, seconds = signed(texts(lines), Path(work))
        before = time.process_time()
        file = grouped(shards, [], Path(work))
        seconds += time.process_time() - before
        found = pq.read_table(file, columns=["story_id"]).column(0).to_pylist()
    with target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"source_id": name, "story_id": story}) + "\n" for name, story in zip(names, found, strict=True))
    print(json.dumps({"seconds": seconds, "peak": peak()}))


def remembered(source: Path, share: float) -> None:
    """What a memory costs: bytes a document, and a batch that is a share of it against the whole; run in a process of its own."""
    import flows.lean  # noqa: F401 - keeps pandas out, as in the product
    import tasks.deduplicate.groups  # noqa: F401
    from tasks.deduplicate.remember import memory_rows

    def run(texts: Iterator[str], work: Path, first: int, prior: list[Path]) -> tuple[int, Path, float]:
        shards, seconds = signed(texts, work, first)
        before = time.process_time()
        file = memory_rows(shards, grouped(shards, prior, work), prior, work / "memory.parquet")
        return len(shards), file, seconds + time.process_time() - before

    with tempfile.TemporaryDirectory() as work, source.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
        batch = max(int(len(texts) * share / (1 + share)), 1)
        whole = len(texts) - batch
        _, memory, seconds = run(iter(texts[:whole]), Path(work) / "whole", 0, [])
        _, _, more = run(iter(texts[whole:]), Path(work) / "batch", whole, [memory])
        size = memory.stat().st_size / whole
    print(
        f"memory of {whole:,} documents: {size:.0f} bytes a document; a batch of {batch:,} more: {more:.2f} s of {seconds:.2f} s ({more / seconds:.3f})"
    )


def call(tool: str, python: Path) -> list[str]:
    """The command that runs a tool on texts."""
    return [sys.executable, __file__, "--ours"] if tool == "ours" else [str(python), str(HERE / "peers.py"), tool]


def run(tool: str, python: Path, texts: Path, labels: Path) -> Row:
    """One tool on the texts: processor seconds and peak memory; empty where it fails, with what it said last on stderr."""
    command = [*call(tool, python), str(texts), str(labels)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | KEPT)
    if done.returncode:
        print(f"{tool}: {' '.join(done.stderr.split())[-200:]}", file=sys.stderr)
        return {}
    result: Row = json.loads(done.stdout.splitlines()[-1])
    return result


def streamed(rows: Iterator[Row], labels: Path) -> tuple[list[Row], Row]:
    """Ours on texts that are made while it reads them, so that they lie nowhere; the rows without their texts, and what it took."""
    kept = []
    command = [*call("ours", Path()), "/dev/stdin", str(labels)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | KEPT) as process:
        assert process.stdin and process.stdout
        for row in rows:
            process.stdin.write(json.dumps({"id": row["id"], "text": row["text"]}) + "\n")
            kept.append({name: row[name] for name in ("id", "cluster_id", "relation")})
        process.stdin.close()
        return kept, json.loads(process.stdout.read().splitlines()[-1])


def pair_f1(rows: Sequence[Row], labels: Path) -> float:
    """F1 over pairs of documents, stubs left out."""
    found = {row["source_id"]: row["story_id"] for row in map(json.loads, labels.read_text().splitlines())}
    kept = [(row["cluster_id"], found[row["id"]]) for row in rows if row["relation"] != "stub"]
    both, true, said = (sum(n * (n - 1) for n in Counter(keys).values()) for keys in (kept, [k[0] for k in kept], [k[1] for k in kept]))
    return 2 * both / (true + said) if true + said else 1.0


def checked(check: Path, data: Path, labels: Path) -> Row:
    """What the scoring script says of the labels."""
    done = subprocess.run([sys.executable, str(check), "copies", str(data), str(labels)], capture_output=True, text=True, check=True)
    result: Row = json.loads(done.stdout)
    return result


def line(tool: str, rows: Sequence[Row], cost: Row, quality: Row, labels: Path) -> str:
    """One row of the table."""
    cells = [tool, f"{len(rows) / cost['seconds']:,.0f}", f"{cost['peak']:,.0f}", f"{pair_f1(rows, labels):.4f}"]
    if quality:
        found, wrong = quality["found by relation"], quality["merged wrongly"]
        cells += [f"{quality[part]['f1']:.4f}" if part in quality else "" for part in ("all but paraphrase", "real-wire")]
        cells += [f"{found['trimmed']:.3f} / {found['excerpt']:.3f}", " / ".join(f"{value:.4f}" for value in wrong.values())]
    return "| " + " | ".join(cells) + " |"


def half(row: Row) -> int:
    """The half of the data that a document is in: parameters are chosen on the first, whole stories and events are kept together."""
    key = row["cluster_id"] if row["part"] != "same-event" else row.get("event_id") or row["cluster_id"]
    return hashlib.sha256(key.encode()).digest()[0] % 2


def write_texts(rows: Iterable[Row], target: Path) -> Path:
    """Texts as the tools read them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"id": row["id"], "text": row["text"]}, ensure_ascii=False) + "\n" for row in rows)
    return target


def table(title: str, whole: bool) -> None:
    """The head of a table."""
    columns = ["tool", "documents a processor second", "peak MB", "pair F1"]
    columns += ["all but paraphrase", "real-wire", "trimmed / excerpts found", "merged wrongly"] if whole else []
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


def quality(args: argparse.Namespace, rows: list[Row], python: Path, work: Path) -> None:
    """All tools on the labelled texts, and ours on each half of them."""
    table(f"{len(rows):,} labelled documents", whole=True)
    texts = write_texts(rows, work / "texts" / "texts.jsonl")
    for tool in args.tools.split(","):
        if cost := run(tool, python, texts, labels := work / f"{tool}.jsonl"):
            print(line(tool, rows, cost, checked(args.check, args.data, labels), labels), flush=True)
    for number, name in enumerate(("ours, half of the tuning", "ours, the other half")):
        part, gold = [row for row in rows if half(row) == number], work / f"gold{number}"
        gold.mkdir()
        with gzip.open(gold / "docs.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in part)
        shutil.copy(args.data / "pairs_ignore.jsonl.gz", gold)
        if cost := run("ours", python, write_texts(part, work / f"half{number}" / "texts.jsonl"), labels := work / f"half{number}.jsonl"):
            print(line(name, part, cost, checked(args.check, gold, labels), labels), flush=True)


def speed(rows: list[Row], documents: int, tools: Sequence[str], python: Path, work: Path) -> None:
    """Tools on so many documents made of the texts; ours alone reads them as they are made."""
    table(f"{documents:,} documents", whole=False)
    if list(tools) == ["ours"]:
        kept, cost = streamed(enciphered(rows, documents), labels := work / "streamed.jsonl")
        print(line("ours", kept, cost, {}, labels), flush=True)
        return
    made = list(repeated(rows, documents))
    texts = write_texts(made, work / f"texts{documents}" / "texts.jsonl")
    for tool in tools:
        if cost := run(tool, python, texts, labels := work / f"{tool}{documents}.jsonl"):
            print(line(tool, made, cost, {}, labels), flush=True)
    done = subprocess.run([sys.executable, __file__, "--memory", str(texts)], env=os.environ | KEPT, check=False)
    assert done.returncode == 0
    shutil.rmtree(texts.parent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-peers")
    args = parser.parse_args()
    rows, tools = labelled(args.data), args.tools.split(",")
    python = peers_python(args.peers, PEERS) if set(tools) - {"ours"} else Path(sys.executable)
    with tempfile.TemporaryDirectory() as work:
        if args.documents:
            speed(rows, args.documents, tools, python, Path(work))
        else:
            quality(args, rows, python, Path(work))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if sys.argv[1:2] == ["--ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--memory"]:
        remembered(Path(sys.argv[2]), 0.01)
    else:
        main()

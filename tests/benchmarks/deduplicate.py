"""Deduplication against the tools of the field: the same texts, one run, quality and processor time side by side.

    deduplicate.py --data COPIES [--documents N] [--tools ours,rensa,…] [--check score.py]

COPIES is a folder with docs.jsonl.gz and pairs_ignore.jsonl.gz. The peers get an environment of their own
(`PEERS` below), made once beside the temporary files; each tool runs in a process of its own. With N above the
size of the data its texts are used again with half of their longer words changed (the same ones throughout a
repetition), which keeps the copies copies and makes everything else another text.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
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


def _changed(text: str, turn: int) -> str:
    if not turn:
        return text
    tail = chr(97 + turn % 26) + chr(97 + turn // 26)
    return LONGER_WORD.sub(lambda m: m[0] + tail * (zlib.crc32(f"{turn}{m[0].lower()}".encode()) & 1), text)


def articles(rows: Iterator[Row], work: Path) -> list[Path]:
    """Shards whose articles have the texts as bodies; the documents are numbered."""
    from tasks.records import Article, Stamp
    from tasks.shards import write_records

    empty: dict[str, Any] = {field.name: None for field in fields(Article)}
    empty |= {"captions": (), "keywords": (), "authors": (), "flags": (), "published": Stamp(), "modified": Stamp(), "source_bundle": "b"}
    shards: list[Path] = []
    while part := list(islice(rows, SHARD)):
        folder = work / f"{len(shards):05}"
        folder.mkdir()
        first = len(shards) * SHARD
        own = [(f"{number:032x}", f"id:{number}", f"{number}", row["text"]) for number, row in enumerate(part, first)]
        made = (
            {"document_id": i, "identity": key, "source_member": m, "body": text, "word_count": text.count(" ")} for i, key, m, text in own
        )
        write_records(folder / "articles.parquet", [Article(**empty | one) for one in made], Article)
        shards.append(folder)
    return shards


def grouped(shards: Sequence[Path], prior: Sequence[Path], work: Path) -> Path:
    """The file of assignments of signed shards, by the steps that the flow takes."""
    from tasks.deduplicate.groups import assign
    from tasks.deduplicate.index import index_part
    from tasks.deduplicate.members import gather
    from tasks.deduplicate.stories import compare_range, count_part, judge_range
    from tasks.settings import CONFIG

    folder = work / "grouping"
    parts, ranges = gather(shards, prior, folder, CONFIG)
    for step, pieces, others in (
        (index_part, parts, parts),
        (compare_range, ranges, parts),
        (count_part, parts, ranges),
        (judge_range, ranges, parts),
    ):
        for number in range(pieces):
            step(folder, number, others, CONFIG)
    return assign(shards, folder, ranges, work / "stories.parquet", CONFIG)


def ours(source: Path, target: Path) -> None:
    """Run the room on the texts as bodies and print what it took; run in a process of its own.

    The texts are in memory when the clock runs, as they are for the peers; what the room writes and reads is part of it.
    """
    import resource

    sys.path.insert(0, str(ROOT))
    from tasks.deduplicate.shard import read_articles, sign_rows
    from tasks.records import Assignment
    from tasks.settings import CONFIG
    from tasks.shards import read_records

    with tempfile.TemporaryDirectory() as work, source.open(encoding="utf-8") as lines:
        names: list[str] = []

        def named() -> Iterator[Row]:
            for row in map(json.loads, lines):
                names.append(row["id"])
                yield row

        shards, seconds = articles(named(), Path(work)), 0.0
        for folder in shards:
            rows = list(read_articles(folder))
            before = time.process_time()
            sign_rows(rows, folder, CONFIG)
            seconds += time.process_time() - before
        before = time.process_time()
        stories = grouped(shards, [], Path(work))
        seconds += time.process_time() - before
        found = read_records(stories, Assignment)
    target.write_text(
        "".join(json.dumps({"source_id": name, "story_id": row.story_id}) + "\n" for name, row in zip(names, found, strict=True))
    )
    print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run(tool: str, python: Path, texts: Path, labels: Path) -> Row:
    """One tool on the texts: processor seconds and peak memory; empty where it fails, with what it said last on stderr."""
    script = [sys.executable, __file__, "--ours"] if tool == "ours" else [str(python), str(HERE / "peers.py"), tool]
    environment = os.environ | KEPT
    done = subprocess.run([*script, str(texts), str(labels)], capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        print(f"{tool}: {' '.join(done.stderr.split())[-200:]}", file=sys.stderr)
        return {}
    result: Row = json.loads(done.stdout.splitlines()[-1])
    return result


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
        cells += [f"{quality[part]['f1']:.4f}" for part in ("all but paraphrase", "real-wire")]
        cells += [f"{found['trimmed']:.3f} / {found['excerpt']:.3f}", " / ".join(f"{value:.4f}" for value in wrong.values())]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-peers")
    args = parser.parse_args()
    rows = labelled(args.data)
    whole = args.documents in (0, len(rows)) and args.check
    rows = rows if whole else list(repeated(rows, args.documents or len(rows)))
    tools = args.tools.split(",")
    python = peers_python(args.peers, PEERS) if set(tools) - {"ours"} else Path(sys.executable)
    columns = ["tool", "documents a processor second", "peak MB", "pair F1"]
    columns += ["all but paraphrase", "real-wire", "trimmed / excerpts found", "merged wrongly"] if whole else []
    print(f"{len(rows):,} documents\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    with tempfile.TemporaryDirectory() as work:
        texts = Path(work) / "texts" / "texts.jsonl"
        texts.parent.mkdir()
        with texts.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps({"id": row["id"], "text": row["text"]}, ensure_ascii=False) + "\n" for row in rows)
        for tool in tools:
            labels = Path(work) / f"{tool}.jsonl"
            if cost := run(tool, python, texts, labels):
                print(line(tool, rows, cost, checked(args.check, args.data, labels) if whole else {}, labels), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()

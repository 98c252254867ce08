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


def ours(source: Path, target: Path) -> None:
    """Run the room on the texts as bodies and print what it took; run in a process of its own."""
    import resource

    sys.path.insert(0, str(ROOT))
    from tasks.deduplicate.groups import assign
    from tasks.deduplicate.shard import sign_shard
    from tasks.records import Article, Assignment, Stamp
    from tasks.settings import CONFIG
    from tasks.shards import read_records, write_records

    empty: dict[str, Any] = {field.name: None for field in fields(Article)}
    empty |= {"captions": (), "keywords": (), "authors": (), "flags": (), "published": Stamp(), "modified": Stamp(), "source_bundle": "b"}

    def article(number: int, row: Row) -> Article:
        own = {"document_id": f"{number:032x}", "identity": f"id:{number}", "source_member": f"{number}", "body": row["text"]}
        return Article(**empty | own | {"word_count": len(row["text"].split())})

    with tempfile.TemporaryDirectory() as work, source.open(encoding="utf-8") as lines:
        shards: list[Path] = []
        names: list[str] = []
        while part := [json.loads(text) for text in islice(lines, SHARD)]:
            folder = Path(work) / f"{len(shards):05}"
            folder.mkdir()
            write_records(folder / "articles.parquet", [article(number, row) for number, row in enumerate(part, len(names))], Article)
            shards.append(folder)
            names += [row["id"] for row in part]
        before = time.process_time()
        for folder in shards:
            sign_shard(folder, CONFIG)
        stories = assign(shards, [], Path(work) / "stories.parquet", CONFIG)
        seconds = time.process_time() - before
        rows = read_records(stories, Assignment)
    found = ({"source_id": name, "story_id": row.story_id} for name, row in zip(names, rows, strict=True))
    target.write_text("".join(json.dumps(row) + "\n" for row in found))
    print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run(tool: str, python: Path, texts: Path, labels: Path) -> Row:
    """One tool on the texts: processor seconds and peak memory; empty where it fails, with what it said last on stderr."""
    script = [sys.executable, __file__, "--ours"] if tool == "ours" else [str(python), str(HERE / "peers.py"), tool]
    done = subprocess.run([*script, str(texts), str(labels)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{tool}: {' '.join(done.stderr.split())[-200:]}", file=sys.stderr)
        return {}
    result: Row = json.loads(done.stdout.splitlines()[-1])
    return result


def pair_f1(rows: Sequence[Row], labels: Path) -> float:
    """F1 over pairs of documents, stubs left out."""
    found = {row["source_id"]: row["story_id"] for row in map(json.loads, labels.read_text().splitlines())}
    kept = [(row["cluster_id"], found[row["id"]]) for row in rows if row["relation"] != "stub"]
    both, true, said = (
        sum(n * (n - 1) for n in Counter(keys).values()) for keys in (kept, [k[0] for k in kept], [k[1] for k in kept])
    )
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

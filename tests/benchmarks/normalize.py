"""Metadata against the tools of the field: the same pages, one run, quality and processor time side by side.

    normalize.py --data PAGES --check score.py [--part 0.2] [--half 0|1] [--tools ours,trafilatura,…]

PAGES is a folder with pages.jsonl.zst and gold.jsonl.zst. A part is drawn by outlet group, and so are the halves: whoever
works on the rules looks at misses of half 0 alone, and half 1 is what is reported. The peers get an environment of
their own, made once beside the temporary files; each tool runs in a process of its own.
"""

import argparse
import hashlib
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import zstandard
from environment import peers_python

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PEERS = ("trafilatura==2.3.1", "htmldate==1.11.0", "newspaper4k==0.9.6", "lxml_html_clean", "dateparser==1.5.0")
TOOLS = ("ours", "trafilatura", "htmldate", "newspaper4k", "dateparser")
COLUMNS = ("headline", "author_f1", "people_f1", "people_false", "day", "day_precision", "instant", "outlet")
NOBODY = ROOT / "tests/train/nobody.txt"  # labelled authors that are no people
NO_DATES = {"headline", "author_f1", "people_f1", "people_false", "outlet"}
SILENT = {"htmldate": NO_DATES, "dateparser": NO_DATES | {"instant"}}  # of what a tool says nothing
Row = dict[str, Any]


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of a compressed JSONL file."""
    with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        for line in io.TextIOWrapper(plain, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def fraction(group: str, purpose: str) -> float:
    """A number from 0 to 1 for an outlet group: the same one every time, another one for each purpose."""
    return int.from_bytes(hashlib.sha256(f"{purpose}:{group}".encode()).digest()[:4]) / (1 << 32)


def is_drawn(gold: Row, part: float, half: int | None) -> bool:
    """Whether a page has metadata to score and belongs to the part and the half that were asked for."""
    group = str(gold["group"])
    mine = half is None or (fraction(group, "half") >= 0.5) == bool(half)
    return bool({"title", "authors", "date", "instant", "outlet"} & set(gold["tasks"])) and mine and fraction(group, "part") < part


def ours(source: Path, target: Path) -> None:
    """Run the rooms up to normalize and print what they took; run in a process of its own."""
    sys.path.insert(0, str(ROOT))
    from tasks.normalize.article import normalize_document
    from tasks.normalize.knowledge import load_knowledge
    from tasks.records import StrippedDocument
    from tasks.settings import CONFIG, load_settings
    from tasks.shards import read_records
    from tasks.split.shard import split_bundles
    from tests.rooms import strip_shards

    with tempfile.TemporaryDirectory() as name, target.open("w", encoding="utf-8") as out:
        work = Path(name)
        shards = split_bundles([str(source)], work, load_settings(CONFIG))
        before = spent()
        strip_shards(shards, work)
        extraction, metadata, count = spent() - before, 0.0, 0
        knowledge = load_knowledge(CONFIG)
        for shard in shards[:1]:  # what is loaded once, the language model above all
            normalize_document(next(iter(read_records(shard / "stripped.parquet", StrippedDocument))), knowledge)
        for stripped in (one for shard in shards for one in read_records(shard / "stripped.parquet", StrippedDocument)):
            before = time.process_time()
            article, _, _ = normalize_document(stripped, knowledge)
            metadata, count = metadata + time.process_time() - before, count + 1
            out.write(json.dumps(published(article), ensure_ascii=False, default=str) + "\n")
    print(json.dumps({"metadata": metadata / count, "extraction": extraction / count}))


def published(article: Any) -> Row:
    """The columns that are scored."""
    return {
        "source_id": article.source_id,
        "headline": article.headline,
        "authors": [{"name": author.name} for author in article.authors],
        "published_date": article.published.day,
        "published_at": article.published.at,
        "published_source": article.published.source,
        "outlet_name": article.outlet_name,
    }


def spent() -> float:
    """Processor seconds of this process and of its children that ended."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def run(tool: str, python: Path, pages: Path, rows: Path) -> Row:
    """One tool on the pages: processor seconds for a page; empty where it fails, with what it said last on stderr."""
    script = [sys.executable, __file__, "--ours"] if tool == "ours" else [str(python), str(HERE / "normalize_peers.py"), tool]
    done = subprocess.run([*script, str(pages), str(rows)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{tool}: {' '.join(done.stderr.split())[-300:]}", file=sys.stderr)
        return {}
    result: Row = json.loads(done.stdout.splitlines()[-1])
    return result


def checked(check: Path, gold: Path, rows: Path) -> Row:
    """What the scoring script says of the rows."""
    done = subprocess.run([sys.executable, str(check), "meta", str(gold), str(rows)], capture_output=True, text=True, check=True)
    result: Row = json.loads(done.stdout)
    return result


def people(gold: Path, rows: Path) -> Row:
    """By source: F1 of authors on pages that have people among their labels, and how often others get an author all the same."""
    nobody = {key(line) for line in NOBODY.read_text(encoding="utf-8").splitlines()}
    said = {row["source_id"]: row for row in map(json.loads, rows.open(encoding="utf-8"))}
    found: dict[str, dict[str, list[float]]] = {}
    for label in map(json.loads, gold.open(encoding="utf-8")):
        if "authors" not in label["tasks"] or label.get("authors") is None:
            continue
        truth = {key(name) for name in label["authors"]} - nobody - {""}
        names = {key(author["name"]) for author in said.get(label["id"], {}).get("authors") or ()} - {""}
        table = found.setdefault(label["source_repo"], {"people_f1": [], "people_false": []})
        if truth:
            table["people_f1"].append(2 * len(truth & names) / (len(truth) + len(names)))
        else:
            table["people_false"].append(float(bool(names)))
    return {
        source: {column: {"n": len(values), "score": sum(values) / len(values)} for column, values in table.items() if values}
        for source, table in found.items()
    }


def both(scores: Row, more: Row) -> Row:
    """What the scoring script says, and what is said of people; it names sources in short."""
    short = {repo: next((name for name in scores if name in repo), "wcxb") for repo in more}
    return scores | {short[repo]: scores.get(short[repo], {}) | values for repo, values in more.items()}


def key(name: str) -> str:
    """A name as names are compared: words in lower case."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", name).lower()))


def quality(found: dict[str, Row]) -> Iterator[str]:
    """A table row for each source of pages and each tool."""
    yield f"| pages | tool | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 2)}"
    for source in sorted({source for scores in found.values() for source, values in scores.items() if values}):
        for tool, scores in found.items():
            told = {name: one for name, one in scores[source].items() if name not in SILENT.get(tool, ())}
            cells = [f"{one['score']:.3f} ({one['n']})" if (one := told.get(column)) else "–" for column in COLUMNS]
            yield f"| {source} | {tool} | {' | '.join(cells)} |"


def speed(costs: dict[str, Row]) -> Iterator[str]:
    """A table row for each tool: milliseconds for a page, and what metadata costs beside the extraction of the text."""
    yield "| tool | metadata, ms a page | extraction, ms a page | metadata / own extraction | metadata / trafilatura's extraction |\n|---|---|---|---|---|"
    beside = costs.get("trafilatura", {}).get("extraction")
    for tool, cost in costs.items():
        own = cost["extraction"]
        ratios = [f"{cost['metadata'] / base:.2f}" if base else "–" for base in (own, beside)]
        yield f"| {tool} | {1000 * cost['metadata']:.1f} | {f'{1000 * own:.1f}' if own else '–'} | {' | '.join(ratios)} |"


def draw(data: Path, work: Path, part: float, half: int | None) -> tuple[Path, Path, int]:
    """The pages that were asked for and their labels as files, and how many they are."""
    kept = {row["id"]: row for row in rows_of(data / "gold.jsonl.zst") if is_drawn(row, part, half)}
    pages, gold = work / "pages.jsonl", work / "gold.jsonl"
    with pages.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(data / "pages.jsonl.zst") if row["id"] in kept)
    gold.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept.values()), encoding="utf-8")
    return pages, gold, len(kept)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-peers-normalize")
    args = parser.parse_args(arguments)
    tools = args.tools.split(",")
    python = peers_python(args.peers, PEERS) if set(tools) - {"ours"} else Path(sys.executable)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pages, gold, count = draw(args.data, work, args.part, args.half)
        print(f"{count:,} pages\n", flush=True)
        costs = {tool: cost for tool in tools if (cost := run(tool, python, pages, work / f"{tool}.jsonl"))}
        found = {tool: both(checked(args.check, gold, work / f"{tool}.jsonl"), people(gold, work / f"{tool}.jsonl")) for tool in costs}
    print("\n".join([*quality(found), "", *speed(costs)]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(sys.argv[1:])

"""Pages against the extractors of the field: the same pages, one run, quality and processor time side by side.

    python -m tests.benchmarks.strip [--tools ours,trafilatura,…] [--part 0.2] [--keep ROWS.jsonl] [--before ROWS.jsonl]

Ours is judged in cross-validation by outlet: for each fold the page model is trained on the other folds' outlets, and the product's own
parsing, judging, refusing and normalizing run on the fold. `--keep` writes our rows; `--before` lists gains and losses against such rows.
The peers get an environment of their own, made once beside the temporary files; each runs in a process of its own.
"""

import argparse
import collections
import contextlib
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction

from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import load_knowledge
from tasks.records import Given, RawDocument, StrippedDocument
from tasks.settings import CONFIG, load_settings
from tasks.strip.judge import Debris, load_debris
from tasks.strip.page import parse_page
from tasks.strip.refusal import body_of, load_refusals, refusal
from tasks.strip.repeats import ENOUGH, outlet_key, repeats_of
from tasks.strip.shard import strip
from tasks.strip.text import parse_text
from tests.benchmarks.environment import peers_python
from tests.benchmarks.strip_tables import changes, confidence, debris_lines, languages, quality
from tests.gate.gate import SHARED, rows_of
from tests.train.pages import FITTER, FOLDS, fit, number_of, read_pages, write_model

PEERS = ("trafilatura==2.3.1", "readability-lxml", "newspaper4k", "lxml_html_clean", "resiliparse", "justext")
TOOLS = (
    "ours",
    "trafilatura",
    "trafilatura precision",
    "trafilatura recall",
    "trafilatura fast",
    "readability-lxml",
    "newspaper4k",
    "resiliparse",
    "justext",
)
WARM, TIMED = 60, 360  # pages before the clocks count, pages that are timed page by page, those among them
Row = dict[str, Any]


def models(data: Path, work: Path, environment: Path) -> list[Path]:
    """For each fold a configuration whose page model has not seen its outlets."""
    pages, folders = read_pages(data), []
    for fold in range(FOLDS):
        folder = work / f"config{fold}"
        shutil.copytree(CONFIG, folder)
        seen = [page for page in pages if page.fold != fold]
        write_model(folder / "page_model.csv", fit(seen, environment))
        folders.append(folder)
    return folders


def drawn(data: Path, part: float) -> tuple[list[Row], list[Row]]:
    """The pages of a part of the outlets whose body is labelled, and their labels; those in other charsets than UTF-8 are left out."""
    told = {row["id"]: row for row in rows_of(data / "gold.jsonl.zst") if {"body", "segments"} & set(row["tasks"])}
    mine = {name for name, row in told.items() if number_of(str(row["group"])) // FOLDS % 1000 < 1000 * part}
    pages = [row for row in rows_of(data / "pages.jsonl.zst") if row["id"] in mine and "html" in row]
    return pages, [told[row["id"]] for row in pages]


def document(page: Row) -> RawDocument:
    """A page as the split room hands it over."""
    name, html = str(page["id"]), page["html"]
    return RawDocument(name, f"id:{name}", "b", name, name, "", "text/html", "utf-8", html, page["url"], None, (), len(html))


def ours(pages: Sequence[Row], folds: dict[str, int], configs: Sequence[Path]) -> tuple[list[Row], float, float]:
    """A row for each page that is published, the processor seconds of stripping them all, and of normalizing."""
    debris, refusals, settings, knowledge = load_debris(CONFIG), load_refusals(CONFIG), load_settings(CONFIG), load_knowledge(CONFIG)
    documents = [document(page) for page in pages]
    parse_page(documents[0], configs[0])
    before = time.process_time()
    parsed = [parse_page(one, configs[folds[str(one.source_id)]]) for one in documents]
    around: dict[tuple[str, int], set[int]] = collections.defaultdict(set)
    for one in parsed:
        for repeat in repeats_of(one):
            around[repeat.outlet, repeat.line].add(repeat.around)
    common: dict[str, set[int]] = collections.defaultdict(set)
    for (outlet, line), places in around.items():
        if len(places) >= ENOUGH:
            common[outlet].add(line)
    stripped = [strip(one, debris, frozenset(common.get(outlet_key(one) or "", ()))) for one in parsed]
    published = [one for one in stripped if refusal(one, refusals, settings.pipeline.story.words) is None]
    middle = time.process_time()
    articles = [normalize_document(one, knowledge)[0] for one in published]
    after = time.process_time()
    rows = [
        {
            "source_id": one.parsed.document.source_id,
            "body": body_of(one),
            "headline": article.headline,
            "confidence": one.body_confidence,
            "again": again(one, article.headline, article.outlet_name, debris),
        }
        for one, article in zip(published, articles, strict=True)
    ]
    return rows, middle - before, after - middle


def beside(pages: Sequence[Row], config: Path) -> str:
    """Processor time of stripping and of trafilatura with metadata, page by page in one process; what is loaded once is loaded before."""
    debris, refusals = load_debris(CONFIG), load_refusals(CONFIG)

    def stripped(page: Row) -> None:
        parsed = parse_page(document(page), config)
        collections.deque(repeats_of(parsed), maxlen=0)
        refusal(strip(parsed, debris, frozenset()), refusals, 0)

    ways: dict[str, Callable[[Row], Any]] = {
        "ours": stripped,
        "trafilatura": lambda page: bare_extraction(page["html"], url=page["url"], include_comments=False, with_metadata=True),
        "trafilatura fast": lambda page: bare_extraction(
            page["html"], url=page["url"], include_comments=False, with_metadata=True, fast=True
        ),
    }
    spent = dict.fromkeys(ways, 0.0)
    gc.freeze()  # as the product does before it works on a shard
    for number, page in enumerate(pages):
        for way in [*ways][number % 3 :] + [*ways][: number % 3]:
            before = time.process_time()
            with contextlib.suppress(Exception):  # a page that a tool breaks on is no reason to stop
                ways[way](page)
            spent[way] += time.process_time() - before if number >= WARM else 0.0
    gc.unfreeze()
    each = [f"{way} {1000 * cost / max(1, len(pages) - WARM):.1f} ms ({cost / spent['ours']:.2f})" for way, cost in spent.items()]
    return f"\nPage by page in one process, with metadata but for ours: {', '.join(each)}"


def peer(tool: str, python: Path, pages: Path, rows: Path) -> float | None:
    """The processor seconds of a tool on the pages; None where it fails, with what it said last on stderr."""
    script = [python, Path(__file__).with_name("strip_peers.py"), tool, pages, rows]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{tool}: {' '.join(done.stderr.split())[-300:]}", file=sys.stderr)
        return None
    told = json.loads(done.stdout.splitlines()[-1])
    if told["failed"]:
        print(f"{tool}: it broke on {told['failed']} pages", file=sys.stderr)
    return float(told["seconds"])


def checked(check: Path, gold: Path, rows: Path) -> Row:
    """What the scoring script says of the rows."""
    done = subprocess.run([sys.executable, check, "pages", gold, rows], capture_output=True, text=True, check=True)
    result: Row = json.loads(done.stdout)
    return result


def write(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def again(stripped: StrippedDocument, headline: str | None, outlet: str | None, debris: Debris) -> bool:
    """Whether a body, run as a text with its headline and outlet given, gives itself."""
    given = tuple(Given(field, value, f"row.{field}") for field, value in (("headline", headline), ("outlet", outlet)) if value)
    body = body_of(stripped)
    text = replace(stripped.parsed.document, text=body, media_type="text/plain", url=None, given=given)
    return body_of(strip(parse_text(text), debris, frozenset())) == body


def report(rows: Sequence[Row], gold: Sequence[Row], data: Path, before: Path | None) -> Iterator[str]:
    """The tables about us alone."""
    yield f"\n{sum(row['again'] for row in rows)} of {len(rows)} bodies give themselves when they are run again as texts"
    bodies = {row["source_id"]: row["body"] for row in rows}
    yield from confidence({row["source_id"]: row["confidence"] for row in rows}, bodies, gold)
    yield from debris_lines(list(rows_of(data / "trafilatura_lines.jsonl.gz")), bodies, gold)
    if before is not None:
        yield from changes([json.loads(line) for line in before.read_text(encoding="utf-8").split("\n") if line], rows, gold)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED / "data/pages")
    parser.add_argument("--check", type=Path, default=SHARED / "checks/score.py")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--part", type=float, default=1.0, help="share of the outlets that are scored")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--models", type=Path, help="folder with a configuration for each fold, of an earlier run")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "copydesk-peers-strip")
    args = parser.parse_args()
    tools = args.tools.split(",")
    pages, gold = drawn(args.data, args.part)
    folds = {str(row["id"]): number_of(str(row["group"])) % FOLDS for row in gold}
    print(f"{len(pages):,} pages\n", flush=True)
    python = peers_python(args.peers, [*PEERS, *FITTER])
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        scored, texts, found, costs = write(work / "gold.jsonl", gold), write(work / "pages.jsonl", pages), {}, {}
        for tool in tools:
            target = work / "rows.jsonl"
            if tool == "ours":
                configs = sorted(args.models.glob("config*")) if args.models else models(args.data, work, args.peers)
                mine, costs[tool], costs["ours, with metadata"] = ours(pages, folds, configs)
                costs["ours, with metadata"] += costs[tool]
                write(args.keep or target, mine)
                found[tool] = checked(args.check, scored, write(target, mine))
            elif (seconds := peer(tool, python, texts, target)) is not None:
                costs[tool], found[tool] = seconds, checked(args.check, scored, target)
        print("\n".join(quality(found, {tool: len(pages) / cost for tool, cost in costs.items()})), flush=True)
        print("\n".join(languages(found)), flush=True)
        if "ours" in tools:
            print("\n".join(report(mine, gold, args.data, args.before)), flush=True)
            print(beside(pages[:: max(1, len(pages) // TIMED)][:TIMED], configs[0]))


if __name__ == "__main__":
    main()

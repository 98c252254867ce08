"""Text with debris: word F1 by view on outlets that the line model has not seen, beside simple line rules, and texts a processor second.

    make bench-strip-text

The labelled lines lie in ../shared/data/lines, the scorer in ../shared/checks. For each of five groups of outlets the model is
trained on the other four. Rules were written by people who saw a part of the texts.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasks.records import RawDocument
from tasks.settings import CONFIG
from tasks.strip.judge import Debris, load_debris
from tasks.strip.shard import MOST_TOGETHER
from tasks.strip.story import strip_document, strip_texts
from tasks.strip.text import parse_text
from tasks.strip.trees import forest_of
from tests.benchmarks.strip_tables import debris_lines
from tests.gate.gate import rows_of
from tests.train.lines import DATA, PEERS, fold_of, fold_trees, items, raw_of, samples

PAGES = DATA.parents[1] / "pages"
SCORER = DATA.parents[2] / "checks" / "score.py"
VIEWS = ("main", "recall", "np4k", "readab", "blocks")
ENDS = (".", "?", "!", '"', "”", "。", "！", "？", "।", "؟")
LEAST_WORDS, WIDE = 5, re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
ROUNDS = 3

Item = dict[str, Any]


def ours(debris: Debris, document: RawDocument) -> str:
    """The body that the strip room keeps of a text."""
    stripped = strip_document(parse_text(document), debris)
    source = stripped.parsed.source_text
    return "\n\n".join("".join(source[a:b] for a, b in paragraph.parts) for paragraph in stripped.paragraphs)


def kept_whole(lines: Sequence[str]) -> str:
    """All lines."""
    return "\n".join(lines)


def c4_rules(lines: Sequence[str]) -> str:
    """The line rules of C4: a sentence mark at the end, five words, no script or cookie notice; ten characters of Chinese or Japanese count."""
    return "\n".join(
        line
        for line in lines
        if line.rstrip().endswith(ENDS)
        and (len(line.split()) >= LEAST_WORDS or len(WIDE.findall(line)) >= 2 * LEAST_WORDS)
        and not any(
            word in line.lower()
            for word in ("javascript", "privacy policy", "terms of use", "cookie policy", "uses cookies", "use of cookies")
        )
    )


def scored(found: Iterable[Item], bodies: Callable[[Item], str], gold: Path) -> dict[str, Any]:
    """What the scorer says of the bodies."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as rows:
        for item in found:
            rows.write(json.dumps({"source_id": item["doc_id"], "body": bodies(item)}, ensure_ascii=False) + "\n")
        rows.flush()
        done = subprocess.run([sys.executable, SCORER, "lines", gold, rows.name], capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def speed(debris: Debris, documents: Sequence[RawDocument]) -> float:
    """Texts parsed and stripped in a processor second, as many together as in a shard, the best of some rounds (others use the machine too)."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        for first in range(0, len(documents), MOST_TOGETHER):
            strip_texts([parse_text(document) for document in documents[first : first + MOST_TOGETHER]], debris)
        best = max(best, len(documents) / (time.process_time() - start))
    return best


def table(title: str, rows: dict[str, list[str]]) -> None:
    """A Markdown table with a column for each view."""
    print(f"\n{title}\n\n| | {' | '.join(VIEWS)} |\n|---|{'---|' * len(VIEWS)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def unseen() -> dict[int, Debris]:
    """For each fold what the judge knows, with a model that did not see its domains."""
    debris, trees = load_debris(CONFIG), fold_trees(list(samples()), PEERS)
    return {fold: replace(debris, model=replace(debris.model, forest=forest_of(each))) for fold, each in trees.items()}


def left_behind(by_fold: Mapping[int, Debris]) -> None:
    """What becomes of the lines that trafilatura keeps of pages, run again as texts: debris gone and story words lost, by class and language."""
    gold = {str(row["id"]): row for row in rows_of(PAGES / "gold.jsonl.zst")}
    pages = list(rows_of(PAGES / "trafilatura_lines.jsonl.gz"))
    texts = {page["id"]: raw_of({"url": gold[page["id"]]["url"], "lines": [{"text": line} for line in page["lines"]]}) for page in pages}
    bodies = {name: ours(by_fold[fold_of(str(gold[name]["domain"]))], text) for name, text in texts.items()}
    print("\n".join(debris_lines(pages, bodies, list(gold.values()))))


def quality(found: Sequence[Item], by_fold: Mapping[int, Debris]) -> None:
    """Word F1, precision and recall by view, of ours and of simple rules; ours by language on the view main."""
    ways: dict[str, Callable[[Item], str]] = {
        "Copydesk, outlets unseen by the model": lambda item: ours(by_fold[fold_of(item["domain"])], raw_of(item)),
        "C4's line rules": lambda item: c4_rules([line["text"] for line in item["lines"]]),
        "keep all": lambda item: kept_whole([line["text"] for line in item["lines"]]),
    }
    said = {name: scored(found, way, DATA) for name, way in ways.items()}
    shown = ("f1", "precision", "recall")
    rows = {name: [" / ".join(f"{by[f'view {view}'][what]:.3f}" for what in shown) for view in VIEWS] for name, by in said.items()}
    table("word F1 / precision / recall", rows)
    below = next(iter(said.values()))
    print("\ntexts with a recall below one half:", {view: below[f"view {view}"]["recall_below_half"] for view in VIEWS})
    first = next(iter(ways.values()))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as gold:
        closest = [item for item in found if item["view"] == VIEWS[0]]
        gold.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in closest)
        gold.flush()
        by = scored(closest, first, Path(gold.name))
    print("\nview main by language:", {k[5:]: (v["n"], v["f1"]) for k, v in by.items() if k.startswith("lang ") and v["n"] >= 10})


def main() -> int:
    """Print quality, then speed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["quality", "speed"])
    only = parser.parse_args().only
    if not (DATA.exists() and SCORER.exists()):
        print(f"the labelled lines and their scorer are not here: {DATA} and {SCORER} are expected", file=sys.stderr)
        return 2
    found = list(items())
    if only != "speed":
        by_fold = unseen()
        quality(found, by_fold)
        left_behind(by_fold)
    if only != "quality":
        debris = load_debris(CONFIG)
        documents = {view: [raw_of(item) for item in found if item["view"] == view] for view in VIEWS}
        ours(debris, documents[VIEWS[0]][0])
        table("texts a processor second", {"Copydesk": [f"{speed(debris, documents[view]):,.0f}" for view in VIEWS]})
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What holds without help: dates from the visible text alone, outlets' names without their row of the registry, outlets by text alone.

    normalize_dates.py --data PAGES [--texts TEXTS.jsonl.gz] [--part 0.1] [--half 0|1]

PAGES is a folder with pages.jsonl.zst and gold.jsonl.zst. For the dates each page loses its scripts, meta and link elements, its
attributes for machines and the path of its address before it is read; a table shows coverage and precision by the trust that a day
needs (`threshold` in config/dates/trust.yml). For the outlets the rows of all outlets in question are taken out of the registry at
once. TEXTS are already extracted texts with their debris, read without an address. Parts and halves are those of normalize.py.
"""

import argparse
import base64
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html
from normalize import ROOT, is_drawn, rows_of

sys.path.insert(0, str(ROOT))

from tasks.normalize.address import domains
from tasks.normalize.article import decide, normalize_document
from tasks.normalize.dates.decide import decide_dates
from tasks.normalize.dates.trust import load_trust
from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.normalize.reading import read
from tasks.records import Article, StrippedDocument
from tasks.settings import CONFIG, load_settings
from tasks.shards import read_records
from tasks.split.shard import split_bundles
from tests.rooms import strip_shards

MACHINE = ("datetime", "content", "itemprop", "data-date", "data-timestamp", "title")
DOUBTFUL = ("date_gold_after_crawl", "date_gold_implausible", "date_gold_day_month_swapped_suspect")
LEAST = range(45, 100, 5)  # steps of trust in the table
Row = dict[str, Any]


def visible(page: Row) -> str:
    """A page as its readers see it, without what it states for machines."""
    raw = page["html"].encode() if page.get("html") else base64.b64decode(page["html_base64"])
    tree = html.fromstring(raw, parser=html.HTMLParser(encoding="utf-8" if page.get("html") else None, huge_tree=True))
    for element in list(tree.iter("script", "meta", "link")):
        element.drop_tree()
    for element in tree.iter(etree.Element):
        for name in MACHINE:
            element.attrib.pop(name, None)
    return etree.tostring(tree, encoding="unicode", method="html")


def stripped(bundle: Path, work: Path) -> Iterator[StrippedDocument]:
    """The rooms up to strip."""
    shards = split_bundles([str(bundle)], work, load_settings(CONFIG))
    strip_shards(shards, work)
    for shard in shards:
        yield from read_records(shard / "stripped.parquet", StrippedDocument)


def articles(bundle: Path, knowledge: Knowledge) -> dict[str, Article]:
    """The articles of a bundle by the id that it gave."""
    with tempfile.TemporaryDirectory() as work:
        made = (normalize_document(one, knowledge)[0] for one in stripped(bundle, Path(work)))
        return {article.source_id or "": article for article in made}


def days(bundle: Path, asked: dict[str, Row], knowledge: Knowledge) -> Iterator[str]:
    """A table: coverage and precision of the days read from a bundle, by the trust from which a day is stated."""
    found = []
    with tempfile.TemporaryDirectory() as work:
        for document in stripped(bundle, Path(work)):
            fields, _, outlet = decide(read(document), knowledge)
            dates = decide_dates(document, fields["language"], outlet, knowledge.dates)
            if dates.published.day:
                found.append((dates.trust, dates.published, asked[document.parsed.document.source_id or ""]))
    floor = load_trust(CONFIG).threshold
    yield f"| trust at least | coverage | precision | within one day |\n|{'---|' * 4}"
    for least in (0, *(step for step in LEAST if step >= floor)):
        told = shares([(stamp, row) for trust, stamp, row in found if trust >= least], len(asked))
        name = f"{floor:.0f}, or a lone update" if not least else f"{least}"
        yield f"| {name} | {told['coverage']:.3f} | {told['precision']:.3f} | {told['within one']:.3f} |"


def dated(gold: dict[str, Row]) -> dict[str, Row]:
    """The labels of pages whose day is known for sure."""
    return {key: row for key, row in gold.items() if row.get("date_day") and not any(f.startswith(DOUBTFUL) for f in row["flags"])}


def visible_bundle(pages: Path, asked: dict[str, Row], work: Path) -> Path:
    """The pages in question as their readers see them."""
    bundle = work / "visible.jsonl"
    with bundle.open("w", encoding="utf-8") as out:
        for number, page in enumerate(page for page in rows_of(pages) if page["id"] in asked):
            host = urlsplit(page["url"] or "").hostname or "nowhere.example"
            out.write(json.dumps({"id": page["id"], "url": f"https://{host}/?{number}", "html": visible(page)}) + "\n")
    return bundle


def whole_bundle(pages: Path, asked: dict[str, Row], work: Path) -> Path:
    """The pages in question as they are."""
    bundle = work / "whole.jsonl"
    bundle.write_text("".join(json.dumps(page) + "\n" for page in rows_of(pages) if page["id"] in asked), encoding="utf-8")
    return bundle


def shares(found: list[tuple[Any, Row]], asked: int) -> Row:
    """Coverage, and precision to the day and within one."""
    off = [(abs((stamp.day - date.fromisoformat(row["date_day"])).days), row) for stamp, row in found]
    right = sum(days <= ("date_is_utc_day_may_differ_from_local" in row["flags"]) for days, row in off)
    count = max(1, len(off))
    within = sum(days <= 1 for days, _ in off)
    return {"coverage": round(len(off) / max(1, asked), 3), "precision": round(right / count, 3), "within one": round(within / count, 3)}


def outlets(pages: Path, gold: dict[str, Row], knowledge: Knowledge, work: Path) -> Row:
    """Share of outlets named as the gold names them, without their rows in the registry and with them."""
    asked = {key: row for key, row in gold.items() if row.get("outlet") and "outlet_is_repo_id" not in row["flags"]}
    bundle = work / "outlets.jsonl"
    bundle.write_text("".join(json.dumps(page) + "\n" for page in rows_of(pages) if page["id"] in asked), encoding="utf-8")
    found = {}
    for name, known in (("without", without(knowledge, asked)), ("with", knowledge)):
        rows = articles(bundle, known)
        same = [words(rows[key].outlet_name if key in rows else None) == words(row["outlet"]) for key, row in asked.items()]
        found[name] = round(sum(same) / max(1, len(same)), 3)
    return {"pages": len(asked)} | found


def by_text(texts: Path, knowledge: Knowledge, work: Path) -> Iterator[str]:
    """A table: how often a text without its address names an outlet, and how often that is the one it came from, by view."""
    rows = [json.loads(line) for line in gzip.decompress(texts.read_bytes()).splitlines()]
    yield f"| texts | n | outlet stated | right | precision |\n|{'---|' * 5}"
    for view in sorted({row["view"] for row in rows}):
        mine = {row["doc_id"]: row["url"] for row in rows if row["view"] == view}
        bundle = work / f"{view}.jsonl"
        lines = ({"id": r["doc_id"], "text": "\n".join(line["text"] for line in r["lines"])} for r in rows if r["view"] == view)
        bundle.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        stated = {key: a for key, a in articles(bundle, knowledge).items() if a.outlet_name or a.outlet_domain}
        right = sum(is_outlet(article, mine[key], knowledge) for key, article in stated.items())
        yield f"| {view} | {len(mine)} | {len(stated)} | {right} | {right / max(1, len(stated)):.3f} |"


def is_outlet(article: Article, url: str, knowledge: Knowledge) -> bool:
    """Whether the outlet of a row is the one that an address belongs to."""
    names = domains(url)
    known = next((found for name in names if (found := knowledge.registry.by_domain(name))), None)
    return article.outlet_domain in names or bool(known and known.domain == article.outlet_domain)


def without(knowledge: Knowledge, asked: dict[str, Row]) -> Knowledge:
    """What is known, the rows of the outlets in question taken out."""
    gone = {name for row in asked.values() for name in domains(row["url"])}
    registry = knowledge.registry
    tables = {part: {key: one for key, one in getattr(registry, part).items() if key not in gone} for part in ("outlets", "candidates")}
    names = {key: tuple(one for one in found if one.outlet_id not in gone) for key, found in registry.names.items()}
    less = replace(registry, **tables, names={key: found for key, found in names.items() if found}, fingerprints=())
    return replace(knowledge, registry=less)


def words(text: str | None) -> str:
    """A name in lower case, words only."""
    return " ".join(re.findall(r"\w+", (text or "").lower()))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--half", type=int, choices=(0, 1))
    arguments = parser.parse_args()
    pages = arguments.data / "pages.jsonl.zst"
    drawn = (row for row in rows_of(arguments.data / "gold.jsonl.zst") if is_drawn(row, arguments.part, arguments.half))
    gold = {str(row["id"]): row for row in drawn}
    knowledge, asked = load_knowledge(CONFIG), dated(gold)
    with tempfile.TemporaryDirectory() as work:
        for name, bundle in (("visible text alone", visible_bundle), ("whole pages", whole_bundle)):
            print(
                f"\nDays of {name}, {len(asked)} pages\n", *days(bundle(pages, asked, Path(work)), asked, knowledge), sep="\n", flush=True
            )
        print("\nOutlets by name\n", json.dumps(outlets(pages, gold, knowledge, Path(work))), sep="\n", flush=True)
        if arguments.texts:
            print("\nOutlets by text alone\n", *by_text(arguments.texts, knowledge, Path(work)), sep="\n")


if __name__ == "__main__":
    main()

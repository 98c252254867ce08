"""What holds without help: dates from the visible text alone, and outlets' names without their row of the registry.

    normalize_dates.py --data PAGES [--part 0.1] [--half 0|1]

PAGES is a folder with pages.jsonl.zst and gold.jsonl.zst. For the dates each page loses its scripts, meta and link elements, its
attributes for machines and the path of its address before it is read. For the outlets the rows of all outlets in question are
taken out of the registry at once. Parts and halves are those of normalize.py.
"""

import argparse
import base64
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

from tasks.deduplicate.select import select_documents
from tasks.normalize.address import domains
from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.records import Article, StrippedDocument
from tasks.settings import CONFIG, load_settings
from tasks.shards import read_records
from tasks.split.shard import split_bundles
from tasks.strip.shard import count_lines, parse_shard, strip_shard

MACHINE = ("datetime", "content", "itemprop", "data-date", "data-timestamp", "title")
DOUBTFUL = ("date_gold_after_crawl", "date_gold_implausible", "date_gold_day_month_swapped_suspect")
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
    for shard in shards:
        parse_shard(shard, CONFIG, None)
    select_documents(shards, None, work / "selected.parquet")
    count_lines(shards, [], work / "boilerplate.parquet")
    for shard in shards:
        strip_shard(shard, CONFIG, work / "selected.parquet", work / "boilerplate.parquet")
        yield from read_records(shard / "stripped.parquet", StrippedDocument)


def articles(bundle: Path, knowledge: Knowledge) -> dict[str, Article]:
    """The articles of a bundle by the id that it gave."""
    with tempfile.TemporaryDirectory() as work:
        made = (normalize_document(one, knowledge)[0] for one in stripped(bundle, Path(work)))
        return {article.source_id or "": article for article in made}


def days(pages: Path, gold: dict[str, Row], knowledge: Knowledge, work: Path) -> Row:
    """Coverage and precision of the days read from visible text, with and without those whose source is `update`."""
    asked = {key: row for key, row in gold.items() if row.get("date_day") and not any(f.startswith(DOUBTFUL) for f in row["flags"])}
    bundle = work / "visible.jsonl"
    with bundle.open("w", encoding="utf-8") as out:
        for number, page in enumerate(page for page in rows_of(pages) if page["id"] in asked):
            host = urlsplit(page["url"] or "").hostname or "nowhere.example"
            out.write(json.dumps({"id": page["id"], "url": f"https://{host}/?{number}", "html": visible(page)}) + "\n")
    rows = articles(bundle, knowledge)
    found = [(rows[key].published, row) for key, row in asked.items() if key in rows and rows[key].published.day]
    return {
        "pages": len(asked),
        "all": shares(found, len(asked)),
        "but update": shares([f for f in found if f[0].source != "update"], len(asked)),
    }


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
    """Print both figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--half", type=int, choices=(0, 1))
    arguments = parser.parse_args()
    pages = arguments.data / "pages.jsonl.zst"
    drawn = (row for row in rows_of(arguments.data / "gold.jsonl.zst") if is_drawn(row, arguments.part, arguments.half))
    gold = {str(row["id"]): row for row in drawn}
    knowledge = load_knowledge(CONFIG)
    with tempfile.TemporaryDirectory() as work:
        print(json.dumps({"dates from visible text": days(pages, gold, knowledge, Path(work))}), flush=True)
        print(json.dumps({"outlets by name": outlets(pages, gold, knowledge, Path(work))}))


if __name__ == "__main__":
    main()

"""What holds without help: dates from the visible text alone, outlets' names without their row of the registry, outlets by text alone;
and whose text it is, on the pages whose agency was labelled by hand.

    normalize_dates.py --data PAGES [--texts TEXTS.jsonl.gz] [--part 0.1] [--half 0|1] [--work FOLDER]

PAGES is a folder with pages.jsonl.zst and gold.jsonl.zst. For the dates each page loses its scripts, meta and link elements, its
attributes for machines and the path of its address before it is read; a table shows coverage and precision by the trust that a day
needs (`threshold` in config/dates/trust.yml). For the outlets the rows of all outlets in question are taken out of the registry at
once. TEXTS are already extracted texts with their debris, read without an address. Parts and halves are those of normalize.py; the
labelled agencies are few and always asked whole. Whole pages are split, parsed and stripped once into FOLDER (default: a temporary
one), which `tests.train` reads as well.
"""

import argparse
import base64
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
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
from tests.gate import agencies
from tests.rooms import strip_shards
from tests.train.headlines import shards_in

MACHINE = ("datetime", "content", "itemprop", "data-date", "data-timestamp", "title")
DOUBTFUL = ("date_gold_after_crawl", "date_gold_implausible", "date_gold_day_month_swapped_suspect")
GONE = "meta_tags_rewritten_content_to_value"
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


def stripped(shards: Sequence[Path], asked: Collection[str]) -> Iterator[StrippedDocument]:
    """The documents of stripped shards that are asked for, by the id that their bundle gave."""
    for shard in shards:
        yield from (one for one in read_records(shard / "stripped.parquet", StrippedDocument) if one.parsed.document.source_id in asked)


def made(bundle: Path, work: Path) -> list[Path]:
    """The shards of a bundle, stripped in a folder of their own."""
    work.mkdir()
    shards = split_bundles([str(bundle)], work, load_settings(CONFIG))
    strip_shards(shards, work)
    return shards


def articles(shards: Sequence[Path], asked: Collection[str], knowledge: Knowledge) -> dict[str, Article]:
    """The articles among them."""
    found = (normalize_document(one, knowledge)[0] for one in stripped(shards, asked))
    return {article.source_id or "": article for article in found}


def days(shards: Sequence[Path], asked: dict[str, Row], knowledge: Knowledge) -> Iterator[str]:
    """A table: coverage and precision of the days read from stripped pages, by the trust from which a day is stated."""
    found = []
    for document in stripped(shards, asked):
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


def shares(found: list[tuple[Any, Row]], asked: int) -> Row:
    """Coverage, and precision to the day and within one."""
    off = [(abs((stamp.day - date.fromisoformat(row["date_day"])).days), row) for stamp, row in found]
    right = sum(days <= ("date_is_utc_day_may_differ_from_local" in row["flags"]) for days, row in off)
    count = max(1, len(off))
    within = sum(days <= 1 for days, _ in off)
    return {"coverage": round(len(off) / max(1, asked), 3), "precision": round(right / count, 3), "within one": round(within / count, 3)}


def outlets(shards: Sequence[Path], gold: dict[str, Row], knowledge: Knowledge) -> Row:
    """Share of outlets named as the gold names them, without their rows in the registry and with them."""
    asked = {key: row for key, row in gold.items() if row.get("outlet") and "outlet_is_repo_id" not in row["flags"]}
    found = {}
    for name, known in (("without", without(knowledge, asked)), ("with", knowledge)):
        rows = articles(shards, asked, known)
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
        read_as = articles(made(bundle, work / view), mine, knowledge)
        stated = {key: article for key, article in read_as.items() if article.outlet_name or article.outlet_domain}
        right = sum(is_outlet(article, mine[key], knowledge) for key, article in stated.items())
        yield f"| {view} | {len(mine)} | {len(stated)} | {right} | {f'{right / len(stated):.3f}' if stated else '–'} |"


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
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    pages = arguments.data / "pages.jsonl.zst"
    drawn = (row for row in rows_of(arguments.data / "gold.jsonl.zst") if is_drawn(row, arguments.part, arguments.half))
    gold = {str(row["id"]): row for row in drawn}
    knowledge, asked = load_knowledge(CONFIG), dated(gold)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shards = made(visible_bundle(pages, asked, work), work / "visible")
        title(f"Days of visible text alone, {len(asked)} pages", *days(shards, asked, knowledge))
        whole = arguments.work or work / "whole"
        whole.mkdir(parents=True, exist_ok=True)
        shards = shards_in(whole)
        title(f"Days of whole pages, {len(asked)} pages", *days(shards, asked, knowledge))
        bare = {key: row for key, row in asked.items() if GONE in row["flags"]}
        title(f"Days of pages whose metadata is gone, {len(bare)} pages", *days(shards, bare, knowledge))
        title("Outlets by name", json.dumps(outlets(shards, gold, knowledge)))
        labels = agencies.labels()
        said = {key: article.agency_id for key, article in articles(shards, labels, knowledge).items()}
        title("Agencies", json.dumps(agencies.figures(agencies.compared(labels, said))))
        if arguments.texts:
            title("Outlets by text alone", *by_text(arguments.texts, knowledge, work))


def title(text: str, *lines: str) -> None:
    """Print some lines under a title, at once."""
    print(f"\n{text}\n", *lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()

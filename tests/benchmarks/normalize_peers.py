"""The tools of the field on one file of pages, each in a process of its own: called by `normalize.py` with the peers' Python.

    normalize_peers.py TOOL PAGES.jsonl ROWS.jsonl

PAGES has `id`, `url` and `html` (or `html_base64`); ROWS gets rows that ../shared/checks/score.py reads. The last line printed is
a JSON object: processor seconds for a page, of the extraction and of the metadata where the tool lets them be told apart.
"""

import base64
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LINE, MOST = 60, 25  # characters and number of the lines that dateparser is shown
Row = dict[str, Any]
Read = Callable[[Any, str], Row]


def people(names: list[str]) -> list[Row]:
    return [{"name": name.strip()} for name in names if name.strip()]


def trafilatura(html: Any, url: str) -> Row:
    from trafilatura import extract_metadata

    found = extract_metadata(html, default_url=url)
    names = (found.author or "").split(";")
    return {"headline": found.title, "authors": people(names), "published_date": found.date, "outlet_name": found.sitename}


def trafilatura_text(html: Any, url: str) -> Row:
    from trafilatura import extract

    return {"body": extract(html, url=url, include_comments=False)}


def htmldate(html: Any, url: str) -> Row:
    from htmldate import find_date

    return {"published_date": find_date(html, url=url, original_date=True)}


def htmldate_minute(html: Any, url: str) -> Row:
    from htmldate import find_date

    return {"published_at": find_date(html, url=url, original_date=True, outputformat="%Y-%m-%dT%H:%M:%S%z")}


def newspaper4k(html: Any, url: str) -> Row:
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False  # else it asks the network for every picture, and waits
    article = Article(url or "https://example.org/", config=config)
    article.download(input_html=html if isinstance(html, str) else html.decode("utf-8", "replace"))
    article.parse()
    day = article.publish_date.isoformat() if article.publish_date else None
    return {"headline": article.title, "authors": people(article.authors), "published_date": day, "outlet_name": article.meta_site_name}


def dateparser(html: Any, url: str) -> Row:
    """The first short line with a year that dateparser reads as a date, in the language that the page states: it has no reader of pages."""
    import re

    from dateparser import parse
    from lxml import html as pages

    tree = pages.fromstring(html if isinstance(html, bytes) else html.encode(), parser=pages.HTMLParser(encoding="utf-8", huge_tree=True))
    language = (tree.get("lang") or "")[:2].lower()
    told = (" ".join(text.split()) for text in tree.itertext() if re.search(r"\b(?:19|20)\d\d\b", text))
    for line in [text for text in told if len(text) <= LINE][:MOST]:
        if found := parse(line, languages=[language] if len(language) == 2 else None, settings={"STRICT_PARSING": True}):
            return {"published_date": found.date().isoformat()}
    return {}


# A tool, or two steps of one whose rows are put together.
TOOLS: dict[str, tuple[Read, ...]] = {
    "trafilatura": (trafilatura, trafilatura_text),
    "htmldate": (htmldate, htmldate_minute),
    "newspaper4k": (newspaper4k,),
    "dateparser": (dateparser,),
}


def pages_of(path: Path) -> Iterator[tuple[str, str, Any]]:
    """Id, address and content of each page."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            page = json.loads(line)
            packed = page.get("html_base64")
            yield page["id"], page.get("url") or "", base64.b64decode(packed) if packed else page["html"]


def attempt(read: Read, html: Any, url: str) -> Row:
    """What a tool says, nothing where it breaks."""
    try:
        return read(html, url)
    except Exception:  # peers break in their own ways, and go on with the next page
        return {}


def main() -> None:
    tool, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    seconds = [0.0] * len(TOOLS[tool])
    count = 0
    for read in TOOLS[tool]:
        attempt(read, "<html><head><title>A</title></head><body><p>A</p></body></html>", "https://example.org/")  # what is loaded once
    with target.open("w", encoding="utf-8") as out:
        for name, url, html in pages_of(source):
            row: Row = {"source_id": name}
            for step, read in enumerate(TOOLS[tool]):
                before = time.process_time()
                row |= attempt(read, html, url)
                seconds[step] += time.process_time() - before
            count += 1
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    each = [total / max(count, 1) for total in seconds]
    print(json.dumps({"metadata": each[0], "extraction": each[1] if tool == "trafilatura" else None}))


if __name__ == "__main__":
    main()

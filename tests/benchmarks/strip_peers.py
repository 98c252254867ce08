"""The extractors of the field on one file of pages, each in a process of its own: called by `strip.py` with the peers' Python.

    strip_peers.py TOOL PAGES.jsonl ROWS.jsonl

PAGES has `id`, `url` and `html`; ROWS gets rows that ../shared/checks/score.py reads. The last line printed is a JSON object: the
processor seconds for all pages.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
warnings.filterwarnings("ignore")


def trafilatura(html: str, url: str, **options: Any) -> Row:
    from trafilatura import bare_extraction

    found: Any = bare_extraction(html, url=url, include_comments=False, with_metadata=True, **options)
    return {} if found is None else {"body": found.text, "headline": found.title}


def readability(html: str, url: str) -> Row:
    import lxml.html
    from readability import Document

    document = Document(html)
    summary = lxml.html.fromstring(document.summary(html_partial=True))
    blocks = summary.xpath("//p|//h2|//h3|//h4|//li|//blockquote|//pre|//td")
    texts = [" ".join(block.text_content().split()) for block in blocks if not block.xpath("ancestor::p|ancestor::li|ancestor::blockquote")]
    return {
        "body": "\n".join(text for text in texts if text) or " ".join(summary.text_content().split()),
        "headline": document.short_title(),
    }


def newspaper(html: str, url: str) -> Row:
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False  # else it asks the network for every picture, and waits
    article = Article(url, config=config)
    article.download(input_html=html)
    article.parse()
    return {"body": article.text, "headline": article.title}


def resiliparse(html: str, url: str) -> Row:
    from resiliparse.extract.html2text import extract_plain_text

    return {"body": extract_plain_text(html, main_content=True, alt_texts=False, links=False, comments=False)}


def justext(html: str, url: str) -> Row:
    import justext as module

    paragraphs = module.justext(html, frozenset().union(*map(module.get_stoplist, module.get_stoplists())))
    return {"body": "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)}


TOOLS: dict[str, Callable[[str, str], Row]] = {
    "trafilatura": trafilatura,
    "trafilatura precision": lambda html, url: trafilatura(html, url, favor_precision=True),
    "trafilatura recall": lambda html, url: trafilatura(html, url, favor_recall=True),
    "trafilatura fast": lambda html, url: trafilatura(html, url, fast=True),
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "resiliparse": resiliparse,
    "justext": justext,
}


def main() -> None:
    tool, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    extract, failed = TOOLS[tool], 0
    before = time.process_time()
    with source.open(encoding="utf-8") as pages, target.open("w", encoding="utf-8") as out:
        for page in map(json.loads, pages):
            try:
                row = extract(page["html"], page["url"])
            except Exception:  # an extractor that breaks on a page has kept nothing of it
                row, failed = {}, failed + 1
            out.write(json.dumps({"source_id": page["id"]} | row, ensure_ascii=False) + "\n")
    print(json.dumps({"seconds": time.process_time() - before, "failed": failed}))


if __name__ == "__main__":
    main()

"""Labelled pages as texts with debris, for the line model: their blocks as lines, once of the whole page and once of its article.

They are as an extraction that keeps everything would give them. Pages that are among the labelled lines already are left out.
"""

import collections
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tasks.records import Block
from tasks.strip.source_text import read_source
from tasks.strip.stack import Column
from tasks.strip.tree import read_tree
from tests.gate.gate import rows_of
from tests.train.pages import Row, judged

ARTICLE = re.compile(r"^(?:article|main)\b|#content|#main")
LEAST = 3  # lines of a text


@dataclass(frozen=True)
class PageText:
    """A view of a page: its lines, which of them are story, which are known to be that or debris."""

    view: str
    url: str
    domain: str
    lines: tuple[str, ...]
    story: Column
    known: Column


def page_texts(folder: Path, known: Collection[str]) -> Iterator[PageText]:
    """The views of all pages that have a gold body, but for pages under known URLs."""
    gold = {row["id"]: row for row in rows_of(folder / "gold.jsonl.zst") if "body" in row["tasks"] and row.get("body")}
    for row in rows_of(folder / "pages.jsonl.zst"):
        if row["id"] in gold and "html" in row and gold[row["id"]]["url"] not in known:
            yield from views_of(row["html"], gold[row["id"]])


def views_of(html: str, gold: Row) -> Iterator[PageText]:
    """The views of a page in which there is some story."""
    source = read_source(read_tree(html).find("body"))
    texts = [source.text[block.start : block.end] for block in source.blocks]
    if not texts:
        return
    story, weights = judged(texts, source.blocks, gold)
    for view, chosen in (("blocks", range(len(texts))), ("main", within(source.blocks, texts))):
        seen = [at for at in chosen if texts[at].strip() and not source.blocks[at].hidden]
        if len(seen) >= LEAST and story[seen].any():
            lines = tuple(" ".join(texts[at].split()) for at in seen)
            yield PageText(view, gold["url"], gold["domain"], lines, story[seen], (weights[seen] > 0).astype(float))


def within(blocks: Sequence[Block], texts: Sequence[str]) -> Sequence[int]:
    """The blocks in the element for the article, or for the content, that holds most text; none where there is none."""
    sizes: collections.Counter[str] = collections.Counter()
    for block, text in zip(blocks, texts, strict=True):
        parts = block.path.split("/")
        for at, part in enumerate(parts):
            if ARTICLE.search(part):
                sizes["/".join(parts[: at + 1])] += len(text)
    if not sizes:
        return ()
    largest = sizes.most_common(1)[0][0]
    return [at for at, block in enumerate(blocks) if f"{block.path}/".startswith(f"{largest}/")]

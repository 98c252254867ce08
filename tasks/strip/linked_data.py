"""JSON-LD of a page, read with patience: what its article nodes say of themselves, as clues."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tasks.records import Clue
from tasks.strip.tree import restore

LONGEST = 1000  # characters of a clue
DEEPEST = 6  # levels of nesting that are followed to find an article node
MOST = 200  # nodes of one page that are looked at

FIELDS = {
    "headline": "headline",
    "name": "headline",
    "alternativeHeadline": "alternative_headline",
    "description": "alternative_headline",
    "datePublished": "published",
    "dateCreated": "published",
    "uploadDate": "published",
    "dateModified": "modified",
    "author": "author",
    "creator": "author",
    "publisher": "outlet",
    "sourceOrganization": "outlet",
    "copyrightHolder": "outlet",
    "inLanguage": "language",
    "url": "url",
    "mainEntityOfPage": "url",
    "articleSection": "section",
    "keywords": "keyword",
    "isAccessibleForFree": "paywall",
}
_ARTICLE = re.compile(r"(?:Article|Posting|Report|Review)\Z")
_ABOUT = {"WebPage", "ItemPage", "AboutPage"}
_HOUSE = {"Organization", "NewsMediaOrganization", "WebSite"}
_FOLLOWED = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed", "isPartOf")
_WRAPPING = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|//\s*<!\[CDATA\[|/\*.{0,20}?\*/")
_TRAILING = re.compile(r",(\s*[\]}])")

Node = dict[str, Any]


def parse_linked_data(texts: Iterable[str]) -> list[Any]:
    """The JSON values in the texts of `application/ld+json` scripts; what no patience can read is left out."""
    return [value for text in texts for value in _values(restore(text))]


def _values(text: str) -> list[Any]:
    try:
        return [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return _mended(_TRAILING.sub(r"\1", _WRAPPING.sub("", text)).strip().rstrip(";"))


def _mended(text: str) -> list[Any]:
    """What can be read of a damaged script: each value that stands whole in it."""
    decoder, place = json.JSONDecoder(strict=False), 0
    found: list[Any] = []
    while place < len(text) and len(found) < MOST:
        try:
            value, place = decoder.raw_decode(text, place)
            found.append(value)
        except (ValueError, RecursionError):
            return found
        while place < len(text) and text[place] in " \t\r\n,;":
            place += 1
    return found


def nodes(values: Iterable[Any]) -> Iterator[Node]:
    """The typed nodes of a page, outermost first; lists of other stories are not followed."""
    queue = [(value, 0) for value in values]
    for count, (value, depth) in enumerate(queue):
        if depth > DEEPEST or count > MOST:
            return
        if isinstance(value, list):
            queue.extend((item, depth + 1) for item in value)
        elif isinstance(value, dict):
            if value.get("@type"):
                yield value
            queue.extend((value[key], depth + 1) for key in _FOLLOWED if isinstance(value.get(key), (dict, list)))


def kinds(node: Node) -> list[str]:
    """The types of a node, without their vocabulary's address."""
    raw = node.get("@type")
    return [str(kind).rsplit("/", 1)[-1] for kind in (raw if isinstance(raw, list) else [raw]) if kind]


def is_article(node: Node) -> bool:
    return any(_ARTICLE.search(kind) for kind in kinds(node))


def article_bodies(values: Iterable[Any]) -> list[str]:
    """The texts that the page's article nodes give as their body."""
    return [body for node in nodes(values) if is_article(node) and isinstance(body := node.get("articleBody"), str)]


def linked_clues(values: list[Any]) -> Iterator[Clue]:
    """Clues of all article, page, outlet and breadcrumb nodes, in document order."""
    found = list(nodes(values))
    known = {node["@id"]: node for node in found if isinstance(node.get("@id"), str) and len(node) > 2}
    for node in found:
        kind = (kinds(node) or ["Thing"])[0]
        yield _clue("type", kind, f"{kind}.@type")
        if is_article(node) or kind in _ABOUT:
            yield from _article_clues(node, kind, known)
        elif kind in _HOUSE and isinstance(node.get("name"), str):
            yield _clue("outlet", node["name"], f"{kind}.name")
        elif kind == "BreadcrumbList":
            yield from _crumbs(node)


def _article_clues(node: Node, kind: str, known: dict[str, Node]) -> Iterator[Clue]:
    for key, field in FIELDS.items():
        for value, rule in _leaves(node.get(key), f"{kind}.{key}", known, 0):
            if value and not (field == "headline" and "author" in rule):
                yield _clue(field, value, rule)


def _leaves(value: Any, rule: str, known: dict[str, Node], depth: int) -> Iterator[tuple[str, str]]:
    """The plain values below a property: names of people and outlets, addresses of pages."""
    if depth > 3 or value is None:
        return
    if isinstance(value, list):
        for item in value[:50]:
            yield from _leaves(item, rule, known, depth + 1)
    elif isinstance(value, dict):
        node = value if value.get("name") else known.get(str(value.get("@id")), value)
        key = "@id" if rule.endswith("mainEntityOfPage") else "name"
        suffix = "" if kinds(node)[:1] in ([], ["Person"]) or key == "@id" else f"@{kinds(node)[0]}"
        yield from _leaves(node.get(key), f"{rule}.{key}{suffix}", known, depth + 1)
    else:
        yield str(value), rule


def _crumbs(node: Node) -> Iterator[Clue]:
    for item in node.get("itemListElement") or []:
        if isinstance(item, dict):
            inner = item.get("item")
            name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
            if isinstance(name, str):
                yield _clue("section", name, "BreadcrumbList.itemListElement.name")


def _clue(field: str, raw: str, rule: str) -> Clue:
    return Clue(field, str(raw).strip()[:LONGEST], "json-ld", rule)

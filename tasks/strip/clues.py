"""What a page states about itself: candidates for metadata, not yet judged."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml.etree import iterwalk

from tasks.records import Clue
from tasks.strip.linked_data import LONGEST, linked_clues, parse_linked_data
from tasks.strip.page_state import state_clues
from tasks.strip.tree import BLOCK_TAGS, SKIPPED, restore

META = {
    "headline": "og:title twitter:title dc.title dcterms.title citation_title parsely-title sailthru.title headline title mrf:title",
    "alternative_headline": "og:description twitter:description description dc.description sailthru.description",
    "author": """
        author article:author dc.creator dcterms.creator citation_author parsely-author sailthru.author twitter:creator byl
        byline authors creator article:author_name og:article:author dcsext.author mrf:authors
        """,
    "published": """
        article:published_time article:published og:published_time datepublished date pubdate publishdate publish-date
        publish_date publication_date publication-date dc.date dc.date.issued dcterms.date dcterms.created dcterms.issued
        dc.date.created citation_publication_date citation_date parsely-pub-date sailthru.date originalpublicationdate
        datecreated article.published article.created date.created og:article:published_time created published
        rnews:datepublished cxenseparse:recs:publishtime last-published article_date_original displaydate timestamp og:pubdate
        og:release_date prism.publicationdate shareaholic:article_published_time bt:pubdate ptime
        """,
    "modified": """
        article:modified_time article:modified og:updated_time og:modified_time lastmod last-modified lastmodified datemodified
        dcterms.modified dc.date.modified modified dateupdated article.updated date.updated revised utime bt:moddate
        shareaholic:article_modified_time updated
        """,
    "outlet": """
        og:site_name og:site:name application-name article:publisher publisher dc.publisher dcterms.publisher citation_journal_title source
        copyright al:android:app_name al:ios:app_name apple-mobile-web-app-title twitter:site cre twitter:app:name:iphone
        """,
    "language": "og:locale content-language dc.language dcterms.language language inlanguage",
    "url": "og:url twitter:url identifier parsely-link",
    "section": """
        article:section section parsely-section dc.subject category articlesection og:article:section cxenseparse:recs:category
        mrf:sections sailthru.vertical
        """,
    "keyword": "keywords news_keywords article:tag parsely-tags sailthru.tags og:article:tag",
    "type": "og:type parsely-type dc.type pagetype page_type page-type",
    "paywall": "article:content_tier article:opinion content_tier cxenseparse:recs:paywall isaccessibleforfree",
}  # names of meta elements, by field, lower case
_FIELD = {name: field for field, names in META.items() for name in names.split()}
_PUBLISHED = re.compile(r"(?:^|[^a-z])(?:publish(?:ed|ing)?|publication|posted)[_\-.: ]?(?:on|at|date|time|datetime)$")  # by any other name
_MICRODATA = {
    "headline": "headline",
    "datepublished": "published",
    "datecreated": "published",
    "datemodified": "modified",
    "author": "author",
    "publisher": "outlet",
    "articlesection": "section",
    "keywords": "keyword",
    "inlanguage": "language",
}
_BYLINE = re.compile(
    r"byline|by-line|\bby\b|author|autor|auteur|autore|redacteur|journalist|reporter|contributor|writer|signature", re.IGNORECASE
)
_DATED = re.compile(r"date|time(?!r|line)|publish|posted|datum|fecha|datetime|pubdate|entry-meta|post-meta|article-meta", re.IGNORECASE)
_CHANGED = re.compile(r"modif|updat|aktual|actuali|revis|changed", re.IGNORECASE)
_PAYWALL = re.compile(r"paywall|piano-|regwall|subscriber-only|premium-content|metered", re.IGNORECASE)
_HINT_WORDS = """
    by author autor auteur redacteur journalist reporter contributor writer signature date time publish posted datum fecha entry-meta
    post-meta article-meta modif updat aktual actuali revis changed paywall piano- regwall subscriber-only premium-content metered
"""
_HINTS = frozenset(_HINT_WORDS.split())  # of these a label holds one where any of the patterns above matches it
_DIGIT = re.compile(r"\d")
BARS = re.compile(r"\|(?: \|)+ ")
BREAKING = BLOCK_TAGS | {"br"}
SHORT = 200  # characters of a byline or time stamp in the page
MOST_PARTS = 4  # elements of a heading that are looked at
MOST = 60  # elements of the page that are taken for one field


def _meaning(label: str) -> tuple[str, str] | None:
    """What a class, rel or itemprop says of its element: the field and the word that told."""
    if label.isascii() and not any(map(label.lower().__contains__, _HINTS)):
        return None
    for pattern, field in ((_BYLINE, "author"), (_CHANGED, "modified"), (_DATED, "published"), (_PAYWALL, "paywall")):
        if found := pattern.search(label):
            return field, found[0].lower()
    return None


def text_of(element: Any) -> str:
    """The text of an element in one line."""
    return " ".join(restore("".join(element.itertext())).split())


def parted(element: Any) -> str:
    """The text of an element in one line, bars where blocks in it begin and end, blanks at other elements: names apart from roles."""
    pieces: list[str] = []
    for event, node in iterwalk(element, events=("start", "end")):
        inner, shown = node is not element, isinstance(node.tag, str) and node.tag not in SKIPPED
        pieces.append((" | " if node.tag in BREAKING else " ") if inner else "")
        pieces.append((node.text if shown and event == "start" else node.tail if inner and event == "end" else "") or "")
    return BARS.sub("| ", " ".join(restore("".join(pieces)).split())).strip("| ")


def page_title(tree: Any) -> str:
    """The page's own headline as far as the head or the first h1 tells it; empty where neither does."""
    for meta in tree.iter("meta"):
        if (meta.get("property") or "").lower() == "og:title" and meta.get("content"):
            return restore(meta.get("content"))
    heading = next(tree.iter("h1"), None)
    heading = next(tree.iter("title"), None) if heading is None else heading
    return "" if heading is None else text_of(heading)


class Marks:
    """Elements of the body that mean something, in document order; called for each element on the way down."""

    def __init__(self) -> None:
        self.found: list[tuple[Any, str, str, str]] = []  # element, field, source, rule
        self._counts: dict[tuple[str, str], int] = {}

    def __call__(self, element: Any, tag: str, classes: str | None) -> bool:
        """Whether an element means something; `classes` is its class attribute."""
        if classes is None and tag != "h1" and tag != "time" and not element.attrib:
            return False
        get, taken = element.get, False
        meanings = _labels(tag, classes or "", get("rel") or "", get("itemprop") or "", get("datetime") is not None)
        for field, source, rule in meanings:
            count = self._counts[field, source] = self._counts.get((field, source), 0) + 1
            if count <= MOST:
                self.found.append((element, field, source, rule))
                taken = True
        return taken


@lru_cache(maxsize=20_000)
def _labels(tag: str, classes: str, rel: str, item: str, dated: bool) -> tuple[tuple[str, str, str], ...]:
    """What an element is by its tag and attributes: (field, source, rule), several where it says several things."""
    found = [("headline", "heading", "h1")] if tag == "h1" else []
    found += [(_MICRODATA[word.lower()], "microdata", f"itemprop={word}") for word in item.split() if word.lower() in _MICRODATA]
    if tag == "time" or dated:
        told = _CHANGED.search(f"{classes} {rel} {item}")
        found.append(("modified" if told else "published", "time-element", "time" if tag == "time" else f"{tag}[datetime]"))
    elif meaning := _meaning(f"{classes} {rel}"):
        field, word = meaning
        sources = {"author": "byline-element", "paywall": "class"}
        found.append((field, sources.get(field, "date-element"), f"{tag}[rel=author]" if rel == "author" else f".{word}"))
    return tuple(found)


def page_clues(tree: Any, marked: list[tuple[Any, str, str, str]], offsets: dict[Any, int]) -> tuple[tuple[Clue, ...], list[Any]]:
    """All clues of a page, and its JSON-LD values. Order: JSON-LD, head, body, each as they stand in the page."""
    values = parse_linked_data(script.text or "" for script in tree.iter("script") if "ld+json" in script.get("type", "").lower())
    clues = [*linked_clues(values), *_head_clues(tree), *state_clues(tree), *_body_clues(marked, offsets)]
    return tuple(dict.fromkeys(clue for clue in clues if clue.raw)), values


def _head_clues(tree: Any) -> Iterator[Clue]:
    if language := tree.get("lang") or tree.get("xml:lang"):
        yield Clue("language", language[:LONGEST], "html-element", "html[lang]")
    for title in list(tree.iterfind(".//head/title"))[:1]:
        yield Clue("headline", text_of(title)[:LONGEST], "title-element", "title")
    for meta in tree.iter("meta"):
        yield from _meta_clues(meta)
    for link in tree.iter("link"):
        rel = link.get("rel", "").lower()
        if rel in ("canonical", "amphtml", "shortlink") and link.get("href"):
            yield Clue("url", restore(link.get("href")).strip()[:LONGEST], "link-element", f"link[rel={rel}]")


def _meta_clues(meta: Any) -> Iterator[Clue]:
    for key in ("property", "name", "itemprop", "http-equiv"):
        name = (meta.get(key) or "").strip()
        field = _FIELD.get(name.lower()) or (_MICRODATA.get(name.lower()) if key == "itemprop" else None)
        content = " ".join(restore(meta.get("content") or "").split())
        like = not field and _DIGIT.search(content) and _PUBLISHED.search(name.lower())
        if (field := "published" if like else field) and content:
            yield Clue(field, content[:LONGEST], "meta", f"meta[{key}{'*' if like else ''}={name.lower()}]")


def _body_clues(marked: list[tuple[Any, str, str, str]], offsets: dict[Any, int]) -> Iterator[Clue]:
    for element, field, source, rule in marked:
        offset = offsets.get(element)
        stated = restore(element.get("datetime") or element.get("content") or "").strip()
        if stated and field != "paywall":
            key = "datetime" if element.get("datetime") else "content"
            yield Clue(field, stated[:LONGEST], source, rule if rule.endswith("]") else f"{rule}[{key}]", offset)
        text = rule if field == "paywall" else text_of(element)
        text = parted(element) if field == "author" and len(text) <= SHORT else text
        fits = len(text) <= (LONGEST if field == "headline" else SHORT)
        dated = source != "date-element" or (_DIGIT.search(text) and len(text) <= SHORT // 2)
        if fits and dated and element.tag not in ("meta", "link"):
            yield Clue(field, text, source, rule, offset)
            if source == "heading":
                yield from (Clue(field, part, source, "h1 part", offset) for part in _parts(element, text))


def _parts(heading: Any, text: str) -> list[str]:
    """The texts of a heading's own elements, where they are not the whole of it: a kicker and the headline behind it."""
    parts = [text_of(child) for child in heading.iter("span", "strong", "em", "a", "div", "p", "b", "small")][:MOST_PARTS]
    tails = [" ".join(restore(child.tail or "").split()) for child in heading][:MOST_PARTS]
    return [part for part in dict.fromkeys([*parts, *tails]) if 3 < len(part) < len(text)]

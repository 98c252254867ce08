"""Feeds (RSS, Atom) and the news industry's own formats (NewsML-G2, NITF): an item each, what it says of itself as given."""

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from tasks.records import Given
from tasks.settings import Limits
from tasks.split.decode import whole
from tasks.split.errors import Refused
from tasks.split.source import Found, Item, Meta, Refusal, Source
from tasks.split.streams import read_document

Element = Any  # lxml's stubs do not know what its parsers answer
RENAMED = {f"hl{n}": f"h{n}" for n in range(1, 6)} | {
    "block": "div",
    "body.content": "div",
    "media": "figure",
    "media-caption": "figcaption",
}
DROPPED = ("media-reference", "media-metadata", "media-producer")
ITEM_FIELDS = (
    ("headline", "title"),
    ("published", "pubDate published date issued"),
    ("modified", "updated modified"),
    ("byline", "creator author"),
    ("keywords", "category subject"),
    ("language", "language"),
)
WIRE_FIELDS = (
    ("headline", "headline hl1"),
    ("byline", "by byline bytag"),
    ("dateline", "dateline"),
    ("credit", "creditline"),
    ("agency", "provider infoSource distributor copyrightHolder"),
    ("published", "firstCreated contentCreated versionCreated story.date date.issue"),
    ("modified", "versionCreated contentModified"),
    ("section", "genre"),
    ("keywords", "keyword slugline"),
)


def _tree(data: bytes) -> Element:
    """The root of an XML document; entities stay unexpanded and nothing is fetched. Raises Refused."""
    root = _parsed(data, None)
    if root is None and (charset := _told_wrongly(data)):
        root = _parsed(data, charset)
    if root is None:
        raise Refused("corrupt", "not valid XML")
    return root


def _parsed(data: bytes, charset: str | None) -> Element:
    """The root, None where there is none; the character set goes before what the document declares. Raises Refused."""
    parser = etree.XMLParser(encoding=charset, resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("corrupt", f"not valid XML: {error}") from None


def _told_wrongly(data: bytes) -> str | None:
    """utf-8 where a document is that and declares another character set."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""  # a prefix that nothing declares stays before the name


def _all(element: Element, *names: str) -> list[Element]:
    return [found for found in element.iter() if _name(found) in names]


def _children(element: Element, *names: str) -> list[Element]:
    """Children by name, in the order of the names."""
    return [child for name in names for child in element if _name(child) == name]


def _text(element: Element) -> str:
    return whole(" ".join("".join(element.itertext()).split()))


def _value(element: Element) -> str:
    """What an element says: a name or text inside it, else the attribute that stands for it."""
    named = _children(element, "name") if _name(element) != "bytag" else []
    if text := _text(named[0]) if named else _text(element):
        return text
    keys = ("literal", "qcode", "key", "term", "norm", "label", "value", "tag")
    return next((whole(element.get(key)) for key in keys if element.get(key)), "")


def _given(element: Element, fields: tuple[tuple[str, str], ...], rule: str, deep: bool) -> list[Given]:
    found = []
    for field, names in fields:
        elements = _all(element, *names.split()) if deep else _children(element, *names.split())
        values = dict.fromkeys((value, _name(e)) for e in elements[:20] if (value := _value(e)))
        found += [Given(field, value, f"{rule}.{name}") for value, name in values]
    return found


def _stored(element: Element) -> tuple[str, str]:
    """The content that a feed's element holds, and its media type."""
    kind = element.get("type", "html")
    if kind == "xhtml" or len(element):
        return "".join([html.escape(element.text or "")] + [etree.tostring(child, encoding="unicode") for child in element]), "text/html"
    return element.text or "", "text/plain" if kind in ("text", "text/plain") else "text/html"


def read_feed(source: Source, limits: Limits) -> Iterator[Item]:
    """A document for each entry of a feed: `x.xml#3` is the third."""
    root = _tree(read_document(source, limits))
    entries = _all(root, "item", "entry")
    if not entries:
        raise Refused("empty", "a feed without entries")
    channel = (_children(root, "channel") or [root])[0]
    outlet = [Given("outlet", _text(title), "feed.title") for title in _children(channel, "title")[:1] if _text(title)]
    outlet += [Given("language", _text(language), "feed.language") for language in _children(channel, "language")[:1] if _text(language)]
    for number, entry in enumerate(entries, 1):
        yield _entry(source, entry, f"{source.member}#{number}", outlet)


def _link(entry: Element) -> str | None:
    links = _children(entry, "link", "origLink")
    alternate = [link for link in links if link.get("rel", "alternate") == "alternate"]
    found = next((value for link in alternate if (value := (link.get("href") or _text(link)).strip())), None)
    return whole(found) if found else None


def _entry(source: Source, entry: Element, member: str, outlet: list[Given]) -> Found | Refusal:
    url, guid = _link(entry), next((_text(e) for e in _children(entry, "guid", "id") if _text(e)), None)
    given = _given(entry, ITEM_FIELDS, "feed", deep=False) + outlet + ([Given("url", url, "feed.link")] if url else [])
    meta = replace(source.meta, url=url or source.meta.url, id=guid or source.meta.id, given=(*given, *source.meta.given))
    held = _children(entry, "encoded", "content", "description", "summary")
    content, media_type = next((stored for element in held if (stored := _stored(element))[0].strip()), ("", "text/html"))
    text = whole(content)
    if not text.strip():
        raw = etree.tostring(entry)
        return Refusal(source.bundle, member, "empty", "the entry has no content", len(raw), raw[:65536], raw, None, meta, placed=False)
    return Found(source.bundle, member, text.encode(), media_type, meta, text, placed=False)


def _as_page(element: Element) -> str:
    """The content of a wire item as a page: the industry's tags become the usual ones."""
    for inner in list(element.iter()):
        name = _name(inner)
        if name in DROPPED and inner.getparent() is not None:
            inner.getparent().remove(inner)
        elif name:
            inner.tag = RENAMED.get(name, name)
            inner.attrib.clear() if name != "a" else None
    etree.cleanup_namespaces(element)
    return f"<html><body>{etree.tostring(element, encoding='unicode', with_tail=False)}</body></html>"


def _content(item: Element) -> tuple[str, str] | None:
    """The story of a wire item and its media type, None where it has none."""
    for body in _all(item, "body.content"):
        return _as_page(body), "text/html"
    for inline in _all(item, "inlineXML"):
        if bodies := _all(inline, "body"):
            return _as_page(bodies[0]).replace("<html><body><body>", "<html><body>").replace("</body></body>", "</body>"), "text/html"
        return _as_page(inline), "text/html"
    for inline in _all(item, "inlineData"):
        return whole("".join(inline.itertext())), "text/plain"
    return None


def read_wire(source: Source, limits: Limits) -> Iterator[Item]:
    """A document for each item of a wire message; one item has its file's place, several are numbered."""
    data = read_document(source, limits)
    root = _tree(data)
    items = _all(root, "newsItem", "NewsItem") or [root]
    for number, item in enumerate(items, 1):
        member = source.member if len(items) == 1 else f"{source.member}#{number}"
        yield _wire_item(source, item, member, data)


def _wire_item(source: Source, item: Element, member: str, data: bytes) -> Found | Refusal:
    given = _given(item, WIRE_FIELDS, "wire", deep=True)
    given += [Given("language", e.get("tag"), "wire.language") for e in _all(item, "language")[:1] if e.get("tag")]
    ids = [item.get("guid")] + [e.get("id-string") for e in _all(item, "doc-id")] + [_text(e) for e in _all(item, "NewsItemId")]
    meta = replace(source.meta, id=next((whole(i) for i in ids if i), None) or source.meta.id, given=(*given, *source.meta.given))
    meta = _with_url(item, meta)
    content = _content(item)
    if content is None or not content[0].strip():
        detail = "the item has no text"
        return Refusal(source.bundle, member, "empty", detail, len(data), data[:65536], data, None, meta)
    return Found(source.bundle, member, content[0].encode(), content[1], meta, content[0])


def _with_url(item: Element, meta: Meta) -> Meta:
    """The item's own address, where it gives one that can be followed."""
    for element in _all(item, "altId", "link", "ExternalIdentifier"):
        value = (element.get("href") or _text(element)).strip()
        meant = element.get("type", "").lower().endswith("weburl") or "canonical" in element.get("rel", "")
        if meant and value.startswith(("http://", "https://")):
            return replace(meta, url=whole(value), given=(*meta.given, Given("url", whole(value), "wire.link")))
    return meta

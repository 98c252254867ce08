"""Markup -> one element tree that everything else shares.

lxml first. It stops at a nesting of 256 and says so only in its log, and it makes guesses about fragments:
there BeautifulSoup reads instead, and the tree is flattened to a depth that no later reader stumbles over.
"""

import re
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "textarea", "select"})  # no text of the page
_BLOCK_TAGS = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option p plaintext pre search section
    summary table tbody tfoot thead tr ul xmp
"""
BLOCK_TAGS = frozenset(_BLOCK_TAGS.split())
CELLS = frozenset({"td", "th"})
DEPTH = 200  # elements deeper than this are read as siblings
TAME = 50_000  # characters of a fragment that html5lib is asked to read

_Parser: Any = HTMLParser  # its stubs do not know all of its options
_WHOLE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_ROW = re.compile(r"<t(?:r|d|h|body|head|foot)\b", re.IGNORECASE)
_TABLE = re.compile(r"<table\b", re.IGNORECASE)
_XML = re.compile(r"^\s*<\?xml[^>]*\?>")
_SURROGATES = re.compile("[\ud800-\udfff]")
_KEPT_DEEP = BLOCK_TAGS | CELLS | {"br"}
_NAME = re.compile(r"[a-z_][a-z0-9_.-]*\Z")
# XML trees refuse control characters, the source text must have them: they travel as non-characters.
_UNWELCOME = [c for c in range(1, 0x20) if c not in (0x09, 0x0A, 0x0C, 0x0D)]
_OUT = {c: 0xFDD0 + c for c in _UNWELCOME} | {0xFFFE: 0xFDD9, 0xFFFF: 0xFDDA, 0: 0xFFFD, 0x0C: 0x20}
_BACK = {there: here for here, there in _OUT.items() if there >= 0xFDD0 and there != 0xFFFD}
_STRANGE_BYTES = bytes(c for c in _OUT if c < 0x20)  # the others are U+FFFE, U+FFFF and surrogates
_REFERENCE = re.compile(r"&#(?:0*([1-8]|1[14-9]|2\d|3[01])|[xX]0*([1-8bBeEfF]|1[0-9a-fA-F]));")
_CARRIED = re.compile("[\ufdd0-\ufdef]")


def _referenced(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(_OUT.get(code, code))


def carry(markup: str) -> str:
    """Markup as the parsers can take it: one kind of line end, no surrogates, control characters as non-characters."""
    if "\r" in markup:
        markup = markup.replace("\r\n", "\n").replace("\r", "\n")
    if "&#" in markup:
        markup = _REFERENCE.sub(_referenced, markup)
    return _SURROGATES.sub("\ufffd", markup).translate(_OUT) if _is_strange(markup) else markup


def _is_strange(markup: str) -> bool:
    """Whether characters stand in the markup that travel as others; asked of its bytes, which is quicker than looking for them."""
    try:
        data = markup.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return len(data.translate(None, _STRANGE_BYTES)) != len(data) or b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data


def restore(text: str) -> str:
    """Text out of the tree with its control characters back."""
    return text.translate(_BACK) if _CARRIED.search(text) else text


def read_tree(markup: str) -> HtmlElement:
    """The element tree of a page or fragment, at most about DEPTH deep; its text is to be passed through `restore`.

    Text after `</body>` is part of the body, as in a browser. Never raises for odd markup: what no
    parser takes becomes a tree with an empty body.
    """
    carried = carry(markup)
    whole = _WHOLE.search(carried) is not None
    tree = _by_lxml(_CLOSING.sub("", carried)) if whole else None
    return _by_soup(carried, fragment=not whole) if tree is None else tree


def _by_lxml(markup: str) -> HtmlElement | None:
    parser: Any = _Parser(encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))  # one class for all is quick to find
    try:
        tree = document_fromstring(_XML.sub("", markup, count=1).encode("utf-8"), parser=parser)
    except etree.LxmlError:
        return None
    limits = parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT])
    return None if len(limits) or tree.find("body") is None else tree


def _is_tame(markup: str) -> bool:
    """Whether html5lib may read it: it is slow on large input, and drops rows and cells that stand outside a table."""
    return len(markup) < TAME and not (_ROW.search(markup) and not _TABLE.search(markup))


def _by_soup(markup: str, fragment: bool) -> HtmlElement:
    """A small fragment as a browser reads it; what is nested deeply by the parser that has no limit."""
    try:
        soup = BeautifulSoup(markup, "html5lib" if fragment and _is_tame(markup) else "html.parser")
    except ParserRejectedMarkup:
        soup = BeautifulSoup(markup, "html5lib")
    root: Any = document_fromstring("<html><head></head><body></body></html>")
    if isinstance(html := soup.find("html"), Tag):
        root.attrib.update(_attributes(html))
    _grow(soup, root.find("head"), root.find("body"))
    return root


@dataclass(slots=True)
class _Place:
    """Where the children of a soup node go: below `element`, or beside it, below `parent`, once the tree is deep enough."""

    element: Any
    parent: Any
    depth: int

    def say(self, text: str) -> None:
        if self.depth > DEPTH and self.parent[-1] is not self.element:
            if text.isspace():
                return
            self.element = etree.SubElement(self.parent, "div")  # a child stands between: what follows it is a line of its own
        if len(self.element):
            self.element[-1].tail = (self.element[-1].tail or "") + text
        else:
            self.element.text = (self.element.text or "") + text

    def plant(self, name: str, attributes: dict[str, str]) -> "_Place":
        home = self.parent if self.depth > DEPTH else self.element
        child = etree.SubElement(home, name if _NAME.match(name) else "span", attributes)
        return _Place(child, home, self.depth + 1)


def _grow(soup: BeautifulSoup, head: Any, body: Any) -> None:
    """Copy the soup below `head` and `body`, without recursion; its html, head and body melt into those."""
    top, lead = _Place(body, body, 0), _Place(head, head, 0)
    places = {id(soup): top}
    for node in soup.descendants:
        place = places[id(node.parent)]
        if isinstance(node, Tag):
            places[id(node)] = _placed(node, place, top, lead)
        elif not isinstance(node, PreformattedString):
            place.say(str(node))


def _placed(node: Tag, place: _Place, top: _Place, lead: _Place) -> _Place:
    name, attributes = node.name.lower(), _attributes(node)
    if name == "body":
        top.element.attrib.update(attributes)
    if name in ("html", "body"):
        return top
    if name == "head" or (place.depth > DEPTH and name in SKIPPED):
        return lead.plant(name, attributes) if name in SKIPPED else lead
    if place.depth > DEPTH and name not in _KEPT_DEEP:
        return place
    return (lead if name == "title" and place is top else place).plant(name, attributes)


def _attributes(node: Tag) -> dict[str, str]:
    pairs = ((key.lower(), " ".join(value) if isinstance(value, list) else value) for key, value in node.attrs.items())
    return {key: value or "" for key, value in pairs if _NAME.match(key)}

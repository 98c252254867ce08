"""Element tree -> source text and its lines, as the contract defines the source text of a page.

The text of `<body>` in document order, hidden elements included: each block element, `<br>` and table row starts
a line, cells are parted by a tab, other white space collapses as in a browser, empty lines drop.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tasks.records import Block
from tasks.strip.tree import BLOCK_TAGS, CELLS, SKIPPED, restore

SPACED = frozenset({"pre", "listing", "xmp", "plaintext"})  # white space counts in them
BREAKING = BLOCK_TAGS | {"br"}  # a line starts and ends with them
NESTED = BLOCK_TAGS | CELLS  # a block's nearest one of these is its tag
PATH_LENGTH = 400  # characters of a block's path, its end
SEGMENT_LENGTH = 80

_SPACE = re.compile(r"[ \t\n\r\f]+")
_TAB = re.compile(r" ?\x00 ?")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


Marks = Callable[[Any, str, str | None], bool]  # element, tag, classes


def unmarked(element: Any, tag: str, classes: str | None) -> bool:
    """Nothing is wanted."""
    return False


@dataclass(slots=True, eq=False)
class Place:
    """An element on the way down to the text, with what its children inherit."""

    tag: str
    segment: str
    parent: "Place | None"
    depth: int
    linked: bool
    hidden: bool
    spaced: bool
    block: str  # the nearest block element
    element: Any  # of the tree
    route: str | None = None  # the path, once it was asked for

    def path(self) -> str:
        if self.route is None:
            above = self.parent.path() if self.parent else ""
            self.route = f"{above}/{self.segment}"[-PATH_LENGTH:] if above else self.segment
        return self.route


@dataclass(slots=True)
class _Line:
    """A line that is being gathered: its raw pieces, and the deepest element that holds all its text."""

    pieces: list[str] = field(default_factory=list)
    place: Place | None = None
    linked: int = 0
    hidden: bool = True
    marks: list[tuple[Any, int]] = field(default_factory=list)  # elements that begin here, after so many pieces


@dataclass(frozen=True, slots=True)
class Source:
    """The source text, its lines as blocks, and where the elements asked for begin in it."""

    text: str
    blocks: tuple[Block, ...]
    places: tuple[Place, ...]  # for each block the deepest element that holds it
    offsets: dict[Any, int]


def collapse(raw: str) -> str:
    """White space as a browser shows it; a NUL stands for the border of two cells. No-break spaces stay."""
    text = _SPACE.sub(" ", raw)
    return _TAB.sub("\t", text) if "\x00" in text else text


@lru_cache(maxsize=4096)
def _segment(tag: str, classes: str, name: str) -> str:
    parts = [tag, *classes.split()]
    return (".".join(parts) + (f"#{name}" if name else "")).lower().replace("/", "-")[:SEGMENT_LENGTH]


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool((style := element.get("style")) and _HIDING.search(style))


def _top(body: Any) -> Place:
    tag, classes, name = body.tag, body.get("class", ""), body.get("id", "")
    return Place(tag, _segment(tag, classes, name) if classes or name else tag, None, 0, False, _is_hidden(body), False, tag, body)


def _descend(element: Any, tag: str, classes: str | None, parent: Place) -> Place:
    name = element.get("id")
    segment = _segment(tag, classes or "", name or "") if classes or name else tag
    return Place(
        tag,
        segment,
        parent,
        parent.depth + 1,
        parent.linked or tag == "a",
        parent.hidden or _is_hidden(element),
        parent.spaced or tag in SPACED,
        tag if tag in NESTED else parent.block,
        element,
    )


class _Reader:
    """Gathers lines while the tree is walked."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self.offsets: dict[Any, int] = {}
        self.end = -1  # of the text so far, without the line end that the next line brings
        self.line = _Line()

    def enter(self, element: Any, tag: str, place: Place, wanted: bool) -> None:
        """Begin an element, up to its first child; where one is wanted, its place in the text is remembered."""
        if tag in BREAKING:
            if self.line.pieces:
                self.flush()
        elif tag in CELLS:
            self.open_cell(element)
        if wanted:
            self.line.marks.append((element, len(self.line.pieces)))
        if text := element.text:
            self.say(text, place)

    def leave(self, element: Any, tag: str, parent: Place) -> None:
        """End an element, and go on to what follows it."""
        if tag in BREAKING and self.line.pieces:
            self.flush()
        if tail := element.tail:
            self.say(tail, parent)

    def say(self, text: str, place: Place) -> None:
        if place.spaced:
            first, *others = text.split("\n")
            self.put(first, place)
            for other in others:
                self.flush()
                self.put(other, place)
        elif not text.isspace():
            self.put(text, place)
        elif self.line.pieces or not text.isascii():  # white space that begins a line does not show, but for no-break spaces
            self.line.pieces.append(text)

    def put(self, text: str, place: Place) -> None:
        line = self.line
        line.pieces.append(text)
        if text and not text.isspace():
            if line.place is not place:
                line.place = place if line.place is None else _common(line.place, place)
            line.hidden = line.hidden and place.hidden
            if place.linked:
                line.linked += len(" ".join(text.split()) if text.isascii() else collapse(text).strip(" "))

    def open_cell(self, element: Any) -> None:
        """The border between two cells of a row; the first one starts a line."""
        before = element.getprevious()
        if before is not None and before.tag in CELLS:
            self.line.pieces.append("\x00")
        else:
            self.flush()

    def flush(self) -> None:
        """End the line. Marks of an empty line pass on to the next one."""
        line, place = self.line, self.line.place
        if place is None:
            if line.pieces:
                self.line = _Line(marks=[(element, 0) for element, _ in line.marks])
            return
        self.line = _Line()
        text = _finished("".join(line.pieces), place)
        start = self.end + 1
        self.end = start + len(text)
        self.lines.append(text)
        for element, count in line.marks:
            lead = len(_finished("".join(line.pieces[:count]) + "|", place)) - 1 if count else 0
            self.offsets[element] = start + min(lead, len(text))
        self.places.append(place)
        self.blocks.append(Block(start, self.end, place.block, place.path(), min(line.linked, len(text)), line.hidden))


def _finished(raw: str, place: Place) -> str:
    if place.spaced:
        return restore(raw.replace("\x00", "\t"))
    if raw.isascii() and "\x00" not in raw:
        return " ".join(raw.split())  # the same, and quicker; what else counts as white space here, no tree holds
    return restore(collapse(raw).strip(" \t"))


def _common(one: Place, other: Place) -> Place:
    while one is not other:
        if one.depth >= other.depth:
            one = one.parent or one
        else:
            other = other.parent or other
    return one


def read_source(body: Any, marks: Marks = unmarked) -> Source:
    """The source text below `body`; of the elements that `marks` says yes to, also where their text begins.

    `marks` is asked about each element below the body with its tag and classes, those without text of the page among them.
    Offsets are code points. Blocks are sorted, disjoint, one for each line, and cover all but the line ends.
    """
    reader, top = _Reader(), _top(body)
    reader.enter(body, top.tag, top, wanted=False)
    path = [(body, top, iter(body))]
    while path:
        element, place, children = path[-1]
        for child in children:
            tag = child.tag
            if not isinstance(tag, str) or tag in SKIPPED:
                _skip(child, marks)
                reader.leave(child, "", place)
                continue
            classes = child.get("class")
            inner = _descend(child, tag, classes, place)
            reader.enter(child, tag, inner, marks(child, tag, classes))
            if len(child):
                path.append((child, inner, iter(child)))
                break
            reader.leave(child, tag, place)
        else:
            path.pop()
            if path:
                reader.leave(element, place.tag, path[-1][1])
    reader.flush()
    return Source("\n".join(reader.lines), tuple(reader.blocks), tuple(reader.places), reader.offsets)


def _skip(element: Any, marks: Marks) -> None:
    """Ask about what lies in an element that is no text of the page."""
    for inner in element.iterdescendants() if len(element) else ():
        if isinstance(inner.tag, str) and inner.tag not in SKIPPED:
            marks(inner, inner.tag, inner.get("class"))

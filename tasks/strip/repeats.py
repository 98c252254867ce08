"""Lines that return across the documents of one outlet, whatever their language.

A line counts once for each neighbourhood (the paragraphs nearest to it), so a story that an outlet posted twice, or that
many outlets carry, does not become boilerplate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit

from tasks.records import ParsedDocument
from tasks.strip.lines import Line, fold, lines_of

ENOUGH = 3  # distinct neighbourhoods in which a line must stand to be boilerplate


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line of a document as it is counted: outlet, digest of the line, digest of what stands around it.

    The document is named so that its lines can be forgotten with it; it does not count otherwise.
    """

    document_id: str
    outlet: str
    line: int
    around: int


def digest(text: str) -> int:
    """A signed 64-bit digest of a text."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def host_of(url: str) -> str | None:
    """The host in a URL as it came, None where it has none or is no URL (`http://[::1`)."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def outlet_key(parsed: ParsedDocument) -> str | None:
    """What tells the outlet of a document before anything is normalized: its host, the bundle's word, the page's template."""
    if host := host_of(parsed.document.url or ""):
        return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.")
    given = next((g.value for g in parsed.document.given if g.field == "outlet"), None)
    return fold(given) if given else parsed.template


def neighbourhoods(lines: Sequence[Line]) -> list[int]:
    """For each line a digest of the nearest paragraphs before and after it."""
    before, after = [""] * len(lines), [""] * len(lines)
    last = ""
    for i, line in enumerate(lines):
        before[i] = last
        last = line.text if line.story_like else last
    last = ""
    for i in reversed(range(len(lines))):
        after[i] = last
        last = lines[i].text if lines[i].story_like else last
    pairs = list(zip(before, after, strict=True))
    told = {pair: digest("\0".join(pair)) for pair in set(pairs)}  # lines in a row have the same paragraphs around them
    return [told[pair] for pair in pairs]


def repeats_of(parsed: ParsedDocument) -> Iterable[Repeat]:
    """The lines of a document as they are counted; none where nothing tells the outlet."""
    outlet = outlet_key(parsed)
    if outlet is None:
        return
    lines = lines_of(parsed)
    around = neighbourhoods(lines)
    first: dict[str, int] = {}
    for line in lines:
        first.setdefault(fold(line.text) or line.text, line.index)
    for text, index in first.items():
        yield Repeat(parsed.document.document_id, outlet, digest(text), around[index])

"""Where the story stands in its document, and how far from it a stamp is."""

from bisect import bisect_right
from dataclasses import dataclass

from tasks.records import Block, StrippedDocument

LONG = 80  # characters of a line that is a paragraph rather than a label
ABOVE, BELOW = 8, 4  # lines around headline and lead in which a stamp is the story's own
ASIDE = (
    *("related", "sidebar", "aside", "footer", "recommend", "comment", "most-read"),
    *("popular", "teaser", "trending", "latest", "nav", "widget", "promo"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """Indices into the blocks: the headline, the first and the last line of the story."""

    starts: tuple[int, ...]
    headline: int
    first: int
    last: int

    def index(self, offset: int) -> int:
        """The block that holds an offset, or the one before it."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def place(self, offset: int, block: Block | None = None) -> str:
        """`head` around headline and lead, `tail` right behind the story, `inside` it, else `aside`."""
        index = self.index(offset)
        if block is not None and any(word in block.path for word in ASIDE) and not self.headline <= index <= self.first:
            return "aside"
        if self.headline - ABOVE <= index <= max(self.first, self.headline) + BELOW:
            return "head"
        if self.first < index <= self.last:
            return "inside"
        return "tail" if self.last < index <= self.last + 6 else "aside"


def story_of(stripped: StrippedDocument) -> Story:
    """Find the story: by its paragraphs, else by what the extractors keep."""
    blocks = stripped.parsed.blocks
    starts = tuple(block.start for block in blocks)
    first, last = _range(stripped, starts)
    return Story(starts, _headline(stripped, starts, first), first, last)


def _range(stripped: StrippedDocument, starts: tuple[int, ...]) -> tuple[int, int]:
    parts = [part for paragraph in stripped.paragraphs for part in paragraph.parts]
    if parts:
        long = [p for p in parts if p[1] - p[0] >= LONG] or parts
        return bisect_right(starts, long[0][0]) - 1, bisect_right(starts, parts[-1][0]) - 1
    blocks = stripped.parsed.blocks
    kept = [i for i, block in enumerate(blocks) if "main" in block.kept_by]
    long_kept = [i for i in kept if blocks[i].end - blocks[i].start >= LONG] or kept
    return (long_kept[0], kept[-1]) if kept else (0, max(0, len(blocks) - 1))


def _headline(stripped: StrippedDocument, starts: tuple[int, ...], first: int) -> int:
    """The last h1 or headline span before the story, else the story's own first line."""
    spans = [bisect_right(starts, span.start) - 1 for span in stripped.spans if span.kind == "headline"]
    titles = [i for i, block in enumerate(stripped.parsed.blocks[: first + 3]) if block.tag == "h1"]
    before = [i for i in (titles or spans) if i <= first + 2]
    return before[-1] if before else first

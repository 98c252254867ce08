"""An extractor's output text -> which blocks of the page it came from.

Extractors give text, not places. What is kept must be the page's own blocks, so their output is found again in the
source text, white space and invisible characters aside, in order: text that occurs once is the anchor for what lies between.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

ANCHOR = 16  # characters from which a piece that occurs once is trusted wherever it stands
REACH = 400  # characters in which a shorter piece is looked for after the one before it
KEPT = 0.5  # share of a block's characters that must be found


def squeeze(text: str) -> str:
    """Text without white space and characters that cannot be printed."""
    squeezed = "".join(text.split())
    return squeezed if squeezed.isprintable() else "".join(filter(str.isprintable, squeezed))


class Alignment:
    """The squeezed text of a page's blocks, in which pieces of extracted text are found again; made when it is first asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def squeezed(self) -> list[str]:
        """The texts of the blocks as they are compared."""
        return [squeeze(text) for text in self.texts]

    @cached_property
    def lengths(self) -> list[int]:
        """How long each of them is."""
        return [len(part) for part in self.squeezed]

    @cached_property
    def starts(self) -> list[int]:
        """Where each of them begins in all of them together."""
        return list(accumulate(self.lengths, initial=0))

    @cached_property
    def text(self) -> str:
        """All of them together."""
        return "".join(self.squeezed)

    def shares(self, pieces: Iterable[str]) -> list[float]:
        """For each block the share of its characters that the pieces cover, 0 to 1. Pieces are in reading order."""
        covered = [0] * len(self.lengths)
        for start, end in self._placed([piece for piece in map(squeeze, pieces) if piece]):
            index = bisect_right(self.starts, start) - 1
            while index < len(covered) and self.starts[index] < end:
                covered[index] += min(end, self.starts[index + 1]) - max(start, self.starts[index])
                index += 1
        return [min(1.0, count / length) if length else 0.0 for count, length in zip(covered, self.lengths, strict=True)]

    def kept(self, pieces: Iterable[str]) -> list[bool]:
        """For each block whether the pieces cover at least half of it."""
        return [share >= KEPT for share in self.shares(pieces)]

    def _once(self, piece: str) -> int:
        """Where a piece stands, -1 where it does not stand exactly once."""
        position = self.text.find(piece) if len(piece) >= ANCHOR else -1
        return position if position >= 0 and self.text.find(piece, position + 1) < 0 else -1

    def _placed(self, pieces: list[str]) -> list[tuple[int, int]]:
        found = [self._once(piece) for piece in pieces]
        spans = [(position, position + len(piece)) for piece, position in zip(pieces, found, strict=True) if position >= 0]
        gap: list[str] = []
        low, first = 0, True
        for piece, position in zip([*pieces, ""], [*found, len(self.text)], strict=True):
            if position < 0:
                gap.append(piece)
            elif position >= low:
                spans += self._before(gap, position) if first and spans else self._after(gap, low, position)
                gap, low, first = [], position + len(piece), False
        return spans

    def _before(self, gap: list[str], high: int) -> list[tuple[int, int]]:
        """What leads up to the first anchor, read backwards: the nearest place counts, not a teaser above."""
        spans = []
        for piece in reversed(gap):
            low = 0 if len(piece) >= ANCHOR else max(0, high - REACH)
            position = self.text.rfind(piece, low, high)
            if position >= 0:
                spans.append((position, position + len(piece)))
                high = position
        return spans

    def _after(self, gap: list[str], low: int, high: int) -> list[tuple[int, int]]:
        spans = []
        for piece in gap:
            end = high if len(piece) >= ANCHOR else min(high, low + REACH)
            position = self.text.find(piece, low, end)
            if position >= 0:
                spans.append((position, position + len(piece)))
                low = position + len(piece)
        return spans

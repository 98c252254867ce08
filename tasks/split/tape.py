"""A stream of records read through a buffer of its own: lines, headers and bodies, each taken with as few copies as can be."""

import re
from collections.abc import Callable

LINE = 1 << 16  # bytes of a line that are given out at once
TAKE = 1 << 18  # bytes that are taken ahead
MOST = 1 << 20  # bytes of a body that are taken at once
BLANK = re.compile(rb"\n\r?\n")
REST = re.compile(rb"[^\r\n]")


class Tape:
    """A stream that can look a line ahead and knows its place; `take(n)` gives up to n of its bytes, b"" at its end."""

    def __init__(self, take: Callable[[int], bytes]) -> None:
        self._take = take
        self._held = b""
        self._from = 0  # what is held before it was given out already
        self.at = 0

    def _more(self) -> bool:
        piece = self._take(TAKE)
        self._held, self._from = self._held[self._from :] + piece, 0
        return bool(piece)

    def _give(self, end: int) -> bytes:
        """What is held up to a place."""
        piece = self._held[self._from : end]
        self._from += len(piece)
        self.at += len(piece)
        return piece

    def line(self) -> bytes:
        """The next line, cut to LINE bytes; b"" at the end."""
        while True:
            end = self._held.find(b"\n", self._from, self._from + LINE)
            if end >= 0:
                return self._give(end + 1)
            if len(self._held) - self._from >= LINE or not self._more():
                return self._give(self._from + LINE)

    def to_blank(self) -> bytes:
        """All up to the end of the next blank line, b"" where that is not near."""
        found = BLANK.search(self._held, self._from, self._from + LINE)
        if found is None and len(self._held) - self._from < LINE and self._more():
            found = BLANK.search(self._held, self._from, self._from + LINE)
        return self._give(found.end()) if found else b""

    def pass_blank(self) -> None:
        """Pass over blank lines."""
        while True:
            found = REST.search(self._held, self._from)
            end = found.start() if found else len(self._held)
            self.at += end - self._from
            self._from = end
            if found or not self._more():
                return

    def back(self, line: bytes) -> None:
        """Give the line just taken back."""
        self._from -= len(line)
        self.at -= len(line)

    def give_back(self, data: bytes) -> None:
        """Give back what was taken last and turned out to be something else."""
        self._held, self._from = data + self._held[self._from :], 0
        self.at -= len(data)

    def read(self, size: int) -> bytes:
        """The next bytes; fewer only at the end."""
        piece = self._give(self._from + size)
        left = size - len(piece)
        if not left:
            return piece
        pieces = [piece]
        while left > 0 and (piece := self._take(min(left, MOST))):
            pieces.append(piece)
            left -= len(piece)
            self.at += len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> bool:
        """Pass over bytes; whether they were all there."""
        size -= len(self._give(self._from + size))
        while size > 0 and (piece := self._take(min(size, MOST))):
            size -= len(piece)
            self.at += len(piece)
        return size <= 0

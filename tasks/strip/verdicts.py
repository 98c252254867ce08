"""A verdict on a line, and the sheet on which the passes of the judge write them."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.strip.lines import Line

KEPT = frozenset({"body", "subhead", "standfirst"})
CLOSE = 0.5  # verdicts less sure than this count as close


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a line: a kept role, or the class of debris it is."""

    kind: str
    rule: str
    sure: float = 1.0  # 0 (a coin) to 1 (no doubt)

    @property
    def kept(self) -> bool:
        """Whether the line stays in the body."""
        return self.kind in KEPT


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a document and what was decided so far; None where nothing is decided."""

    lines: tuple[Line, ...]
    verdicts: tuple[Verdict | None, ...]
    page: bool = False

    def open(self, index: int) -> bool:
        """Whether nothing is decided about a line that is there."""
        return 0 <= index < len(self.lines) and self.verdicts[index] is None

    def debris(self, index: int) -> bool:
        """Whether a line is there and was found to be debris."""
        return 0 <= index < len(self.lines) and (verdict := self.verdicts[index]) is not None and not verdict.kept

    def decided(self) -> tuple[Verdict, ...]:
        """The verdicts of a finished sheet. Raises where a line was left open: that would be a silent loss."""
        done = tuple(verdict for verdict in self.verdicts if verdict is not None)
        if len(done) != len(self.verdicts):
            raise AssertionError("the judge left a line open")
        return done

    def settle(self, found: Mapping[int, Verdict]) -> "Sheet":
        """The sheet with verdicts on lines that had none; earlier passes win."""
        if not found:
            return self
        return Sheet(self.lines, tuple([found.get(i) if v is None else v for i, v in enumerate(self.verdicts)]), self.page)

    def glued(self, index: int) -> bool:
        """Whether a line stands right below the one before it, in a text that sets others apart by blank lines."""
        return not self.lines[index].gap and any(line.gap for line in self.lines)

    def first_story(self) -> int:
        """Index of the first open line that reads as a paragraph, or the number of lines."""
        return next((i for i, line in enumerate(self.lines) if self.verdicts[i] is None and line.story_like), len(self.lines))

    def last_story(self) -> int:
        """Index of the last open or kept line that reads as a paragraph, or -1."""
        return next((i for i in reversed(range(len(self.lines))) if not self.debris(i) and self.lines[i].story_like), -1)


def blank_sheet(lines: tuple[Line, ...], *, page: bool = False) -> Sheet:
    """A sheet on which nothing is decided."""
    return Sheet(lines, (None,) * len(lines), page)

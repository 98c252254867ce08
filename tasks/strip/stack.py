"""The lines of several texts one below the other, so that numpy looks at all of them at once.

What is summed up is whole numbers: sums come out the same in whatever company a text is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.strip.verdicts import Sheet

Column = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

OPEN, KEPT, DEBRIS = 0, 1, 2  # what was decided of a line
TENTHS = 10  # words are summed up in tenths; scripts without spaces have broken ones


@dataclass(frozen=True, slots=True)
class Stack:
    """Sheets on which the rules have spoken, line below line."""

    sheets: tuple[Sheet, ...]
    text: Integers  # for each line the number of its text
    first: Integers  # for each line the first line of its text
    stop: Integers  # for each line the one behind the last line of its text
    words: Column
    ends: Flags
    gap: Flags
    decided: npt.NDArray[np.int8]
    kinds: tuple[str, ...]  # class of each line, empty where it is open
    headline: Integers  # for each line the first line of its text that is the headline; where there is none, the first of all

    @property
    def at(self) -> Integers:
        """The number of each line."""
        return np.arange(len(self.first))

    def shifted(self, values: npt.NDArray[np.generic], by: int) -> Column:
        """The values of the lines `by` further on in the same text, 0 beyond its ends."""
        at = self.at + by
        inside = (at >= self.first) & (at < self.stop)
        return np.where(inside, values[np.where(inside, at, 0)], 0).astype(float)

    def summed(self, values: npt.NDArray[np.generic]) -> Integers:
        """Sums of whole numbers up to each line of all texts, a 0 before them; of several rows at once."""
        total = np.zeros((*values.shape[:-1], values.shape[-1] + 1), np.int64)
        np.cumsum(values, axis=-1, out=total[..., 1:])
        return total

    def window(self, total: Integers, reach: int) -> Integers:
        """Sums within `reach` lines to each side in the same text, the line itself among them, from the sums up to each line."""
        return np.asarray(total[..., np.minimum(self.at + reach + 1, self.stop)] - total[..., np.maximum(self.at - reach, self.first)])

    def whole(self, total: Integers) -> Integers:
        """For each line the sum over its text."""
        return np.asarray(total[..., self.stop] - total[..., self.first])


def stack_of(sheets: Sequence[Sheet]) -> Stack:
    """Sheets put one below the other; none of them is empty."""
    sizes = np.array([len(sheet.lines) for sheet in sheets], np.int64)
    stops = np.cumsum(sizes)
    lines = [line for sheet in sheets for line in sheet.lines]
    verdicts = [verdict for sheet in sheets for verdict in sheet.verdicts]
    kinds = tuple("" if verdict is None else verdict.kind for verdict in verdicts)
    return Stack(
        sheets=tuple(sheets),
        text=np.repeat(np.arange(len(sizes)), sizes),
        first=np.repeat(stops - sizes, sizes),
        stop=np.repeat(stops, sizes),
        words=np.array([line.words for line in lines]),
        ends=np.array([line.ends for line in lines]),
        gap=np.array([line.gap for line in lines]),
        decided=np.array([OPEN if verdict is None else KEPT if verdict.kept else DEBRIS for verdict in verdicts], np.int8),
        kinds=kinds,
        headline=np.repeat(np.array([headline_of(sheet) for sheet in sheets], np.int64) + stops - sizes, sizes),
    )


def headline_of(sheet: Sheet) -> int:
    """The number of the line that is the headline of a text, the first one where none is."""
    return next((at for at, verdict in enumerate(sheet.verdicts) if verdict is not None and verdict.kind == "headline"), 0)


def share(part: npt.NDArray[np.generic], of: npt.NDArray[np.generic]) -> Column:
    """Shares, 0 of nothing."""
    return np.asarray(part / np.maximum(of, 1), dtype=float)

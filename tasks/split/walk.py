"""The way through a file and what is nested in it: where the walk is, and where an earlier one died.

A walk is the same every time, so the number of a source (in the order in which they are entered) and the number of
items that came from it name a place. A place at which the process died is passed over by the next walk: an item
that could not be finished is refused alone; where the reader itself died, the rest of its source is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.guard import Crash
from tasks.settings import Limits
from tasks.split.errors import Abandoned, Refused

MOST_DEEP = 100  # members nested too deeply after which a file is given up
MOST_DEATHS = 20  # of the process, after which a file is given up
READING, FINISHING = 0, 1
Place = tuple[int, int, int]  # source, items that came from it, and which of the two was going on


def _nowhere(*place: int) -> None:
    """For walks that nobody watches."""


@dataclass(slots=True)
class Walk:
    """The way through one file. `at` is told each place; `deaths` are the places at which earlier walks died."""

    at: Callable[..., None] = _nowhere
    deaths: dict[Place, Crash] = field(default_factory=dict)
    sources: int = 0
    deep: int = 0

    def enter(self, depth: int, limits: Limits) -> int:
        """The number of the next source. Raises Refused where it lies too deep, or where reading it died at once."""
        number = self.sources
        self.sources += 1
        self.reading(number, 0)
        if depth > limits.nesting:
            self.deep += 1
            if self.deep > MOST_DEEP:
                raise Abandoned("too-deep", f"more than {MOST_DEEP} members are nested in more than {limits.nesting} containers")
            raise Refused("too-deep", f"nested in more than {limits.nesting} containers")
        return number

    def reading(self, number: int, items: int) -> None:
        """The reader of a source goes on, so many items having come from it. Raises Refused where it died doing so."""
        self.at(number, items, READING)
        if crash := self.deaths.get((number, items, READING)):
            raise (Abandoned if self._last(number, items) else Refused)(crash.reason, crash.detail)
        if self.deaths and self._last(number, items):
            raise Abandoned("crashed", f"work on {MOST_DEATHS} documents of it ended the process")

    def _last(self, number: int, items: int) -> bool:
        """Whether this is the place of the last death that a file is forgiven."""
        return len(self.deaths) >= MOST_DEATHS and next(reversed(self.deaths))[:2] == (number, items)

    def finishing(self, number: int, items: int) -> Crash | None:
        """The last item that came is worked on; why it must not be."""
        self.at(number, items, FINISHING)
        return self.deaths.get((number, items, FINISHING))

"""What may come out of a container: so many bytes for each packed one, over all members and all that is nested in them."""

from collections.abc import Callable

from tasks.settings import Limits
from tasks.split.errors import Refused

MEGABYTE = 1_000_000


class Budget:
    """Counts what comes out of an outermost container and refuses (too-large) beyond the expansion that is allowed."""

    def __init__(self, packed: Callable[[], int], limits: Limits) -> None:
        self._packed = packed
        self._limits = limits
        self._given = 0

    def spend(self, size: int) -> None:
        """Count `size` more bytes. Raises Refused with `too-large`."""
        self._given += size
        if self._given > self._limits.expansion_megabytes * MEGABYTE and self._given > self._packed() * self._limits.expansion:
            raise Refused("too-large", f"unpacks to more than {self._limits.expansion:g} bytes for each packed byte")

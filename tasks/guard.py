"""Work on one document that may break: a failure comes back as a value with its true reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Subject = TypeVar("Subject")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Crash:
    """Why the work on a document broke: a reason of `rejects` and what was seen."""

    reason: str
    detail: str


def guarded(work: Callable[[Subject], Result], subject: Subject) -> Result | Crash:
    """The result of `work(subject)`, or why it broke; only what ends the process itself gets through."""
    try:
        return work(subject)
    except MemoryError as error:
        return Crash("out-of-memory", str(error) or "no memory left")
    except Exception as error:
        return Crash("crashed", f"{type(error).__name__}: {error}"[:300])

"""What a run shows on stderr: how far it is, and a table of what came out."""

import contextlib
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flows.job import nobody
from flows.log import tell
from tasks.write.words import COUNTS, OUTCOMES, REJECTED, REMOVED, by_count, hue, visible

if TYPE_CHECKING:
    from flows.configuration import Value
    from tasks.write.runs import Summary

# The worker functions that people hear of, by their own names.
STAGES = {
    "split_bundles": "split",
    "parse_shard": "parse",
    "select_documents": "select",
    "count_lines": "count boilerplate",
    "strip_shard": "strip",
    "normalize_shard": "normalize",
    "sign_shard": "sign",
    "assign": "deduplicate",
    "publish_shards": "write",
    "renew_report": "report",
}
UNKNOWN, MOST_UNKNOWN = "not in the registry:", 10  # outlets, in the table
ONCE = {"split", "select", "count boilerplate", "deduplicate", "write", "report"}


class Progress:
    """Counts the calls that finished in each stage and shows them through `show(stage, done, total)`; total is None until known."""

    def __init__(self, call: Callable[..., Any], show: Callable[[str, int, int | None], None]) -> None:
        self._call, self._show = call, show
        self._lock = threading.Lock()
        self._done: Counter[str] = Counter()
        self._shards: int | None = None

    def __call__(self, target: str, *arguments: Any, **options: Any) -> Any:
        """Call on, and count."""
        stage = STAGES.get(target.partition(":")[2])
        if stage:
            self._tell(stage, 0)
        value = self._call(target, *arguments, **options)
        if stage == "split":
            self._shards = len(value)
        if stage:
            self._tell(stage, 1)
        return value

    def share(self) -> float:
        """How much of the work on shards is done, from 0 to 1; what runs once over all of them counts like one shard."""
        with self._lock:
            shards = self._shards or 0
            steps = len(ONCE) + shards * (len(STAGES) - len(ONCE))
            return min(1.0, sum(self._done.values()) / steps) if shards else 0.0

    def __reduce__(self) -> tuple[type["Progress"], tuple[Callable[..., Any], Callable[..., None]]]:
        """Sent to another process among the parameters of a flow, as Dask's engine does, it can call nobody: the workers are here."""
        return Progress, (nobody, nobody)

    def _tell(self, stage: str, more: int) -> None:
        with self._lock:
            self._done[stage] += more
            self._show(stage, self._done[stage], 1 if stage in ONCE else self._shards)


@contextlib.contextmanager
def progress(call: Callable[..., Any], bars: bool = True) -> Iterator[Progress]:
    """`call` with its progress shown: bars on a terminal where they are wanted, a line for each finished stage elsewhere."""
    shown = _bars() if bars and sys.stderr.isatty() else contextlib.nullcontext(_lines())
    with shown as show:
        yield Progress(call, show)


def _lines() -> Callable[[str, int, int | None], None]:
    start = time.monotonic()

    def show(stage: str, done: int, total: int | None) -> None:
        if done and done == total:
            of = "" if stage in ONCE else f", {done} shard{'s' * (done > 1)}"
            tell(f"{time.monotonic() - start:7.1f} s  {stage}{of}", stage=stage)

    return show


@contextlib.contextmanager
def _bars() -> Iterator[Callable[[str, int, int | None], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        known: dict[str, Any] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            known.setdefault(stage, bars.add_task(stage, total=total) if stage not in known else None)
            bars.update(known[stage], completed=done, total=total)

        yield show


def rows(summary: "Summary") -> list[tuple[str, int]]:
    """The lines of the summary table: what was counted, and how often."""
    plain = [(name, getattr(summary, name)) for name in COUNTS]
    reasons = [(f"{REJECTED} {name}", count) for name, count in by_count(summary.rejects_by_reason)]
    unknown = [(f"{UNKNOWN} {name}", count) for name, count in by_count(summary.unknown_outlets)][:MOST_UNKNOWN]
    return [*plain, *reasons, *((f"{REMOVED} {name}", count) for name, count in by_count(summary.removed_characters)), *unknown]


def _style(name: str) -> str:
    """The colour of a line: that of its class in the report and in `explain`."""
    if name.startswith(f"{REMOVED} "):
        return hue(name.removeprefix(f"{REMOVED} ")).replace("faint", "dim")
    return "red" if name.startswith(f"{REJECTED} ") else "bold"


def warnings(summary: "Summary") -> list[str]:
    """A line for each expectation of the run that was not met."""
    return [f"{e.outcome}: {e.id} is {e.value:.3f}, {e.bound:.3f} expected ({e.detail})" for e in summary.expectations if e.outcome != "ok"]


def outcome(summary: "Summary", out: str) -> str:
    """What a run published, in a line."""
    return f"release {summary.release} in {out}" if summary.release else f"nothing new for {out}: no release"


def tell_summary(summary: "Summary", out: str) -> None:
    """Log the summary as one line, its counts beside the message."""
    tell(outcome(summary, out), counts=dict(rows(summary)))


def show_summary(summary: "Summary", out: str) -> None:
    """Print the summary on stderr, as a table in the colours of the report on a terminal, as plain lines elsewhere."""
    last = [*warnings(summary), outcome(summary, out)]
    if sys.stderr.isatty():
        _draw_summary(summary, last)
        return
    for name, count in rows(summary):
        print(f"{name:<36} {count:>12,}", file=sys.stderr)
    print(visible("\n".join(last)), file=sys.stderr)


def _draw_summary(summary: "Summary", last: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, count in rows(summary):
        table.add_row(Text(name, _style(name)), f"{count:,}")
    console = Console(stderr=True, highlight=False)
    console.print(table)
    for line in last:
        console.print(Text(visible(line), OUTCOMES.get(line.partition(":")[0], "bold")), soft_wrap=True)


def show_settings(values: Sequence["Value"]) -> None:
    """Print settings on stdout: key, value, where it came from, what it means; a table on a terminal, else cells parted by tabs."""
    cells = [(one.key, "null" if one.value is None else str(one.value), one.source, one.description) for one in values]
    if not sys.stdout.isatty():
        print("\n".join("\t".join(row) for row in cells))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("key", "value", "from", "meaning")
    for row in cells:
        table.add_row(*row)
    Console().print(table)

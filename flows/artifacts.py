"""What Prefect's own page shows of a run: tables of what came out, how far it is, and where the report lies."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect.artifacts import create_link_artifact, create_progress_artifact, create_table_artifact, update_progress_artifact

if TYPE_CHECKING:
    from tasks.write.runs import Summary

EVERY = 5.0  # seconds between two looks at how far the run is
REPORT = "report.html"


def showing(work: Callable[[], "Summary"], share: Callable[[], float], root: Path) -> "Summary":
    """Do the work of a run on the output `root`; the page of the flow run around it shows how far it is and what came out."""
    with shown_progress(share):
        summary = work()
    show_outcome(summary, root)
    return summary


def show_outcome(summary: "Summary", root: Path) -> None:
    """Tables of counts, of rejects by reason and of what was expected of the run and its outlets; a link to the report."""
    counts = {name: getattr(summary, name) for name in ("documents", "articles", "copies", "rejects", "unchanged")}
    _table("counts", "What became of the documents", [{"what": name, "documents": count} for name, count in counts.items()])
    reasons = sorted(summary.rejects_by_reason.items(), key=lambda item: (-item[1], item[0]))
    _table("rejects", "Why documents were rejected", [{"reason": reason, "documents": count} for reason, count in reasons])
    _table("drift", "What was expected, by outlet where the expectation is of one", [_drift(one) for one in summary.expectations])
    create_link_artifact(link=(root / REPORT).as_uri(), link_text=REPORT, key="report", description=f"The report of {root}")


def _drift(expectation: Any) -> dict[str, Any]:
    names = ("outcome", "outlet", "id", "value", "bound", "detail")
    return {name: getattr(expectation, name) for name in names}


def _table(key: str, description: str, rows: list[dict[str, Any]]) -> None:
    create_table_artifact(table=rows, key=key, description=description)


@contextlib.contextmanager
def shown_progress(share: Callable[[], float]) -> Iterator[None]:
    """A progress artifact while the block lasts; `share` says how much of the work is done, from 0 to 1."""
    artifact: Any = create_progress_artifact(progress=0.0, key="progress", description="Share of the stages of all shards that are done")
    over = threading.Event()

    def follow() -> None:
        told = 0.0
        while not over.wait(EVERY):
            if (now := share()) > told:
                with contextlib.suppress(Exception):  # a server that is busy costs a step of the bar, never the run
                    update_progress_artifact(artifact, progress=round(100 * now, 1))
                    told = now

    thread = threading.Thread(target=follow, name="progress", daemon=True)
    thread.start()
    try:
        yield
        update_progress_artifact(artifact, progress=100.0)
    finally:
        over.set()
        thread.join()

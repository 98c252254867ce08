"""The page: counts, pictures, documents and groups under a strict content security policy. Every value is escaped by the templates."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from tasks.write.explain import Explanation
from tasks.write.report import overview
from tasks.write.report.count import Counts
from tasks.write.report.documents import shown
from tasks.write.report.groups import beside, outlet_of, when
from tasks.write.report.pictures import pictures
from tasks.write.words import COUNTS, by_count, hue, visible

FOLDER = Path(__file__).parent / "page"
DOCUMENT_BYTES = 2_000_000  # of all documents shown
GROUP_BYTES = 1_200_000  # of all groups shown
Group = tuple[Mapping[str, Any], int, Sequence[Mapping[str, Any]]]  # an article, the documents of its group, the copies to show


@dataclass(frozen=True, slots=True)
class Report:
    """All counts of a release."""

    runs: Sequence[Mapping[str, Any]]
    rows: Mapping[str, int]  # dataset -> rows
    reasons: Counter[str]  # rejects by reason
    counts: Counts
    sizes: Counter[int]  # groups by documents
    fill: overview.Fill
    sources: Counter[tuple[str, str]]  # values by column and the kind of place they are from


def _finalized(value: Any) -> Any:
    """What acts unseen is shown by its number, in every value that comes onto the page."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def number(value: float) -> str:
    """`1,234`."""
    return f"{value:,.0f}"


def percent(value: float | None) -> str:
    """`12.3 %`, or a dash for what is not known."""
    return "–" if value is None else f"{100 * value:.1f} %"


def points(value: float) -> str:
    """A change of a share, with its sign."""
    if abs(value) < 0.0005:
        return "0.0"
    return f"{100 * value:+.1f}".replace("-", "−")


class Compiled(FileSystemBytecodeCache):
    """Compiled templates, kept where Python keeps what it compiled; done without where that cannot be written."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template for the next process."""
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def signed(value: float) -> str:
    """A change of a count, with its sign."""
    return f"{value:+,.0f}".replace("-", "−") if value else "0"


@cache
def environment() -> Environment:
    """The templates, escaping whatever they are given."""
    made = Environment(
        loader=FileSystemLoader(FOLDER), bytecode_cache=Compiled(str(FOLDER / "__pycache__")), undefined=StrictUndefined,
        autoescape=True, finalize=_finalized, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"number": number, "percent": percent, "points": points, "signed": signed, "hue": hue}
    made.globals |= {"when": when, "outlet_of": outlet_of}
    return made


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _fixed() -> dict[str, Any]:
    """The page's own style and script, and the policy that allows these two and nothing else."""
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "script": Markup(script), "policy": Markup(policy)}  # noqa: S704 - files of this package


def _fitting(pieces: Iterable[str], budget: int) -> Iterator[Markup]:
    """Pieces of the page for as long as their bytes fit."""
    for piece in pieces:
        budget -= len(piece.encode())
        if budget < 0:
            return
        yield Markup(piece)  # noqa: S704 - comes out of the escaping templates


def _documents(why: Mapping[str, Sequence[str]], explained: Iterable[Explanation]) -> Iterator[str]:
    template = environment().get_template("document.html").module
    for found in explained:
        yield str(template.folded(shown(found), why[found.row["document_id"]]))  # type: ignore[attr-defined]


def _groups(groups: Iterable[Group]) -> Iterator[str]:
    template = environment().get_template("group.html").module
    for article, size, copies in groups:
        yield str(template.group(article, size, [beside(article, copy) for copy in copies]))  # type: ignore[attr-defined]


def _tiles(report: Report) -> list[tuple[str, int]]:
    """The words of the run's summary, over all runs."""
    totals = {name: sum(row[name] for row in report.runs) for name in ("documents", "unchanged")}
    return [(name, totals[name] if name in totals else report.rows[name]) for name in COUNTS]


def report_page(report: Report, why: Mapping[str, Sequence[str]], explained: Iterable[Explanation], groups: Iterable[Group]) -> str:
    """The whole page. `why` says for each document that is explained why to look at it."""
    last, before = [row["run_id"] for row in reversed(report.runs)][:2] if len(report.runs) > 1 else (_last(report.runs), None)
    columns = overview.columns(report.fill, report.sources, last, before)
    outlets = overview.outlets(report.counts)
    drifts = overview.drifts(report.counts)
    return (
        environment()
        .get_template("report.html")
        .render(
            **_fixed(),
            report=report,
            tiles=_tiles(report),
            pictures=pictures(report, columns, outlets),
            changes=overview.changes(report.runs, report.counts, columns),
            columns=columns,
            outlets=outlets,
            unknown=overview.unknown_outlets(outlets),
            drifts=drifts,
            drifted=set(overview.drifted(drifts, report.runs)),
            expected=overview.expected(report.runs),
            rejected=by_count(report.reasons),
            documents=list(_fitting(_documents(why, explained), DOCUMENT_BYTES)),
            picked=len(why),
            groups=list(_fitting(_groups(groups), GROUP_BYTES)),
            most=overview.ROWS,
        )
    )


def _last(runs: Sequence[Mapping[str, Any]]) -> str:
    return str(runs[-1]["run_id"]) if runs else ""


def document_page(explanation: Explanation) -> str:
    """The page of one document, whole."""
    return environment().get_template("one.html").render(**_fixed(), document=shown(explanation, None))

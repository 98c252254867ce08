"""The pictures of the page, each with the figures it is drawn from as a table. Pure but for the import of the drawing library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from tasks.write.report import charts, overview
from tasks.write.words import by_count

if TYPE_CHECKING:
    from tasks.write.report.page import Report

RUNS = 12  # in a picture
FATES = ("articles", "copies", "rejects", "unchanged")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the table behind it. `note` says what is not in it."""

    name: str
    title: str
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""


def _safe(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - lxml escaped the labels, and script and style are taken out


def _percent(value: float) -> str:
    return f"{value:.1f} %"


def _bars(name: str, title: str, head: tuple[str, ...], bars: Sequence[tuple[str, int]], note: str = "") -> Picture | None:
    """The largest of `bars` drawn, the others told by number."""
    if not bars:
        return None
    drawn = bars[: overview.BARS]
    others = len(bars) - len(drawn)
    more = f"{others:,} others with {sum(count for _, count in bars[overview.BARS :]):,} together are not drawn." if others else ""
    rows = tuple(bars[: overview.ROWS])
    return Picture(name, title, _safe(charts.rows(name, drawn)), head, rows, " ".join(filter(None, (note, more))))


def _named(counts: dict[str | None, int], nothing: str) -> list[tuple[str, int]]:
    return by_count({nothing if name is None else name: count for name, count in counts.items()})


def _fates(report: "Report") -> Picture | None:
    runs = report.runs[-RUNS:]
    if not runs:
        return None
    labels = [f"run {row['number']}" for row in runs]
    svg = charts.stack("fates", labels, [(fate, [row[fate] for row in runs]) for fate in FATES])
    rows = tuple((label, row["documents"], *(row[fate] for fate in FATES)) for label, row in zip(labels, runs, strict=True))
    note = f"The last {RUNS} of {len(report.runs):,} runs." if len(report.runs) > RUNS else ""
    return Picture("fates", "Documents in, and where they went", _safe(svg), ("run", "documents", *FATES), rows, note)


def _days(report: "Report") -> Picture | None:
    step, bars = overview.buckets(report.counts.days)
    undated = report.counts.days[None]
    if not bars:
        return None
    note = f"Articles whose day of publication is not known: {undated:,}."
    return Picture("days", f"Articles by {step} of publication", _safe(charts.steps("days", bars)), (step, "articles"), tuple(bars), note)


def _outlets(outlets: Sequence[overview.Outlet]) -> Picture | None:
    bars = [(row.name, row.articles) for row in outlets if row.articles]
    return _bars("outlets", "Articles by outlet", ("outlet", "articles"), sorted(bars, key=lambda bar: -bar[1]))


def _classes(report: "Report") -> Picture | None:
    counts = report.counts
    total = counts.characters.total()
    if not total:
        return None
    bars = by_count(counts.characters)
    svg = charts.rows("classes", [(name, 100 * count / total) for name, count in bars], _percent)
    rows = tuple((name, f"{100 * count / total:.1f} %", count, counts.spans[name]) for name, count in bars)
    length = counts.sources.total()
    note = f"{total:,} of {length:,} characters of source text were removed: {100 * total / max(length, 1):.1f} %."
    return Picture("classes", "Characters removed, by class", _safe(svg), ("class", "share", "characters", "spans"), rows, note)


def _agencies(report: "Report") -> Picture | None:
    found = overview.agencies(report.counts)
    if not found:
        return None
    drawn = found[: overview.BARS]
    parts = [("articles", [row.articles for row in drawn]), ("copies", [row.copies for row in drawn])]
    svg = charts.stack("agencies", [f"{row.name} ({row.outlets:,})" for row in drawn], parts)
    rows = tuple((row.name, row.outlets, row.articles, row.copies) for row in found[: overview.ROWS])
    note = "In brackets: outlets that carried its text. Documents whose outlet is not known count for none."
    return Picture("agencies", "Wire agencies, by reach", _safe(svg), ("agency", "outlets", "articles", "copies"), rows, note)


def _fill(columns: Sequence[overview.Column]) -> Picture | None:
    if not columns or not columns[0].rows:
        return None
    svg = charts.rows("fill", [(column.name, 100 * column.share) for column in columns], _percent, 100)
    rows = tuple((column.name, f"{100 * column.share:.1f} %", column.filled) for column in columns)
    return Picture("fill", "How often a column has a value", _safe(svg), ("column", "share", "rows with a value"), rows)


def pictures(report: "Report", columns: Sequence[overview.Column], outlets: Sequence[overview.Outlet]) -> dict[str, Picture]:
    """All pictures by name; those without anything to show are left out."""
    counts = report.counts
    draw: tuple[Callable[[], Picture | None], ...] = (
        lambda: _fates(report),
        lambda: _bars("reasons", "Rejected as", ("reason", "documents"), by_count(report.reasons)),
        lambda: _days(report),
        lambda: _outlets(outlets),
        lambda: _bars("languages", "Languages of articles and copies", ("language", "documents"), _named(counts.languages, "not known")),
        lambda: _classes(report),
        lambda: _bars("groups", "Wire copy: groups by size", ("documents in the group", "groups"), overview.group_bars(report.sizes)),
        lambda: _agencies(report),
        lambda: _fill(columns),
    )
    return {picture.name: picture for make in draw if (picture := make()) is not None}

"""From counts to what the page says: sorted, cut to what can be looked at, with the rest as a number. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tasks.write.expectations import past_debris, told_shares
from tasks.write.report.count import Counts
from tasks.write.words import by_count

BARS = 20  # bars of a picture
ROWS = 200  # rows of a table
DAYS = 92  # days in a picture; then it goes by month, then by year
MONTHS = 96
LEAST = 5  # documents of an outlet on both sides before its change says something
DRIFT = 0.1  # change in the share removed that is worth a look
MOST_DRIFTED = 10
SIZES = ((2, 2), (3, 3), (4, 4), (5, 5), (6, 9), (10, 19), (20, 49), (50, 99), (100, 10**9))

Fill = Mapping[tuple[str, str], tuple[int, int]]  # (run_id or "", column) -> rows with a value, rows


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet by whatever is known of it."""

    key: str
    name: str
    known: bool  # in the registry
    articles: int
    copies: int
    removed: float | None  # share of its source text


@dataclass(frozen=True, slots=True)
class Drift:
    """How much of an outlet was removed before the last run and in it."""

    outlet: str
    documents: int  # in the last run
    before: float
    last: float

    @property
    def change(self) -> float:
        """In shares of the source text; more removed is above 0."""
        return self.last - self.before


@dataclass(frozen=True, slots=True)
class Column:
    """How often a column of `articles` and `copies` has a value, and where from."""

    name: str
    filled: int
    rows: int
    last: float | None  # share in the last run
    before: float | None  # share in the run before
    sources: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Of all rows."""
        return self.filled / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Agency:
    """A wire agency, its documents and how many outlets carried them."""

    name: str
    articles: int
    copies: int
    outlets: int


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the last run beside that of the run before."""

    name: str
    before: float
    last: float
    share: bool  # of 1, else a count


def buckets(days: Mapping[date | None, int]) -> tuple[str, list[tuple[str, int]]]:
    """Days as a picture can show them: the step (`day` `month` `year`) and a count for each step from the first to the last.

    Steps go by what holds 98 of 100 documents; the few before and after stand in one step each, `earlier` and `later`.
    """
    known = sorted((day, count) for day, count in days.items() if day is not None)
    if not known:
        return "day", []
    low, high = _inner(known)
    earlier, later = sum(n for day, n in known if day < low), sum(n for day, n in known if day > high)
    step, label = _step((high - low).days)
    inner = Counter({label(low + timedelta(at)): 0 for at in range((high - low).days + 1)})
    for day, count in known:
        if low <= day <= high:
            inner[label(day)] += count
    steps = sorted(inner.items())
    return step, [*([("earlier", earlier)] if earlier else []), *steps, *([("later", later)] if later else [])]


def _inner(known: Sequence[tuple[date, int]]) -> tuple[date, date]:
    if (known[-1][0] - known[0][0]).days < DAYS:
        return known[0][0], known[-1][0]
    total, at, low, high = sum(count for _, count in known), 0, known[0][0], known[-1][0]
    for day, count in known:
        if at < 0.01 * total <= at + count:
            low = day
        if at < 0.99 * total <= at + count:
            high = day
        at += count
    return low, high


def _step(days: int) -> tuple[str, Callable[[date], str]]:
    if days < DAYS:
        return "day", date.isoformat
    if days < 30 * MONTHS:
        return "month", lambda day: f"{day:%Y-%m}"
    return "year", lambda day: f"{day.year}"


def outlets(counts: Counts) -> list[Outlet]:
    """All outlets, most documents first; what has neither key nor domain nor name is left out."""
    found: dict[str, dict[str, Any]] = {}
    names: dict[str, Counter[str]] = {}
    for (dataset, key, domain, name), count in counts.outlets.items():
        outlet = key or domain or name
        if outlet is None:
            continue
        row = found.setdefault(outlet, {"articles": 0, "copies": 0, "known": key is not None})
        row[dataset] += count
        row["known"] = row["known"] or key is not None
        names.setdefault(outlet, Counter())[name or ""] += count
    rows = [
        Outlet(key, by_count(names[key])[0][0] or key, row["known"], row["articles"], row["copies"], _removed(counts, key))
        for key, row in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.articles - row.copies, row.key))


def _removed(counts: Counts, outlet: str) -> float | None:
    length = counts.lengths[outlet, True] + counts.lengths[outlet, False]
    return (counts.debris[outlet, True] + counts.debris[outlet, False]) / length if length else None


def unknown_outlets(rows: Sequence[Outlet]) -> list[Outlet]:
    """Those the registry does not know."""
    return [row for row in rows if not row.known]


def drifts(counts: Counts) -> list[Drift]:
    """Outlets seen in the last run and before it, the largest change first."""
    found = []
    for outlet in {key[0] for key in counts.seen if key[0] is not None}:
        if min(counts.seen[outlet, True], counts.seen[outlet, False]) >= LEAST:
            shares = [counts.debris[outlet, recent] / max(counts.lengths[outlet, recent], 1) for recent in (False, True)]
            found.append(Drift(outlet, counts.seen[outlet, True], *shares))
    return sorted(found, key=lambda drift: (-abs(drift.change), drift.outlet))


def agencies(counts: Counts) -> list[Agency]:
    """All agencies, those with the widest reach first."""
    rows: dict[str, Counter[str]] = {}
    reach: dict[str, set[str]] = {}
    for (agency, dataset, outlet), count in counts.agencies.items():
        rows.setdefault(agency, Counter())[dataset] += count
        reach.setdefault(agency, set()).update({outlet} - {None})
    found = [Agency(name, row["articles"], row["copies"], len(reach[name])) for name, row in rows.items()]
    return sorted(found, key=lambda row: (-row.outlets, -row.articles - row.copies, row.name))


def group_bars(sizes: Mapping[int, int]) -> list[tuple[str, int]]:
    """How many groups there are of each size, large ones together."""
    names = [f"{low}" if low == high else f"{low}–{high}" if high < 10**9 else f"{low} or more" for low, high in SIZES]
    bars = [sum(count for size, count in sizes.items() if low <= size <= high) for low, high in SIZES]
    last = max((at for at, count in enumerate(bars) if count), default=-1)
    return list(zip(names, bars, strict=True))[: last + 1]


def columns(fill: Fill, sources: Mapping[tuple[str, str], int], last: str, before: str | None) -> list[Column]:
    """One row for each column that may be empty, in the order of the schema."""

    def share(run: str | None, name: str) -> float | None:
        filled, rows = fill.get((run, name), (0, 0)) if run else (0, 0)
        return filled / rows if rows else None

    rows = []
    for (run, name), (filled, total) in fill.items():
        if not run:
            mine = {source: count for (field, source), count in sources.items() if field == name}
            rows.append(Column(name, filled, total, share(last, name), share(before, name), tuple(by_count(mine))))
    return rows


def changes(runs: Sequence[Mapping[str, Any]], counts: Counts, fill: Sequence[Column]) -> list[Change]:
    """What the last run did otherwise than the one before; nothing where there is one run."""
    if len(runs) < 2:
        return []
    before, last = runs[-2], runs[-1]
    found = [Change(name, before[name], last[name], False) for name in ("documents", "articles", "copies", "rejects", "unchanged")]
    found += [Change(name, of(before), of(last), True) for name, of in _shares(counts)]
    found += [Change(f"with {c.name}", c.before, c.last, True) for c in fill if c.before is not None and c.last is not None]
    return found


def _shares(counts: Counts) -> Iterator[tuple[str, Callable[[Mapping[str, Any]], float]]]:
    def part(row: Mapping[str, Any], name: str) -> float:
        return float(row[name] / max(row["articles"] + row["copies"] + row["rejects"], 1))

    def removed(row: Mapping[str, Any]) -> float:
        return float(sum(entry["characters"] for entry in row["removed_characters"])) / max(counts.sources[row["run_id"]], 1)

    yield "share of new documents that are copies", lambda row: part(row, "copies")
    yield "share of new documents that are rejects", lambda row: part(row, "rejects")
    yield "share of the source text removed", removed


def expected(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The last run's expectations, what went wrong first, each with `before`: the mean of that outlet's earlier runs, where it had any."""
    past = past_debris(told_shares(runs[:-1]))
    order = {"failed": 0, "warned": 1}
    rows = [dict(entry) | {"before": past.get(entry["outlet"])} for entry in (runs[-1]["expectations"] if runs else [])]
    return sorted(rows, key=lambda row: (order.get(row["outcome"], 2), row["id"], row["outlet"] or ""))


def drifted(found: Sequence[Drift], runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The outlets to look at: those that an expectation of the last run warned of, then those whose share changed by DRIFT or more."""
    warned = [e["outlet"] for row in runs[-1:] for e in row["expectations"] if e["outlet"] and e["outcome"] != "ok"]
    changed = [drift.outlet for drift in found if abs(drift.change) >= DRIFT]
    return list(dict.fromkeys([*warned, *changed]))[:MOST_DRIFTED]

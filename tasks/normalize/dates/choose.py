"""One chooser: the day that trusted sources agree on, then its best stamp; the reason why each other one lost."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tasks.normalize.dates.candidates import Candidate
from tasks.normalize.dates.context import Context
from tasks.normalize.dates.known import at_outlet, implausible
from tasks.normalize.dates.places import Story
from tasks.normalize.dates.trust import Trust
from tasks.records import Stamp

UPDATE = "update"  # source of a day that the page gives as its update, and no other
PRECISIONS = ("second", "minute", "hour", "day", "weekday", "month", "year")
EMPTY = Stamp()
HARD = frozenset(
    ("impossible", "range", "weekday-mismatch", "language", "before-the-web", "after-fetched-at", "zone-unknown", "no-year", "short-year")
)
FAMILY = dict.fromkeys(("time-element", "date-element", "microdata", "text-timestamp"), "printed")  # one stamp, told in several ways
PRINTED = frozenset(("text-timestamp", "date-element", "time-element"))
MARKED = frozenset(("json-ld", "meta"))
LISTED = frozenset(("meta[itemprop=datepublished]", "itemprop=datePublished", "itemprop=datePublished[content]"))
MASTHEAD = 2  # lines above the headline from which markup is no better than print
OWN_PLACES = frozenset(("head", "inside", "tail", "relative"))


@dataclass(frozen=True, slots=True)
class Choice:
    """The stamp that was taken (empty: abstained), all candidates, the taken one first, each with why it lost, and the trust in the day."""

    stamp: Stamp
    ranked: tuple[tuple[Candidate, str | None], ...]
    score: float = 0.0


def ranked(candidates: list[Candidate], story: Story, trust: Trust) -> list[Candidate]:
    """The candidates with their trust; the only day that is printed in all the document is trusted more."""
    weighed = [replace(c, rank=trust.of(c, place_of(c, story)) - _distance(c, story, trust)) for c in candidates]
    found = _first_first(weighed, trust)
    printed = {c.stamp.day for c in found if c.stamp.source in PRINTED and c.stamp.day and not c.fault}
    alone = printed if len(printed) == 1 else frozenset()
    return [replace(c, rank=max(c.rank, trust.alone)) if c.stamp.day in alone and c.stamp.source in PRINTED else c for c in found]


def _first_first(candidates: list[Candidate], trust: Trust) -> list[Candidate]:
    """Where several statements of one kind name different days, the later ones are trusted less; items of a list all are.

    Of printed stamps the one in the better place is the first: a forum prints when its writer joined above the date of what is written.
    """
    seen: dict[tuple[str, str | None, str], dict[date | None, int]] = {}
    for candidate in sorted(candidates, key=lambda c: -c.rank if c.stamp.source in PRINTED else -math.inf):
        days = seen.setdefault((candidate.field, candidate.stamp.source, candidate.rule), {})
        days.setdefault(candidate.stamp.day, len(days))
    listed = Counter(key[:3] for key in {(c.field, c.stamp.source, c.rule, c.stamp.day) for c in candidates if c.rule in LISTED})
    found = []
    for candidate in candidates:
        kind = candidate.field, candidate.stamp.source, candidate.rule
        several = 2 if listed[kind] > 1 else 0
        less = trust.later * (min(seen[kind][candidate.stamp.day], 5) + several)
        found.append(replace(candidate, rank=max(0.0, candidate.rank - less)) if less else candidate)
    return found


def _distance(candidate: Candidate, story: Story, trust: Trust) -> float:
    """What a printed stamp loses for standing away from the headline, more where it stands above it: mastheads print today."""
    if candidate.offset is None or candidate.stamp.source not in PRINTED or place_of(candidate, story) != "head":
        return 0.0
    lines = story.index(candidate.offset) - story.headline
    bare = not candidate.label and (candidate.stamp.source == "text-timestamp" or lines < -MASTHEAD)
    return min(abs(lines), 10) * trust.distance + (trust.above if lines < 0 and bare else 0.0)


def place_of(candidate: Candidate, story: Story) -> str:
    """Where in the page a candidate stands."""
    if candidate.stamp.source == "url":
        return ""
    if candidate.rule.startswith("stamp."):
        return candidate.rule.removeprefix("stamp.")
    return story.place(candidate.offset) if candidate.offset is not None else "aside"


def settle_orders(candidates: list[Candidate], context: Context) -> list[Candidate]:
    """Decide open orders of day and month by the days that others name; what stays open has the fault `ambiguous`."""
    sure = {c.stamp.day for c in candidates if c.stamp.day and not c.other and c.fault not in HARD}
    return [_settle(c, sure, context) if c.other else c for c in candidates]


def _settle(candidate: Candidate, sure: set[date], context: Context) -> Candidate:
    day, other = candidate.stamp.day, candidate.other
    readings = [d for d in (day, other) if d and not implausible(d, context)]
    fitting = [d for d in readings if d in sure] or (readings if context.month_first is None else readings[context.month_first :][:1])
    if len(fitting) != 1 or fitting[0] is None:
        return replace(candidate, fault=candidate.fault or "ambiguous")
    chosen, local = fitting[0], candidate.stamp.local
    moved = replace(candidate.stamp, day=chosen, local=f"{chosen.isoformat()}{local[10:]}" if local else None)
    return replace(candidate, stamp=moved, other=None, fault=implausible(chosen, context))


def choose_published(candidates: list[Candidate], context: Context, trust: Trust) -> Choice:
    """Take the day with the highest score, and of its candidates the one with the most to say; abstain below the threshold."""
    usable = [c for c in candidates if c.field == "published" and c.stamp.day and not c.fault]
    scores = day_scores(usable, trust)
    updates = {c.stamp.day for c in candidates if c.field == "modified" and c.stamp.day and not c.fault}
    best = max(scores, key=lambda day: (scores[day], day not in updates, -day.toordinal()), default=None)
    if best is None or scores[best] < trust.threshold:
        return Choice(EMPTY, tuple((c, c.fault or _why(c, None)) for c in _sorted(candidates, "published")))
    taken = max((c for c in usable if c.stamp.day == best), key=_worth)
    stamp = at_outlet(taken.stamp, context)
    rest = [c for c in _sorted(candidates, "published") if c is not taken]
    return Choice(stamp, ((taken, None), *((c, c.fault or _why(c, best)) for c in rest)), scores[best])


def day_scores(usable: list[Candidate], trust: Trust) -> dict[date, float]:
    """For each day the highest trust in one source, and something for each other kind of source that agrees."""
    by_day: dict[date, dict[str, float]] = defaultdict(dict)
    for candidate in usable:
        day, source = candidate.stamp.day, candidate.stamp.source or ""
        if day:
            by_day[day][source] = max(by_day[day].get(source, 0.0), candidate.rank)
    scores = {}
    for day, sources in by_day.items():
        beside = {s for step in (-1, 1) for s in by_day.get(day + timedelta(days=step), ())} - set(sources)
        families = {FAMILY.get(source, source) for source in sources}
        agreeing = trust.agreement * (len(families) - 1) + trust.echo * (len(sources) - len(families))
        scores[day] = max(sources.values()) + agreeing + trust.nearby * len(beside)
    return scores


def _worth(candidate: Candidate) -> tuple[bool, bool, float, int]:
    stamp = candidate.stamp
    exact = stamp.precision in ("second", "minute")
    return stamp.at is not None, exact and candidate.rank >= 50, candidate.rank, -PRECISIONS.index(stamp.precision or "year")


def _why(candidate: Candidate, best: date | None) -> str:
    if candidate.stamp.day is None:
        return "not-known-to-the-day"
    if best is None:
        return "not-trusted-enough"
    return "same-day" if candidate.stamp.day == best else "less-trusted-day"


def _sorted(candidates: list[Candidate], field: str) -> list[Candidate]:
    return sorted((c for c in candidates if c.field == field), key=lambda c: (bool(c.fault), -c.rank))


def choose_modified(candidates: list[Candidate], published: Stamp, context: Context) -> Choice:
    """The update that the page states in its markup, else in its text; never before the publication."""
    order = ("input", "json-ld", "meta", "microdata", "text-timestamp", "time-element", "date-element")
    usable = [c for c in candidates if c.field == "modified" and not c.fault and c.stamp.day and _own(c)]
    fitting = [c for c in usable if not _before(c.stamp, published)]
    fitting.sort(key=lambda c: order.index(c.stamp.source) if c.stamp.source in order else 9)
    others = [c for c in _sorted(candidates, "modified") if not fitting or c is not fitting[0]]
    lost = tuple((c, c.fault or ("before-published" if c in usable and c not in fitting else "less-trusted")) for c in others)
    if not fitting:
        return Choice(EMPTY, lost)
    return Choice(at_outlet(fitting[0].stamp, context), ((fitting[0], None), *lost))


def lone_update(candidates: list[Candidate], abstained: Choice) -> Choice:
    """Where nothing but an update is dated: its day, without its clock, from the source `update`.

    Abstain where several are named, and where the markup states the update: its maker tells updates from publications.
    """
    updates = [c for c in candidates if c.field == "modified" and c.stamp.day and not c.fault]
    printed = [c for c in updates if c.offset is not None]
    heads = [c for c in printed if c.rule == "stamp.head"]
    dated = {c.stamp.day for c in candidates if c.stamp.day and c.fault not in HARD}
    own = heads or [c for c in printed if c.rule.removeprefix("stamp.") in OWN_PLACES or c.stamp.source == "microdata" or len(dated) == 1]
    in_markup = any(c.stamp.source in MARKED and c.offset is None for c in updates)
    if in_markup or len({c.stamp.day for c in own}) != 1:
        return abstained
    taken = own[0]
    stamp = Stamp(taken.stamp.day, precision="day", source=UPDATE, raw=taken.stamp.raw)
    return Choice(stamp, ((replace(taken, field="published", stamp=stamp), None), *abstained.ranked))


def _own(candidate: Candidate) -> bool:
    """Whether the update is the story's: stated for the page, or printed beside the headline."""
    return candidate.offset is None or candidate.rule in ("stamp.head", "stamp.tail") or candidate.rank > 0


def _before(stamp: Stamp, published: Stamp) -> bool:
    if stamp.at and published.at:
        return stamp.at < published.at
    return bool(stamp.day and published.day and stamp.day < published.day)

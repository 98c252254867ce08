"""The face of the package: a stripped document in, its dates and the evidence for them out."""

from dataclasses import dataclass
from datetime import date

from tasks.normalize.dates.bounds import bounds, caption_candidates, lead_weekday
from tasks.normalize.dates.calendar_day import demote_updates, localise
from tasks.normalize.dates.candidates import Candidate, all_stated
from tasks.normalize.dates.choose import UPDATE, Choice, choose_modified, choose_published, lone_update, ranked, settle_orders
from tasks.normalize.dates.context import Context, context_of
from tasks.normalize.dates.lies import unmask
from tasks.normalize.dates.places import story_of
from tasks.normalize.dates.stamps import dateline_candidates, relabelled, relative_candidates, stamp_candidates
from tasks.normalize.dates.trust import Trust, load_trust
from tasks.normalize.dates.words import DateWords
from tasks.normalize.facts import OutletFacts
from tasks.records import Evidence, Stamp, StrippedDocument

COARSE = 50  # trust from which a month or a year is stated
MOST_EVIDENCE = 40  # rows for one field


@dataclass(frozen=True, slots=True)
class Dates:
    """When a document was published and last changed; bounds are days, both ends possible; `trust` is that in the day, 0 for none."""

    published: Stamp
    published_earliest: date | None
    published_latest: date | None
    modified: Stamp
    evidence: tuple[Evidence, ...]
    trust: float = 0.0


def decide_dates(stripped: StrippedDocument, language: str | None, outlet: OutletFacts | None, words: DateWords) -> Dates:
    """Read all candidates, choose, bound. `language` is the document's BCP 47 tag. Pure; raises nothing of its own."""
    document = stripped.parsed.document
    context = context_of(language, outlet, document.url, document.fetched_at, words)
    trust = load_trust(words.folder)
    candidates = collect(stripped, context, trust, words)
    published = choose_published(candidates, context, trust)
    if not published.stamp.source and trust.lone_update:
        published = lone_update(candidates, published)
    modified = choose_modified(candidates, published.stamp, context)
    stamp = published.stamp if published.stamp.source else _without_day(stripped, candidates, context, words)
    first, last = bounds(Stamp() if stamp.source == UPDATE else stamp, modified.stamp, candidates, context)
    rows = [*_evidence(document.document_id, "published_date", published), *_evidence(document.document_id, "modified_date", modified)]
    if stamp.precision == "weekday":
        rows.append(Evidence(document.document_id, "published_precision", "weekday", stamp.raw, "weekday", "lead", 0))
    return Dates(stamp, first, last, modified.stamp, tuple(rows), published.score)


def collect(stripped: StrippedDocument, context: Context, trust: Trust, words: DateWords) -> list[Candidate]:
    """All candidates, ranked, open orders settled where others decide them."""
    story = story_of(stripped)
    found = all_stated(stripped.parsed, context, words)
    found += stamp_candidates(stripped, story, context, words)
    found += dateline_candidates(stripped, context, words)
    found += relative_candidates(stripped, story, context, words)
    found += caption_candidates(stripped, context, words)
    found = relabelled(found, story)
    honest = unmask(settle_orders(ranked(found, story, trust), context), context)
    return demote_updates(localise(honest, context))


def _without_day(stripped: StrippedDocument, candidates: list[Candidate], context: Context, words: DateWords) -> Stamp:
    """What is known short of a day: a month, else the weekday of the lead; else nothing."""
    usable = [c for c in candidates if c.field == "published" and not c.fault and c.rank >= COARSE]
    for precision in ("month", "year"):
        coarse = [c.stamp for c in usable if c.stamp.precision == precision]
        if coarse and len({stamp.local for stamp in coarse}) == 1:
            return coarse[0]
    return lead_weekday(stripped, context, words) or Stamp()


def _evidence(document_id: str, field: str, choice: Choice) -> list[Evidence]:
    rows = []
    for rank, (candidate, reason) in enumerate(choice.ranked[:MOST_EVIDENCE], 0 if choice.stamp.source else 1):
        stamp = candidate.stamp
        value = stamp.at.isoformat() if stamp.at else stamp.local or (stamp.day.isoformat() if stamp.day else None)
        rows.append(Evidence(document_id, field, value, stamp.raw, stamp.source or "", candidate.rule, rank, reason))
    return rows

"""Evidence of the columns that are taken over from split: where they came from, and what else was said of them."""

from datetime import datetime

from tasks.normalize.choice import Candidate
from tasks.normalize.reading import Reading


def carried_evidence(reading: Reading) -> dict[str, list[Candidate]]:
    """Candidates for `fetched_at`, `source_id` and `charset`, the one that was taken first."""
    document = reading.document
    return {
        "fetched_at": [_fetched(raw, rule, document.fetched_at) for raw, rule in reading.given("fetched_at")],
        "source_id": [Candidate(document.source_id, document.source_id, "input", "document.id")] if document.source_id else [],
        "charset": [_charset(raw, rule, document.charset) for raw, rule in reading.given("charset")],
    }


def _fetched(raw: str, rule: str, taken: datetime | None) -> Candidate:
    """What was said of when the document was fetched; only an instant with its offset says it."""
    if taken is not None and _instant(raw) == taken:
        return Candidate(taken.isoformat(), raw, "input", rule)
    return Candidate(None, raw, "input", rule, "another value came first" if taken else "no instant with its offset")


def _instant(raw: str) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(raw.strip().replace(" UTC", "Z"))
    except ValueError:
        return None
    return stamp if stamp.tzinfo else None


def _charset(raw: str, rule: str, taken: str | None) -> Candidate:
    """What was said of the character set, or what the bytes show: the part of the rule behind the dot says which."""
    source = rule.partition(".")[2]
    lost = None if raw == taken else "the bytes say otherwise"
    if source == "mojibake":
        lost = "the text looks as if it had been read in another character set before and saved so"
    return Candidate(raw, raw, source, rule, lost)

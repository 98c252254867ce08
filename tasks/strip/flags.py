"""What kind of document it is beside the story: live report, behind a wall, cut off. Two signals each, one alone lies too often."""

from tasks.records import StrippedDocument
from tasks.strip.lines import SENTENCE_END, count_words
from tasks.strip.verdicts import Sheet

SHORT_STORY = 220.0  # words; less than this beside a wall is what the wall lets through
TEASER = 80.0
LOCKED = frozenset({"false", "locked", "metered", "premium"})  # isAccessibleForFree and content tiers
WALLS = frozenset({"paywall"})
CUTS = ("…", "...", "[…]")
LIVE_STAMPS = 3


def flags_of(stripped: StrippedDocument, sheet: Sheet) -> tuple[str, ...]:
    """The flags of a document, sorted."""
    last = last_paragraph(stripped)
    words = sum(line.words for line, verdict in zip(sheet.lines, sheet.decided(), strict=True) if verdict.kept)
    cut = last.endswith(CUTS) or (bool(last) and not SENTENCE_END.search(last) and count_words(last) >= 8)
    paywalled, truncated = walled(stripped, sheet, cut, words), cut and (walls(sheet) > 0 or shortened(stripped) or last.endswith(CUTS))
    found = {
        "live_blog": live(stripped, sheet),
        "paywalled": paywalled,
        "truncated": truncated,
        "teaser": truncated and words < TEASER,
    }
    return tuple(sorted(flag for flag, holds in found.items() if holds))


def last_paragraph(stripped: StrippedDocument) -> str:
    """The text of the last paragraph of the body."""
    source = stripped.parsed.source_text
    return "".join(source[a:b] for a, b in stripped.paragraphs[-1].parts) if stripped.paragraphs else ""


def walls(sheet: Sheet) -> int:
    """How many lines speak of a paywall after the story has begun."""
    verdicts = sheet.decided()
    said = [at for at, verdict in enumerate(verdicts) if verdict.kind in WALLS and not sheet.lines[at].block.hidden]
    first = next((at for at, verdict in enumerate(verdicts) if verdict.kept), len(verdicts)) if said else 0
    return sum(at > first for at in said)


def shortened(stripped: StrippedDocument) -> bool:
    """Whether something was taken out that says that the text goes on elsewhere."""
    return any(span.kind == "truncation" for span in stripped.spans)


def walled(stripped: StrippedDocument, sheet: Sheet, cut: bool, words: float) -> bool:
    """Two of: the page says so, a line below the story says so, another one does, the story breaks off; or it says so and is short."""
    stated = any(clue.field == "paywall" and clue.raw.casefold() in LOCKED for clue in stripped.parsed.clues)
    said = walls(sheet)
    return sum((stated, said > 0, said > 1, cut and said > 0)) >= 2 or (stated and (cut or words < SHORT_STORY))


def live(stripped: StrippedDocument, sheet: Sheet) -> bool:
    """Two of: the page calls itself a live blog, stamps between its paragraphs, the furniture of a live report."""
    verdicts = sheet.decided()
    kept = [i for i, verdict in enumerate(verdicts) if verdict.kept]
    inside = verdicts[kept[0] : kept[-1]] if kept else ()
    stated = any(clue.field == "type" and "liveblog" in clue.raw.casefold() for clue in stripped.parsed.clues)
    stamps = sum(verdict.kind == "timestamp" for verdict in inside) >= LIVE_STAMPS
    return sum((stated, stamps, any(verdict.rule == "live.chrome" for verdict in verdicts))) >= 2

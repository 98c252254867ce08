"""What is no article: error pages, consent walls, pages of links, texts too short to be a story. Two signals each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.records import ParsedDocument, StrippedDocument
from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.gate import folded, gate_of, is_raw, spaced
from tasks.strip.gate import parsed as tree_of
from tasks.strip.lines import SENTENCE_END, count_words

SHORT_BODY = 150.0  # words under which a page may be an error or a wall
FEW_WORDS = 60.0  # words under which what is left of a page of links, or behind a wall, is no story
PROSE = 3  # paragraphs that make a story
LINKED = 0.6  # share of characters inside links above which a page is an index
ARTICLE_ADDRESS = re.compile(  # `/2022/04/14/ferry-returns`: a day and what follows it; `/article/90140/ferry`: a long number
    r"/(?:19|20)\d\d/\d{1,2}/(?:\d{1,2}/)?(?!index\b|page\b)[^/?#]{4,}"
    r"|/(?:articles?|story|artikel)/(?:[^/?#]{1,200}/){0,4}\d{5,}",
    re.IGNORECASE,
)
ARTICLE_TYPES = re.compile(r"article|blogposting|reportage", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern, and folded strings of which each match holds one."""

    pattern: re.Pattern[str]
    gate: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Refusals:
    """What error pages and consent walls say."""

    error: tuple[Phrase, ...]
    consent: tuple[Phrase, ...]


@cache
def load_refusals(folder: Path) -> Refusals:
    """The phrases of config/debris/refusals.yml. Raises ConfigurationError."""
    path = folder / "debris" / "refusals.yml"
    content = read_yaml(path)
    try:
        error, consent = (tuple(map(phrase_of, content[key])) for key in ("error-page", "consent-wall"))
    except (re.error, KeyError, TypeError) as reason:
        raise ConfigurationError(f"{path}: {reason}") from None
    return Refusals(error, consent)


def phrase_of(pattern: str) -> Phrase:
    """A phrase made ready. Raises re.error."""
    return Phrase(re.compile(pattern, re.IGNORECASE), gate_of(tree_of(pattern)))


def body_of(stripped: StrippedDocument) -> str:
    """The body as it will be published."""
    source = stripped.parsed.source_text
    return "\n\n".join("".join(source[a:b] for a, b in paragraph.parts) for paragraph in stripped.paragraphs)


def refusal(stripped: StrippedDocument, known: Refusals, least: int) -> tuple[str, str] | None:
    """Reason and detail where a document is no article, else None; `least` is the number of words a story has."""
    parsed = stripped.parsed
    if not parsed.source_text.strip():
        return "no-article", "no text to read"
    body = body_of(stripped)
    words = count_words(body)
    if words < SHORT_BODY and not stated_article(parsed) and (said := said_instead(stripped, known, body, words)):
        return said
    if index_like(stripped, body):
        return "index-page", f"{linked_share(parsed):.0%} of the text is inside links and {sentences(body)} paragraphs are prose"
    if not body:
        return "no-article", "no line of it reads as a story"
    if words < least:
        return "too-short", f"{words:.0f} words of story, {least} are asked for"
    return None


def said_instead(stripped: StrippedDocument, known: Refusals, body: str, words: float) -> tuple[str, str] | None:
    """What a page with little text says of itself: that something went wrong, or that it wants consent."""
    source = stripped.parsed.source_text
    told = sentences(body) >= PROSE  # of a text that is a story, what stands behind its beginning is left over from a failed part
    error = found(known.error, source[: stripped.paragraphs[0].parts[-1][1] if told else 20_000])
    if error and count_words(source) < SHORT_BODY * 2:
        return "error-page", f"it says {error[0]!r} and holds {words:.0f} words"
    walls = len(found(known.consent, source)) + sum(span.kind == "consent" for span in stripped.spans)
    if walls >= 2 and words < FEW_WORDS and sentences(body) < 4:
        return "consent-wall", f"{walls} phrases of a consent wall and {words:.0f} words of text"
    return None


def found(phrases: Sequence[Phrase], text: str) -> list[str]:
    """For each of the phrases that a text holds the first stretch that is one."""
    raw, plain = spaced(text), spaced(folded(text))
    open_ones = [phrase for phrase in phrases if phrase.gate is None or any(one in (raw if is_raw(one) else plain) for one in phrase.gate)]
    return [match.group() for phrase in open_ones if (match := phrase.pattern.search(text))]


def stated_article(parsed: ParsedDocument) -> bool:
    """Whether the page says of itself that it is an article."""
    return any(clue.field == "type" and ARTICLE_TYPES.search(clue.raw) for clue in parsed.clues)


def sentences(body: str) -> int:
    """Paragraphs that are prose: closed as a sentence is, ten words or more."""
    return sum(bool(SENTENCE_END.search(p)) and count_words(p) >= 10 for p in body.split("\n\n"))


def linked_share(parsed: ParsedDocument) -> float:
    """Share of the characters of a page that stand inside links."""
    total = sum(block.end - block.start for block in parsed.blocks)
    return sum(block.link_length for block in parsed.blocks) / total if total else 0.0


def index_like(stripped: StrippedDocument, body: str) -> bool:
    """A page of links: most characters linked, hardly a paragraph of prose, and neither it nor its address says that it is an article."""
    parsed = stripped.parsed
    if linked_share(parsed) <= LINKED or len(parsed.blocks) < 8 or sentences(body) >= 3 or stated_article(parsed):
        return False
    if sentences(body) and ARTICLE_ADDRESS.search(parsed.document.url or ""):
        return False
    return count_words(body) < FEW_WORDS or kept_linked(stripped) > LINKED / 2


def kept_linked(stripped: StrippedDocument) -> float:
    """Share of the kept characters that stand inside links."""
    starts = {paragraph.parts[0][0] for paragraph in stripped.paragraphs}
    kept = [block for block in stripped.parsed.blocks if any(block.start <= start < block.end for start in starts)]
    return sum(block.link_length for block in kept) / max(1, sum(block.end - block.start for block in kept))

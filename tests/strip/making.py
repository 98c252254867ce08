"""Documents made for the tests of the room."""

from tasks.records import Given, RawDocument, StrippedDocument
from tasks.settings import CONFIG
from tasks.strip.judge import load_debris
from tasks.strip.story import strip_document
from tasks.strip.text import parse_text

DEBRIS = load_debris(CONFIG)


def raw(text: str, *, media_type: str = "text/plain", url: str | None = None, headline: str | None = None) -> RawDocument:
    """A document as the split room hands it over."""
    given = (Given("headline", headline, "row.headline"),) if headline else ()
    return RawDocument("0" * 32, "path:b/m", "b", "m", None, "0" * 64, media_type, "utf-8", text, url, None, given, len(text))


def stripped(text: str, **given: str | None) -> StrippedDocument:
    """A plain text through the judge."""
    return strip_document(parse_text(raw(text, **given)), DEBRIS)  # type: ignore[arg-type]


def paragraphs(document: StrippedDocument) -> list[str]:
    """The paragraphs of the body."""
    source = document.parsed.source_text
    return ["".join(source[a:b] for a, b in paragraph.parts) for paragraph in document.paragraphs]


def removed(document: StrippedDocument, *, blank: bool = False) -> list[tuple[str, str]]:
    """Class and text of each span, white space aside unless asked for."""
    source = document.parsed.source_text
    return [(s.kind, source[s.start : s.end]) for s in document.spans if blank or s.kind != "whitespace"]


def rebuilt(document: StrippedDocument) -> str:
    """The source text put together again from kept stretches and spans."""
    source = document.parsed.source_text
    pieces = [(a, b) for paragraph in document.paragraphs for a, b in paragraph.parts] + [(s.start, s.end) for s in document.spans]
    return "".join(source[a:b] for a, b in sorted(pieces))

"""What the tests of this room share: the shipped knowledge, and documents made by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.records import Block, Clue, Given, Paragraph, ParsedDocument, RawDocument, Span, StrippedDocument
from tasks.settings import CONFIG

Lines = Sequence[tuple[str, str]]
Make = Callable[..., StrippedDocument]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """config/ as it is shipped."""
    return load_knowledge(CONFIG)


def make_document(
    *lines: tuple[str, str],
    url: str | None = None,
    clues: Sequence[Clue] = (),
    given: Sequence[Given] = (),
    media_type: str = "text/plain",
    fetched_at: datetime | None = None,
) -> StrippedDocument:
    """A stripped document of (kind, text) lines; `body` and `standfirst` are kept, everything else is a span of that kind."""
    source = "\n\n".join(text for _, text in lines)
    spans: list[Span] = []
    paragraphs: list[Paragraph] = []
    blocks: list[Block] = []
    place = 0
    for number, (kind, text) in enumerate(lines):
        if number:
            spans.append(Span(place, place + 2, "whitespace", "test"))
            place += 2
        if kind in ("body", "standfirst"):
            paragraphs.append(Paragraph(((place, place + len(text)),), "paragraph" if kind == "body" else kind))
        else:
            spans.append(Span(place, place + len(text), kind, f"test.{kind}"))
        blocks.append(Block(place, place + len(text)))
        place += len(text)
    document = RawDocument("0" * 32, "id:1", "b", "a.txt", "1", "f" * 64, media_type, "utf-8", "", url, fetched_at, tuple(given))
    return StrippedDocument(ParsedDocument(document, source, tuple(blocks), tuple(clues)), tuple(paragraphs), tuple(spans))


@pytest.fixture
def make() -> Make:
    """Makes a stripped document of (kind, text) lines."""
    return make_document

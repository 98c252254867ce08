"""A stripped document as the fields read it: its paragraphs, and its other lines by what they were removed as."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.records import Clue, RawDocument, Span, StrippedDocument

TAIL_PARAGRAPHS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line outside the story: what it was removed as, its text, where it starts in the source text."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the fields look at, cut out of the source text once."""

    document: RawDocument
    source_text: str
    paragraphs: tuple[str, ...]
    standfirsts: tuple[str, ...]
    lines: tuple[Line, ...]
    clues: tuple[Clue, ...]
    start: int = 0  # where the story's first paragraph starts in the source text
    end: int = 0  # where its last one ends

    @property
    def body(self) -> str:
        """The paragraphs with a blank line between."""
        return "\n\n".join(self.paragraphs)

    def removed_as(self, *kinds: str) -> list[Line]:
        """The lines removed as one of these, in order."""
        return [line for line in self.lines if line.kind in kinds]

    def clued(self, field: str) -> list[Clue]:
        """What the page states of a field, in the order in which it stands there."""
        return [clue for clue in self.clues if clue.field == field]

    def given(self, *fields: str) -> list[tuple[str, str]]:
        """Values and rules of what the bundle gave for one of these fields."""
        return [(given.value, given.rule) for given in self.document.given if given.field in fields]

    @property
    def is_page(self) -> bool:
        """Whether the document came as markup."""
        return "html" in self.document.media_type or "xml" in self.document.media_type


def read(stripped: StrippedDocument) -> Reading:
    """Cut a stripped document into the texts that the fields read; offsets stay those of the source text."""
    source = stripped.parsed.source_text
    cut = [("".join(source[a:b] for a, b in paragraph.parts), paragraph.role) for paragraph in stripped.paragraphs]
    return Reading(
        document=stripped.parsed.document,
        source_text=source,
        paragraphs=tuple(text for text, _ in cut),
        standfirsts=tuple(text for text, role in cut if role == "standfirst"),
        lines=tuple(line for run in _runs(stripped.spans) for line in _lines(source, run)),
        clues=stripped.parsed.clues,
        start=min((a for paragraph in stripped.paragraphs for a, _ in paragraph.parts), default=0),
        end=max((b for paragraph in stripped.paragraphs for _, b in paragraph.parts), default=0),
    )


def _runs(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """The spans outside the story; those that only invisible characters part (a soft hyphen in a headline) together."""
    run: list[Span] = []
    end = -1  # where the run ends, invisible characters behind it included
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if span.kind == "control" and span.start == end:
            end = span.end
        if span.kind in ("body", "whitespace", "control"):
            continue
        if run and span.kind == run[-1].kind and run[-1].end < span.start == end:
            run.append(span)
        else:
            if run:
                yield run
            run = [span]
        end = span.end
    if run:
        yield run


def _lines(source: str, run: Sequence[Span]) -> list[Line]:
    found: list[tuple[int, str]] = []
    for span in run:
        start = span.start
        for raw in source[span.start : span.end].splitlines(keepends=True):
            goes_on = found and found[-1][1].splitlines()[-1] == found[-1][1]
            found[-1:] = [(found[-1][0], found[-1][1] + raw)] if goes_on else [*found[-1:], (start, raw)]
            start += len(raw)
    return [Line(run[0].kind, text.strip(), start + len(text) - len(text.lstrip())) for start, text in found if text.strip()]

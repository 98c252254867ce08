"""A stripped document as the fields read it: its paragraphs, and its other lines by what they were removed as."""

from dataclasses import dataclass

from tasks.records import Clue, RawDocument, StrippedDocument

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
    lines: list[Line] = []
    for span in stripped.spans:
        if span.kind not in ("body", "whitespace", "control"):
            lines.extend(_lines(source, span.kind, span.start, span.end))
    return Reading(
        document=stripped.parsed.document,
        source_text=source,
        paragraphs=tuple(text for text, _ in cut),
        standfirsts=tuple(text for text, role in cut if role == "standfirst"),
        lines=tuple(lines),
        clues=stripped.parsed.clues,
        start=min((a for paragraph in stripped.paragraphs for a, _ in paragraph.parts), default=0),
        end=max((b for paragraph in stripped.paragraphs for _, b in paragraph.parts), default=0),
    )


def _lines(source: str, kind: str, start: int, end: int) -> list[Line]:
    found = []
    for raw in source[start:end].splitlines(keepends=True):
        if text := raw.strip():
            found.append(Line(kind, text, start + len(raw) - len(raw.lstrip())))
        start += len(raw)
    return found

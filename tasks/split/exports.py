"""The layouts in which news databases export articles as text: their field lines say what is known of the article."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tasks.records import Given
from tasks.settings import CONFIG, ConfigurationError, read_yaml
from tasks.split.source import Meta

HEAD_LINES = 60  # lines of a part in which its first fields stand
TAIL_LINES = 60  # and its last ones
LONGEST = 400  # characters of a value


@dataclass(frozen=True, slots=True)
class Layout:
    """A database's layout from `exports.yml`."""

    id: str
    label: re.Pattern[str]
    fields: dict[str, str]  # label in lower case -> field, "" for those that say nothing of use
    mark: frozenset[str]
    body: frozenset[str]
    least: int
    colon: bool


def _layout(row: dict[str, Any]) -> Layout:
    labels = "|".join(sorted((re.escape(label) for label in [*row["fields"], *row["body"]]), key=len, reverse=True))
    pattern = rf"[ \t]{{0,40}}({labels})[ \t]?:[ \t]*" if row["colon"] else rf"({labels})(?:[ \t]+|$)"
    fields = {label.lower(): field for label, field in row["fields"].items()}
    marks, bodies = (frozenset(label.lower() for label in row[key]) for key in ("mark", "body"))
    return Layout(row["id"], re.compile(pattern, re.IGNORECASE if row["colon"] else 0), fields, marks, bodies, row["least"], row["colon"])


@cache
def layouts(folder: Path = CONFIG) -> tuple[Layout, ...]:
    """`exports.yml`. Raises ConfigurationError where an entry is incomplete."""
    path = folder / "exports.yml"
    try:
        return tuple(_layout(row) for row in read_yaml(path))
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise ConfigurationError(f"{path}: an entry is incomplete or wrong: {error!r}") from None


def _edges(text: str) -> list[str]:
    """The lines at both ends of a part, where fields stand."""
    lines = text.splitlines()
    return lines if len(lines) <= HEAD_LINES + TAIL_LINES else lines[:HEAD_LINES] + lines[-TAIL_LINES:]


def _values(layout: Layout, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Each label that begins a line, and what is said behind it, on the line or up to the next label or blank line."""
    label, value = "", list[str]()
    for line in lines:
        match = layout.label.match(line)
        if match or not line.strip():
            if label:
                yield label, " ".join(" ".join(value).split())
            label, value = (match[1].lower(), [line[match.end() :]]) if match else ("", [])
        elif label and label not in layout.body:
            value.append(line)
    if label:
        yield label, " ".join(" ".join(value).split())


def _read(text: str) -> tuple[Layout, list[tuple[str, str]]] | None:
    lines = _edges(text)
    for layout in layouts():
        values = list(_values(layout, lines))
        labels = {label for label, _ in values}
        if len(labels) >= layout.least and labels & layout.mark:
            return layout, values
    return None


def told_by_export(text: str, around: Meta) -> Meta:
    """What the field lines of an exported article say of it, on top of what stood around it."""
    read = _read(text)
    if read is None:
        return around
    layout, values = read
    given, own = [], around.id
    for label, value in values:
        field = layout.fields.get(label, "")
        if field == "id":
            own = own or value.removeprefix("Document ").strip()[:LONGEST] or None
        elif field and value and len(value) <= LONGEST:
            given.append(Given(field, value, f"{layout.id}.{label.replace(' ', '-')}"))
    return replace(around, id=own, given=(*given, *around.given))

"""The line of names above a table of documents."""

import csv

from tasks.split.knowledge import field_key, field_names

DELIMITERS = (",", "\t", ";", "|")
CONTENT = ("html", "html_base64", "text", "sniffed")


def header_of(line: str, delimiter: str) -> list[str]:
    """The names of a header line."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def delimiter_of(line: str) -> str | None:
    """What parts the names of a header line, None where the line is no header: it names a content and something else."""
    for delimiter in DELIMITERS:
        if names_content(header_of(line, delimiter)):
            return delimiter
    return None


def names_content(names: list[str]) -> bool:
    """Whether names are those of a table of documents: half of them known, a content among them."""
    fields = [field_names()[field_key(name)][0] for name in names if field_key(name) in field_names()]
    return len(names) >= 2 and len(fields) * 2 >= len(names) and any(field in CONTENT for field in fields)

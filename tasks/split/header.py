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
        names = header_of(line, delimiter)
        fields = [field_names()[field_key(name)][0] for name in names if field_key(name) in field_names()]
        if len(names) >= 2 and len(fields) * 2 >= len(names) and any(field in CONTENT for field in fields):
            return delimiter
    return None

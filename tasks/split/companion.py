"""`bundle.csv` and `bundle.jsonl`: what a folder says of the files in it."""

import csv
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tasks.split.decode import decode
from tasks.split.errors import Refused
from tasks.split.jsonl import parse
from tasks.split.rows import cells_of, meta_of
from tasks.split.source import Meta
from tasks.split.streams import MEGABYTE

NAMES = ("bundle.csv", "bundle.jsonl")
LARGEST = 256 * MEGABYTE


def _rows(name: str, text: str) -> Iterator[Mapping[str, Any]]:
    if name.endswith(".csv"):
        yield from csv.DictReader(io.StringIO(text, newline=""))
        return
    for line in text.splitlines():
        try:
            row = parse(line.encode())
        except Refused:
            continue
        if isinstance(row, dict):
            yield row


def companion_of(folder: Path) -> tuple[dict[str, Meta], str | None]:
    """Path inside the folder -> what the companion says of it, and the companion's own name; a file without a `path` is none."""
    for name in NAMES:
        path = folder / name
        if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
            continue
        rows = _rows(name, decode(path.read_bytes()).text)
        told = {_plain(row["path"]): meta_of(cells_of({k: v for k, v in row.items() if k}), name) for row in rows if _named(row)}
        if told:
            return told, name
    return {}, None


def _named(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("path"), str)


def _plain(path: str) -> str:
    return os.path.normpath(path.strip()).replace(os.sep, "/")

"""Published rows as golden files: what became of one document, readable as a diff.

A file has the values that are not null, one a line, then `---`, then the document's text in its order, a line for each
kept stretch (`body | …`) and each line of what was removed (`<class> | …`). White space and control characters that were
taken out are not shown, and a stretch that only a control character interrupts is shown as one.
Words that the contract leaves to the rooms (the sources of outlet and agency, rules, reasons, scores, ids) are left out.
"""

import difflib
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

STAMP = ("date", "at", "local", "precision", "timezone", "source", "raw")
FIELDS = (
    *("headline", "alternative_headline", "language"),
    *(f"published_{name}" for name in (*STAMP, "earliest", "latest")),
    *(f"modified_{name}" for name in STAMP),
    *("outlet_id", "outlet_name", "outlet_domain", "outlet_country", "agency_id", "syndicated_via"),
)
PLACES = ("dateline_place", "dateline_country", "section")
UNSEEN = {"whitespace", "control"}

Row = dict[str, Any]


def file_name(source_member: str) -> str:
    """The golden file of a document: its path in the bundle without what file systems or URLs dislike."""
    return f"{source_member.replace('/', '__').replace('#', '@')}.txt"


def shown(value: object) -> str:
    """A value on one line."""
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return text.replace("\n", "⏎")


def with_part(first: str, second: str | None) -> str:
    """`first | second`, or the first alone."""
    return f"{shown(first)} | {shown(second)}" if second else shown(first)


def stretches(row: Row, removed: list[Row]) -> list[tuple[str, str]]:
    """(class, text) of what was kept and removed, in source order; `body` is handed out to the gaps between the spans."""
    text = row["body"].replace("\n\n", "")
    end = {"start_offset": row["source_length"], "end_offset": row["source_length"], "class": "whitespace", "text": ""}
    parts: list[tuple[str, str]] = []
    source = used = 0
    joined = False
    for span in [*sorted(removed, key=lambda span: span["start_offset"]), end]:
        gap = span["start_offset"] - source
        if gap:
            kept = text[used : used + gap]
            parts[-1:] = [("body", parts[-1][1] + kept)] if joined else [*parts[-1:], ("body", kept)]
            used += gap
            joined = True
        if span["class"] not in UNSEEN:
            parts += [(span["class"], line.strip()) for line in span["text"].splitlines() if line.strip()]
        joined = joined and span["class"] == "control"
        source = span["end_offset"]
    return parts


def render_article(row: Row, removed: list[Row], copy_of: str | None) -> str:
    """The golden text of a row of `articles`, or of `copies` where `copy_of` (the article's path in its bundle) is given."""
    head = [f"dataset: {'copies' if copy_of else 'articles'}"]
    if copy_of:
        head += [f"copy_of: {copy_of}", f"relation: {row['relation']}"]
    head += [f"{name}: {shown(row[name])}" for name in FIELDS if row[name] is not None]
    head += [f"author: {with_part(author['name'], author['role'])}" for author in row["authors"]]
    head += [f"{name}: {shown(row[name])}" for name in PLACES if row[name] is not None]
    head += [f"keyword: {shown(keyword)}" for keyword in row["keywords"]]
    head += [f"caption: {with_part(caption['text'], caption['credit'])}" for caption in row["captions"]]
    head += [f"flag: {flag}" for flag in row["flags"]]
    return "\n".join([*head, "---", *(f"{kind} | {shown(text)}" for kind, text in stretches(row, removed))]) + "\n"


def render_reject(row: Row) -> str:
    """The golden text of a row of `rejects`."""
    return f"dataset: rejects\nstage: {row['stage']}\nreason: {row['reason']}\n"


def rows_of(output: Path, dataset: str) -> list[Row]:
    """All published rows of a dataset."""
    rows: list[Row] = pq.read_table(output / dataset).to_pylist()
    return rows


def render_output(output: Path) -> dict[str, str]:
    """Golden file name -> golden text, for each document that an output has published."""
    removed = defaultdict(list)
    for span in rows_of(output, "removed"):
        removed[span["document_id"]].append(span)
    articles, copies = rows_of(output, "articles"), rows_of(output, "copies")
    members = {row["document_id"]: row["source_member"] for row in articles}
    texts = {file_name(row["source_member"]): render_article(row, removed[row["document_id"]], None) for row in articles}
    for row in copies:
        texts[file_name(row["source_member"])] = render_article(row, removed[row["document_id"]], members.get(row["copy_of"], "?"))
    return texts | {file_name(row["source_member"]): render_reject(row) for row in rows_of(output, "rejects")}


def difference(name: str, golden: str, published: str) -> str:
    """What a reader should look at, empty where nothing differs."""
    lines = difflib.unified_diff(golden.splitlines(), published.splitlines(), f"golden/{name}", "published", lineterm="", n=1)
    return "\n".join(lines)

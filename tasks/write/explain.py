"""`copydesk explain`: one document as it came, what was taken out of it and why, from what is published alone."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from tasks.write.output import OutputError, Release, current_release
from tasks.write.reading import find_all
from tasks.write.rebuild import NotRebuiltError, rebuild
from tasks.write.words import FAINT, hue, visible

if TYPE_CHECKING:
    from rich.text import Text

FIELDS = ("start_offset", "end_offset", "text", "class", "rule")


class UnknownDocumentError(OutputError):
    """No dataset of the output has a row with this document_id."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one document. `source_text` is None for a reject, whose text is not published."""

    dataset: str  # articles copies rejects
    row: dict[str, Any]
    source_text: str | None
    removed: list[dict[str, Any]]
    evidence: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values: the object that `--json` prints."""
        return {
            "dataset": self.dataset,
            "source_text": self.source_text,
            "removed": self.removed,
            "row": self.row,
            "evidence": self.evidence,
        }

    def as_json(self) -> str:
        """One JSON object on one line; dates and instants in ISO form."""
        return json.dumps(self.as_dict(), ensure_ascii=False, default=_iso)


def _iso(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a row")


def explain_document(out: str | os.PathLike[str], document_id: str) -> Explanation:
    """All that is published about a document. Raises UnknownDocumentError, and OutputError where nothing is published."""
    for explanation in explain_documents(current_release(out), [document_id]):
        return explanation
    raise UnknownDocumentError(f"{out}: no document {document_id}; ids stand in the column document_id of articles, copies and rejects")


def explain_documents(release: Release, documents: Sequence[str]) -> list[Explanation]:
    """All that a release holds about these documents, in their order; those it does not know are left out."""
    rows = {name: find_all(release.files(name), documents) for name in ("articles", "copies", "rejects")}
    dataset = {document: name for name, found in rows.items() for document in found}
    accepted = [document for document in documents if dataset.get(document, "rejects") != "rejects"]
    removed, evidence = (find_all(release.files(name), accepted) if accepted else {} for name in ("removed", "evidence"))
    return [
        _explained(dataset[document], rows[dataset[document]][document][0], removed.get(document, ()), evidence.get(document, ()))
        for document in documents
        if document in dataset
    ]


def _bare(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in ("document_id", "run_id")} for row in rows]


def _explained(dataset: str, row: dict[str, Any], removed: Iterable[dict[str, Any]], evidence: Iterable[dict[str, Any]]) -> Explanation:
    if dataset == "rejects":
        return Explanation(dataset, row, None, [], [])
    removed = sorted(_bare(removed), key=lambda span: span["start_offset"])
    evidence = sorted(_bare(evidence), key=lambda found: (found["field"], found["rank"]))
    try:
        source = rebuild(row["body"], [(s["start_offset"], s["end_offset"], s["text"]) for s in removed])
    except NotRebuiltError as error:
        raise OutputError(f"document {row['document_id']} is damaged: {error}; run `copydesk verify --out …`") from None
    return Explanation(dataset, row, source, [{name: span[name] for name in FIELDS} for span in removed], evidence)


# --- for people


def marked_text(explanation: Explanation) -> "Text":
    """The source text with each removed span in the colour of its class, followed by `‹class rule›`."""
    from rich.text import Text

    source, text, at = explanation.source_text or "", Text(), 0
    for span in explanation.removed:
        kind, colour = span["class"], hue(span["class"])
        text.append(visible(source[at : span["start_offset"]]))
        style = {"faint": "dim"}.get(colour, f"bold {colour}" if kind == "headline" else colour)
        text.append(visible(span["text"]), style)
        if kind not in FAINT:
            text.append(f" ‹{kind} {span['rule']}›", "dim italic")
        at = span["end_offset"]
    return text.append(visible(source[at:]))


def shown_value(value: Any) -> str:
    """A value on one line, cut after 160 characters."""
    if isinstance(value, date | datetime):
        value = value.isoformat()
    text = json.dumps(value, ensure_ascii=False, default=_iso) if not isinstance(value, str) else value
    return visible(text if len(text) <= 160 else text[:159] + "…")


def _values(explanation: Explanation) -> list[tuple[str, str, str]]:
    taken = {found["field"]: found for found in explanation.evidence if found["rank"] == 0}
    rows: list[tuple[str, str, str]] = []
    for name, value in explanation.row.items():
        if name in ("body", "head") or value is None or value == []:
            continue
        found = taken.get(name)
        rows.append((name, shown_value(value), f"{found['source']} {found['rule']}" if found else ""))
    return rows


def render(explanation: Explanation) -> None:
    """Print an explanation to stdout: coloured on a terminal, plain where it is piped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    class Piped(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # the command line knows what to do; rich would leave with 1

    console = Piped(soft_wrap=True, highlight=False)
    title = f"{explanation.dataset}: {explanation.row['document_id']} ({explanation.row['source_member']})"
    console.print(Text(visible(title), "bold"))
    table = Table("column", "value", "from", box=None, pad_edge=False)
    for name, value, source in _values(explanation):
        table.add_row(name, Text(value), Text(visible(source), "dim"))
    console.print(table)
    console.print(Text("\n— source text, removed spans marked —" if explanation.source_text is not None else "\n— head —", "bold"))
    console.print(marked_text(explanation) if explanation.source_text is not None else Text(visible(explanation.row.get("head") or "")))
    _render_losers(console, explanation)


def _render_losers(console: Any, explanation: Explanation) -> None:
    from rich.text import Text

    losers = [found for found in explanation.evidence if found["rank"] > 0]
    if losers:
        console.print(Text("\n— candidates that lost —", "bold"))
    for found in losers:
        line = f"{found['field']}: {shown_value(found['value'])} ({found['source']} {found['rule']}): {found['reason'] or ''}"
        console.print(Text(visible(line)))

"""Which rejects are published: law 1 for documents that did not get through."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.turned_away import PROVISIONAL
from tasks.write.columns import constant, sort_by_id, strings
from tasks.write.ledger import ledger_files, rows_of
from tasks.write.output import Release
from tasks.write.reading import read_file
from tasks.write.schema import schema_for

NEEDED = ("document_id", "source_bundle", "source_member", "identity", "source_text_sha256", "source_sha256", "reason", "stage", "detail")
Pair = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """Documents that have a row already, in this run or in an earlier one."""

    ids: frozenset[str]
    pairs: frozenset[Pair]  # (identity, source_text_sha256)
    failed: frozenset[Pair]  # (identity, source_sha256) of provisional rejects published before


def provisional_id(run_id: str, document_id: str) -> str:
    """The document_id of a reject that a later run may undo: it names the run as well."""
    return hashlib.sha256(f"{run_id}\0{document_id}".encode()).hexdigest()[:32]


def lasting_id(row: Mapping[str, Any]) -> str:
    """The document_id that the document of a row has for good: a provisional reject's is told by its identity and bytes."""
    if row.get("reason") in PROVISIONAL and row["source_sha256"]:
        return hashlib.sha256(f"{row['identity']}\0{row['source_sha256']}".encode()).hexdigest()[:32]
    return str(row["document_id"])


def failed_before(prior: Release | None) -> frozenset[Pair]:
    """(identity, source_sha256) of the provisional rejects of a release."""
    if prior is None:
        return frozenset()
    found: set[Pair] = set()
    if (told := ledger_files(prior)) is not None:
        table = rows_of(told, "failed")
        return frozenset(zip(table["identity"].to_pylist(), table["digest"].to_pylist(), strict=True))
    for path in prior.files("rejects"):
        table = read_file(path, ["identity", "source_sha256", "reason"])
        table = table.filter(pc.is_in(table["reason"], strings(sorted(PROVISIONAL))))
        found.update(zip(table["identity"].to_pylist(), table["source_sha256"].to_pylist(), strict=True))
    return frozenset(found)


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    # Permanent ones first: what is certain about a document outweighs what a machine could not do with it.
    place = tuple(row[name] or "" for name in ("source_bundle", "source_member", "document_id", "stage", "reason", "detail"))
    return (row["reason"] in PROVISIONAL, *place)


def _choose(rows: list[dict[str, Any]], taken: Taken) -> list[int]:
    ids, pairs, failed = set(taken.ids), set(taken.pairs), set(taken.failed)
    chosen = []
    for index in sorted(range(len(rows)), key=lambda i: _order(rows[i])):
        row = rows[index]
        pair, bytes_seen = (row["identity"], row["source_text_sha256"]), (row["identity"], row["source_sha256"])
        provisional = row["reason"] in PROVISIONAL
        if row["document_id"] in ids or (row["source_text_sha256"] and pair in pairs) or (provisional and bytes_seen in failed):
            continue
        ids.add(row["document_id"])
        pairs.add(pair)
        failed.add(bytes_seen)
        chosen.append(index)
    return sorted(chosen)


def select_rejects(paths: Sequence[Path], taken: Taken) -> list[pa.Table]:
    """The rows that count, a table for each file, in the files' order.

    Of rejects that are the same document (document_id, or identity and source text) the one with the smallest
    (source_bundle, source_member, document_id) counts, or none where the document has a row already.
    """
    heads = [read_file(path, NEEDED) for path in paths]
    rows = [row for head in heads for row in head.to_pylist()]
    chosen, start, kept = _choose(rows, taken), 0, []
    for path, head in zip(paths, heads, strict=True):
        mine = [index - start for index in chosen if start <= index < start + head.num_rows]
        start += head.num_rows
        if mine:
            kept.append(read_file(path).take(pa.array(mine)))
    return kept


def reject_rows(tables: Sequence[pa.Table], run_id: str) -> pa.Table:
    """Sorted rows of `rejects`; provisional ones get an id of their own run."""
    schema = schema_for("rejects")
    if not tables:
        return schema.empty_table()
    table = pa.concat_tables(tables)
    pairs = zip(table["document_id"].to_pylist(), table["reason"].to_pylist(), strict=True)
    ids = [provisional_id(run_id, document) if reason in PROVISIONAL else document for document, reason in pairs]
    table = table.set_column(table.schema.get_field_index("document_id"), "document_id", pa.array(ids, pa.string()))
    table = table.append_column("run_id", constant(run_id, table.num_rows))
    return sort_by_id(table.select(schema.names)).cast(schema)

"""What the next run must know of what is published, told without opening the files of every earlier run.

Each run leaves one file in `memory/ledger/` with the rows of the last 1, 4, 16 … runs, by the greatest power of four that divides its
number: what a thousand runs left is told by at most fifteen files. No run drops one. The datasets hold the same.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.write.columns import constant
from tasks.write.output import Release
from tasks.write.reading import read_file

LEDGER = "memory/ledger"
BASE = 4
# `known`: document_id, identity and source_text_sha256 (as digest) of a document that has a row for good;
# `failed`: identity and source_sha256 (as digest) of a provisional reject; `outlet`: which share of its text was removed in one run.
KINDS = ("known", "failed", "outlet")
ROWS = pa.schema(
    [("kind", pa.string()), ("document_id", pa.string()), ("identity", pa.string()), ("digest", pa.string()), ("share", pa.float64())]
)
ORDER = [(name, "ascending") for name in ROWS.names]
GROUP_ROWS = 65_536


def span_of(number: int) -> tuple[int, int]:
    """The first and the last run whose rows the file of a run holds."""
    width = 1
    while number % (width * BASE) == 0:
        width *= BASE
    return number - width + 1, number


def _spans(files: Sequence[Path]) -> dict[int, list[tuple[int, Path]]]:
    found: dict[int, list[tuple[int, Path]]] = {}
    for path in files:
        first, last, *_ = path.stem.split("-")
        found.setdefault(int(first), []).append((int(last), path))
    return found


def covering(files: Sequence[Path], first: int, last: int) -> list[Path] | None:
    """The fewest of some files of the ledger that hold the runs from the first to the last, None where some run is missing."""
    spans, chosen = _spans(files), []
    while first <= last:
        able = [(end, path) for end, path in spans.get(first, []) if end <= last]
        if not able:
            return None
        end, path = max(able)
        chosen.append(path)
        first = end + 1
    return chosen


def ledger_files(prior: Release | None) -> list[Path] | None:
    """The files to read for all that is published; None where the ledger does not tell all of it (an output of an earlier version)."""
    return covering(prior.files(LEDGER), 1, int(prior.manifest["runs"])) if prior else []


def rows_of(paths: Sequence[Path], kind: str) -> pa.Table:
    """The rows of one kind."""
    table = pa.concat_tables([ROWS.empty_table(), *(read_file(path) for path in paths)])
    return table.filter(pc.equal(table["kind"], kind))


def entries(kind: str, table: pa.Table, **columns: str) -> pa.Table:
    """Rows of one kind from a table; `columns` names where each column of the ledger comes from, the others are null."""
    made = {name: table[columns[name]] if name in columns else pa.nulls(table.num_rows, ROWS.field(name).type) for name in ROWS.names[1:]}
    return pa.table({"kind": constant(kind, table.num_rows), **made}).cast(ROWS)


def stage_ledger(prior: Release | None, staged: Path, number: int, stem: str, new: pa.Table) -> None:
    """Write the file of a run, whose own rows are given, into a staged release.

    Where earlier files are missing nothing is written: the ledger is only used where it is whole.
    """
    first, last = span_of(number)
    earlier = covering(prior.files(LEDGER), first, last - 1) if prior else []
    if earlier is None:
        return
    table = pa.concat_tables([*(read_file(path) for path in earlier), new]).sort_by(ORDER)
    (staged / LEDGER).mkdir(parents=True)
    target = staged / LEDGER / f"{first:06d}-{last:06d}-{stem.rpartition('-')[2]}.parquet"
    pq.write_table(table, target, compression="zstd", compression_level=3, row_group_size=GROUP_ROWS, use_dictionary=["kind"])

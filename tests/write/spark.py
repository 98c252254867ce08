"""Spark reads every dataset by path alone: `make spark` (needs Java; PySpark goes into an environment of its own).

Reads an output whose datasets are all but empty, one of several releases, and one after compact and withdraw, and compares the rows
with pyarrow's. Exits with 1 and says what differs otherwise.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATASETS = ("articles", "copies", "removed", "evidence", "rejects", "runs", "withdrawn")
COLUMNS = {"removed": ("document_id", "start_offset", "end_offset", "text", "class"), "runs": ("run_id", "number", "documents")}
COMMON = ("document_id", "identity", "source_text_sha256")


def columns(dataset: str) -> list[str]:
    return list(COLUMNS.get(dataset, ("document_id", "field", "value", "rank") if dataset == "evidence" else COMMON))


def spark_python(folder: Path) -> Path:
    """The Python of Spark's environment, made where it is missing."""
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pyspark"], check=True)
        (folder / "made").touch()
    return python


def by_spark(outs: list[str]) -> None:
    """Runs in Spark's environment: prints the rows of all datasets of some outputs as JSON."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    found: dict[str, dict[str, Any]] = {}
    for out in outs:
        found[out] = {}
        for dataset in DATASETS:
            frame = spark.read.parquet(f"{out}/{dataset}")
            rows = [list(row) for row in frame.select(*(f"`{name}`" for name in columns(dataset))).collect()]
            found[out][dataset] = {"columns": frame.columns, "rows": sorted(rows, key=repr)}
    print("\n" + json.dumps(found))


def by_pyarrow(out: Path) -> dict[str, Any]:
    import pyarrow.dataset as ds

    found = {}
    for dataset in DATASETS:
        table = ds.dataset(str(out / dataset), format="parquet").to_table()
        rows = [list(row.values()) for row in table.select(columns(dataset)).to_pylist()]
        found[dataset] = {"columns": table.column_names, "rows": sorted(rows, key=repr)}
    return found


def outputs(work: Path) -> list[Path]:
    """Outputs of made-up runs: of one reject, of three runs, and those compacted, one document withdrawn."""
    sys.path.insert(0, str(ROOT))
    from tasks.write.compact import compact_output
    from tasks.write.withdraw import withdraw_documents
    from tests.write.made import Input, plain, publish, reject, some
    from tests.write.test_withdraw import first_stands

    publish(work / "empty", work / "w", Input((), (reject(1),)))
    for name in ("several", "kept"):
        for number in range(3):
            run = Input(some(10 * number, 6, number), (reject(number),), bundle=str(number), memory={"signatures": b"1"})
            publish(work / name, work / f"{name}-{number}", run)
    compact_output(work / "kept")
    withdraw_documents(work / "kept", [plain(10).article.document_id], "asked", first_stands)
    return [work / "empty", work / "several", work / "kept"]


def main() -> int:
    if not shutil.which("java"):
        sys.exit("spark: there is no java on this machine; install a Java runtime (17 or later)")
    python = spark_python(Path(tempfile.gettempdir()) / "copydesk-spark")
    with tempfile.TemporaryDirectory(prefix="copydesk-spark-") as folder:
        outs = outputs(Path(folder))
        done = subprocess.run([python, __file__, "--read", *outs], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"spark: could not read: {done.stderr[-2000:]}")
        read = json.loads(done.stdout.splitlines()[-1])
        bad = 0
        for out in outs:
            for dataset, expected in by_pyarrow(out).items():
                same = read[str(out)][dataset] == expected
                bad += not same
                print(f"{out.name:8} {dataset:10} {len(expected['rows']):4} rows, {'the same as' if same else 'OTHER THAN'} pyarrow's")
    return int(bool(bad))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        by_spark(sys.argv[2:])
    else:
        sys.exit(main())

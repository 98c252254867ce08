"""Compaction: the same rows in fewer files, and runs go on as if nothing had been."""

from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from tasks.write.compact import compact_output
from tasks.write.explain import explain_document
from tasks.write.output import OutputError, current_release
from tasks.write.reading import read_file
from tasks.write.schema import DATASETS
from tasks.write.verify import verify_output

from .made import Input, plain, publish, reject, some


def rows(out: Path, dataset: str) -> list[dict[str, object]]:
    found = ds.dataset(str(out / dataset), format="parquet").to_table().to_pylist()
    return sorted(found, key=repr)


def test_same_rows_in_fewer_files(tmp_path: Path) -> None:
    for name in ("merged", "as-it-was"):
        for number in range(3):
            run = Input(some(10 * number, 6, number), (reject(number),), bundle=str(number), memory={"signatures": b"1"})
            publish(tmp_path / name, tmp_path / f"w-{name}-{number}", run)
    release = compact_output(tmp_path / "merged")
    assert release is not None and release.number == 4
    for dataset in DATASETS:
        assert rows(tmp_path / "merged", dataset) == rows(tmp_path / "as-it-was", dataset)
        assert len([f for f in release.manifest["files"] if f["path"].startswith(f"{dataset}/") and f["rows"]]) <= 1
    assert [read_file(path).num_rows for path in release.files("memory/signatures")] == [3]
    assert len(release.files("memory/ledger")) == 3  # of three runs, none merged yet
    assert verify_output(tmp_path / "merged") == []
    assert explain_document(tmp_path / "merged", plain(11).article.document_id).source_text == plain(11).source
    assert compact_output(tmp_path / "merged") is None
    later = [publish(tmp_path / name, tmp_path / f"w-{name}-9", Input(some(90, 4))) for name in ("merged", "as-it-was")]
    assert later[0].run_id == later[1].run_id
    assert verify_output(tmp_path / "merged") == [] and current_release(tmp_path / "merged").number == 5


def test_memory_that_another_version_wrote_stays_as_it_is(tmp_path: Path) -> None:
    for number in range(3):
        publish(
            tmp_path / "out", tmp_path / f"w{number}", Input(some(10 * number, 6, number), bundle=str(number), memory={"signatures": b"1"})
        )
    newest = current_release(tmp_path / "out").files("memory/signatures")[-1]
    pq.write_table(read_file(newest).append_column("more", pa.array([1])), newest)
    before = sorted(path.name for path in current_release(tmp_path / "out").files("memory/signatures"))
    release = compact_output(tmp_path / "out")
    assert release is not None and sorted(path.name for path in release.files("memory/signatures")) == before


def test_nothing_to_merge(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nothing is published here"):
        compact_output(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    publish(tmp_path / "out", tmp_path / "w", Input(some(0, 3)))
    assert compact_output(tmp_path / "out") is None and current_release(tmp_path / "out").number == 1

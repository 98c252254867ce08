"""What a run publishes: the same bytes however it was cut, nothing twice, nothing for nothing."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.write.columns import BrokenLawError
from tasks.write.output import current_release
from tasks.write.rejects import provisional_id
from tasks.write.release import known_documents
from tasks.write.verify import verify_output

from .made import Input, Made, make, plain, prepare, publish, reject, sha, some
from .strategies import documents


def data_files(out: Path) -> dict[str, str]:
    files = current_release(out).manifest["files"]
    return {f["path"]: f["sha256"] for f in files if not f["path"].startswith(("runs/", "withdrawn/"))}


def column(out: Path, dataset: str, name: str) -> list[object]:
    return [value for path in current_release(out).files(dataset) for value in pq.read_table(path)[name].to_pylist()]


def test_counts_and_laws(tmp_path: Path) -> None:
    summary = publish(tmp_path / "out", tmp_path / "w", Input(some(0, 20, 5), tuple(reject(i) for i in range(3)), unchanged=2), cut=3)
    assert (summary.articles, summary.copies, summary.rejects, summary.unchanged, summary.release) == (15, 5, 3, 2, 1)
    assert summary.documents == 25
    assert summary.removed_characters["share"] == 20 * len("Share this")
    assert summary.rejects_by_reason == {"too-short": 3}
    assert verify_output(tmp_path / "out") == []
    row = pq.read_table(current_release(tmp_path / "out").files("runs")[-1]).to_pylist()[0]
    assert (row["documents"], row["unchanged"], row["run_id"], row["number"]) == (25, 2, summary.run_id, 1)


@pytest.mark.parametrize(("cut", "budget"), [(1, 2**28), (4, 2**28), (3, 2000), (7, 20_000)])
def test_same_bytes_however_cut(tmp_path: Path, cut: int, budget: int) -> None:
    rejects = tuple(reject(i) for i in range(9))
    publish(tmp_path / "a", tmp_path / "wa", Input(some(0, 60, 20), rejects, memory={"signatures": b"s"}), cut=2)
    shuffled = Input(tuple(reversed(some(0, 60, 20))), rejects[::-1], memory={"signatures": b"s"})
    publish(tmp_path / "b", tmp_path / "wb", shuffled, cut=cut, budget=budget)
    assert data_files(tmp_path / "a") == data_files(tmp_path / "b")


def test_rows_are_sorted_across_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tasks.write import parquet

    monkeypatch.setitem(parquet.GROUP_ROWS, "articles", 7)
    monkeypatch.setattr(parquet, "FILE_GROUPS", 3)
    publish(tmp_path / "out", tmp_path / "w", Input(some(0, 50)), cut=4, budget=3000)
    files = current_release(tmp_path / "out").files("articles")[1:]
    assert [pq.read_metadata(f).num_row_groups for f in files] == [3, 3, 2]
    assert [pq.read_metadata(f).row_group(0).num_rows for f in files] == [7, 7, 7]
    ids = column(tmp_path / "out", "articles", "document_id")
    assert ids == sorted(ids) and len(ids) == 50  # type: ignore[type-var]


def test_nothing_new_is_no_release(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish(out, tmp_path / "w1", Input(some(0, 5)))
    summary = publish(out, tmp_path / "w2", Input((), (), unchanged=5))
    assert summary.release is None and summary.unchanged == 5
    assert current_release(out).number == 1


def test_first_run_without_rows_leaves_no_release(tmp_path: Path) -> None:
    assert publish(tmp_path / "out", tmp_path / "w", Input()).release is None
    assert not (tmp_path / "out" / "current").exists()


def test_appends_and_links(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish(out, tmp_path / "w1", Input(some(0, 5), memory={"signatures": b"1"}))
    first = current_release(out)
    publish(out, tmp_path / "w2", Input(some(10, 5), bundle="other", memory={"signatures": b"2"}))
    second = current_release(out)
    for entry in first.manifest["files"]:
        assert entry in second.manifest["files"]
        assert (first.path / entry["path"]).stat().st_ino == (second.path / entry["path"]).stat().st_ino
    assert [p.parent.name for p in second.files("memory/signatures")] == ["signatures"] * 2
    assert second.manifest["parent"]["release"] == 1
    assert verify_output(out) == []


def test_run_id_depends_on_prior_state_not_on_place(tmp_path: Path) -> None:
    first = publish(tmp_path / "a", tmp_path / "w1", Input(some(0, 5)))
    again = publish(tmp_path / "b", tmp_path / "w2", Input(some(0, 5)))
    later = publish(tmp_path / "a", tmp_path / "w3", Input(some(10, 5)))
    assert first.run_id == again.run_id != later.run_id


def test_unassigned_and_doubled_documents_stop_the_run(tmp_path: Path) -> None:
    shards, assignments = prepare(tmp_path / "w", Input(some(0, 3)))
    with pytest.raises(BrokenLawError, match="cleaned twice"):
        publish(tmp_path / "b", tmp_path / "w2", Input((*some(0, 3), plain(1))))
    publish(tmp_path / "c", tmp_path / "w3", Input(some(0, 3)))
    with pytest.raises(BrokenLawError, match="published already"):
        publish(tmp_path / "c", tmp_path / "w4", Input(some(2, 3)))
    assert current_release(tmp_path / "c").number == 1
    assert shards and assignments


def test_known_documents(tmp_path: Path) -> None:
    from tasks.write.output import close_output, open_output

    publish(tmp_path / "out", tmp_path / "w", Input(some(0, 4, 1), (reject(1), reject(2, "timeout"))))
    output = open_output(tmp_path / "out")
    known = known_documents(output, output.staging / "known.parquet")
    assert known is not None
    rows = pq.read_table(known).to_pylist()
    close_output(output)
    assert {row["identity"] for row in rows} == {*(f"doc-{i:06d}" for i in range(4)), "reject-000001"}
    assert not output.staging.exists()


# --- rejects


def test_twins_among_rejects_count_once_by_smallest_place(tmp_path: Path) -> None:
    twins = [reject(1, source_member=member) for member in ("b.txt", "a.txt", "c.txt")]
    again = reject(2, identity="reject-000003", source_text_sha256=sha("ab"), source_member="z.txt")
    first = reject(3, source_text_sha256=sha("ab"))
    summary = publish(tmp_path / "out", tmp_path / "w", Input((), (*twins, again, first)), cut=2)
    assert (summary.rejects, summary.unchanged) == (2, 3)
    assert sorted(column(tmp_path / "out", "rejects", "source_member")) == ["a.txt", "reject-000003.txt"]  # type: ignore[type-var]
    assert verify_output(tmp_path / "out") == []


def test_published_reject_is_unchanged(tmp_path: Path) -> None:
    publish(tmp_path / "out", tmp_path / "w1", Input((), (reject(1),)))
    summary = publish(tmp_path / "out", tmp_path / "w2", Input((), (reject(1),)))
    assert (summary.release, summary.unchanged, summary.rejects) == (None, 1, 0)


def test_provisional_reject_names_its_run_and_adds_nothing_again(tmp_path: Path) -> None:
    out, timed_out = tmp_path / "out", reject(1, "timeout")
    summary = publish(out, tmp_path / "w1", Input((), (timed_out,)))
    assert column(out, "rejects", "document_id") == [provisional_id(summary.run_id, timed_out.document_id)]
    again = publish(out, tmp_path / "w2", Input((), (reject(1, "out-of-memory"),), bundle="other"))
    assert (again.release, again.unchanged) == (None, 1)


def test_provisional_reject_that_gets_through(tmp_path: Path) -> None:
    out, made = tmp_path / "out", plain(1)
    failed = reject(1, "crashed", document_id=made.article.document_id, identity=made.article.identity)
    publish(out, tmp_path / "w1", Input((), (failed,)))
    summary = publish(out, tmp_path / "w2", Input((made,), bundle="other"))
    assert summary.articles == 1
    assert verify_output(out) == []


def test_accepted_document_outweighs_a_reject_of_it(tmp_path: Path) -> None:
    made = plain(1)
    twin = reject(1, "timeout", document_id=made.article.document_id, identity=made.article.identity)
    summary = publish(tmp_path / "out", tmp_path / "w1", Input((made,), (twin,)))
    assert (summary.articles, summary.rejects, summary.unchanged) == (1, 0, 1)


# --- any text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(documents(), max_size=6, unique_by=lambda d: d.article.document_id))
def test_any_lossless_document_passes_verify(made: list[Made], tmp_path_factory: pytest.TempPathFactory) -> None:
    work = tmp_path_factory.mktemp("any")
    if made:
        publish(work / "out", work / "w", Input(tuple(made)))
        assert verify_output(work / "out") == []


def test_document_without_spans_or_body(tmp_path: Path) -> None:
    made = (make("all", [("body", "All of it.")]), make("none", [("share", "Share")]), make("nothing", []))
    publish(tmp_path / "out", tmp_path / "w", Input(made))
    assert verify_output(tmp_path / "out") == []


def test_outlets_that_the_registry_lacks_are_listed_most_first(tmp_path: Path) -> None:
    told = [("a.example", "A", None)] * 2 + [("b.example", None, None)] * 3
    told += [(None, "Ledger", None), ("c.example", "C", "c.example"), (None, None, None)]
    made = [replace(one, article=replace(one.article, outlet_domain=domain, outlet_name=name, outlet_id=key))
            for one, (domain, name, key) in zip(some(0, len(told)), told, strict=True)]  # fmt: skip
    summary = publish(tmp_path / "out", tmp_path / "w", Input(tuple(made)))
    assert list(summary.unknown_outlets.items()) == [("b.example", 3), ("a.example", 2), ("Ledger", 1)]

"""Laws 3 and 4: what a replay of all runs finds."""

import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.write.compact import compact_output
from tasks.write.output import close_output, open_output
from tasks.write.reading import read_file
from tasks.write.release import known_documents
from tasks.write.runs import Bundle
from tasks.write.shard import publish_run
from tasks.write.verify import verify_output
from tasks.write.withdraw import withdraw_documents

from .made import Input, Made, info, plain, prepare, reject, some
from .test_withdraw import first_stands

INPUTS = {
    "a": Input(some(0, 6, 2), (reject(1), reject(7, "timeout"))),
    "b": Input(some(20, 4, 1), (reject(2),)),
}


def cleaner(work: Path, inputs: dict[str, Input]) -> Callable[[Sequence[str], Path], None]:
    """A run as the flow makes it: what is known already is passed over."""
    turn = itertools.count()

    def clean(locations: Sequence[str], out: Path) -> None:
        run, folder = inputs[locations[0]], work / f"r{next(turn)}"
        output = open_output(out)
        try:
            known = known_documents(output, output.staging / "known.parquet")
            ids = set(read_file(known)["document_id"].to_pylist()) if known else set()
            fresh = tuple(d for d in run.documents if d.article.document_id not in ids)
            shards, assignments = prepare(folder, replace(run, documents=fresh, unchanged=len(run.documents) - len(fresh)), cut=2)
            told = replace(info(), bundles=(Bundle(locations[0], locations[0] * 64),))
            publish_run(output, shards, assignments, told, known=known)
        finally:
            close_output(output)

    return clean


def published(tmp_path: Path) -> Path:
    clean = cleaner(tmp_path / "first", INPUTS)
    clean(["a"], tmp_path / "out")
    clean(["b"], tmp_path / "out")
    return tmp_path / "out"


def test_replay_agrees(tmp_path: Path) -> None:
    out = published(tmp_path)
    assert verify_output(out, rerun=cleaner(tmp_path / "again", INPUTS)) == []
    compact_output(out)
    assert verify_output(out, rerun=cleaner(tmp_path / "compacted", INPUTS)) == []


def test_replay_with_withdrawals(tmp_path: Path) -> None:
    out = published(tmp_path)
    withdraw_documents(out, [plain(0).article.document_id], "asked", first_stands)
    assert verify_output(out, rerun=cleaner(tmp_path / "again", INPUTS), regroup=first_stands) == []
    told = verify_output(out, rerun=cleaner(tmp_path / "other", INPUTS))
    assert [breach.law for breach in told] == ["law 3"] and "withdrawn" in told[0].detail


def test_replay_that_differs_is_told(tmp_path: Path) -> None:
    out = published(tmp_path)
    other: tuple[Made, ...] = tuple(replace(d, article=replace(d.article, headline="Another")) for d in INPUTS["a"].documents)
    breaches = verify_output(out, rerun=cleaner(tmp_path / "again", INPUTS | {"a": replace(INPUTS["a"], documents=other)}))
    assert {breach.law for breach in breaches} == {"law 3"} and {b.dataset for b in breaches} >= {"articles", "copies"}


def test_replay_that_fails_names_the_run(tmp_path: Path) -> None:
    def gone(locations: Sequence[str], out: Path) -> None:
        raise FileNotFoundError(f"{locations[0]} is gone")

    breaches = verify_output(published(tmp_path), rerun=gone)
    assert len(breaches) == 1 and "cannot be replayed: a is gone" in breaches[0].line()


def test_running_again_that_adds_is_told(tmp_path: Path) -> None:
    out, turn = published(tmp_path), itertools.count()
    clean = cleaner(tmp_path / "again", INPUTS | {f"x{n}": Input((plain(500 + n),)) for n in range(2, 4)})

    def adding(locations: Sequence[str], scratch: Path) -> None:
        number = next(turn)
        clean(locations if number < 2 else [f"x{number}"], scratch)

    assert "law 4" in {breach.law for breach in verify_output(out, rerun=adding)}


def test_a_run_of_another_configuration_cannot_be_replayed(tmp_path: Path) -> None:
    out = published(tmp_path)
    again = cleaner(tmp_path / "again", INPUTS)

    def otherwise(locations: Sequence[str], target: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys.modules[__name__], "info", lambda made=info: replace(made(), configuration_digest="0" * 64))
            again(locations, target)

    (breach,) = verify_output(out, rerun=otherwise)
    assert "another configuration" in breach.line()

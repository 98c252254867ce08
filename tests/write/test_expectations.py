"""Expectations: minima stop a run before it publishes, maxima warn, `runs` tells both."""

from dataclasses import replace
from pathlib import Path

import pytest

from tasks.settings import CONFIG, ConfigurationError
from tasks.write.expectations import ExpectationsError, Rule, load_expectations
from tasks.write.output import current_release
from tasks.write.reading import read_file

from .made import Input, Made, make, plain, publish, reject


def rule(measure: str, **bounds: float) -> Rule:
    return Rule.model_validate({"id": f"the-{measure}", "measure": measure, "why": "a test"} | bounds)


def with_outlet(made: Made, outlet: str = "example.org") -> Made:
    return replace(made, article=replace(made.article, outlet_id=outlet))


def outcomes(out: Path) -> list[tuple[str, str | None, str]]:
    rows = [row for path in current_release(out).files("runs") for row in read_file(path).to_pylist()]
    return [(e["id"], e["outlet"], e["outcome"]) for e in rows[-1]["expectations"]]


def test_shipped_rules_load() -> None:
    rules = load_expectations(CONFIG)
    assert {r.measure for r in rules} == {"headline", "date", "body", "accepted", "rejects", "debris"}
    assert all(r.why for r in rules)


def test_minimum_stops_the_run_and_leaves_what_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    publish(out, tmp_path / "w1", Input((plain(1),)))
    bare = tuple(replace(d, article=replace(d.article, headline=None)) for d in (plain(2), plain(3)))
    with pytest.raises(ExpectationsError, match=r"the-headline is 0.333, at least 0.500 expected \(1 of 3 documents\)"):
        publish(out, tmp_path / "w2", Input((*bare, plain(4))), expectations=(rule("headline", minimum=0.5),))
    assert current_release(out).number == 1


@pytest.mark.parametrize(
    ("measure", "bounds", "fails"),
    [
        ("date", {"minimum": 1.0}, False),
        ("body", {"minimum": 0.5, "words": 10}, False),
        ("body", {"minimum": 0.5, "words": 1000}, True),
        ("body", {"minimum": 0.5, "words": 1000, "from": 100}, False),
        ("accepted", {"minimum": 0.7}, True),
        ("accepted", {"minimum": 0.6}, False),
    ],
)
def test_measures(tmp_path: Path, measure: str, bounds: dict[str, float], fails: bool) -> None:
    run = Input((plain(1), plain(2)), (reject(1),))
    if fails:
        with pytest.raises(ExpectationsError):
            publish(tmp_path / "out", tmp_path / "w", run, expectations=(rule(measure, **bounds),))
    else:
        publish(tmp_path / "out", tmp_path / "w", run, expectations=(rule(measure, **bounds),))


def test_maximum_warns(tmp_path: Path) -> None:
    rules = (rule("rejects", maximum=0.4), rule("date", minimum=0.5))
    summary = publish(tmp_path / "out", tmp_path / "w", Input((plain(1),), (reject(1), reject(2))), expectations=rules)
    assert [(e.id, e.outcome) for e in summary.expectations] == [("the-rejects", "warned"), ("the-date", "ok")]
    assert outcomes(tmp_path / "out") == [("the-rejects", None, "warned"), ("the-date", None, "ok")]


def test_debris_of_an_outlet_against_its_own_past(tmp_path: Path) -> None:
    out, rules = tmp_path / "out", (rule("debris", maximum=0.2),)
    tidy = [with_outlet(make(f"t{i}", [("paragraph", "x" * 90), ("share", "y" * 10)])) for i in range(4)]
    messy = [with_outlet(make(f"m{i}", [("paragraph", "x" * 50), ("share", "y" * 50)])) for i in range(2)]
    publish(out, tmp_path / "w1", Input(tuple(tidy[:2])), expectations=rules)
    publish(out, tmp_path / "w2", Input(tuple(tidy[2:])), expectations=rules)
    assert outcomes(out) == [("the-debris", "example.org", "ok")]
    summary = publish(out, tmp_path / "w3", Input(tuple(messy)), expectations=rules)
    assert outcomes(out) == [("the-debris", "example.org", "warned")]
    assert (summary.expectations[0].value, summary.expectations[0].bound) == (0.5, 0.3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: a, measure: date, why: x}", "either a minimum or a maximum"),
        ("- {id: a, measure: dates, why: x, minimum: 0.1}", "Input should be"),
        ("- {id: a, measure: date, why: x, minimum: 1}\n- {id: a, measure: date, why: x, minimum: 1}", "the same id"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "expectations.yml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        load_expectations(tmp_path)


def test_no_file_no_expectations(tmp_path: Path) -> None:
    assert load_expectations(tmp_path) == ()

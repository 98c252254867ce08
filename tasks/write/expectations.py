"""What is expected of a run, judged before it publishes. Pure but for the loader."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tasks.settings import ConfigurationError, read_yaml
from tasks.write.output import OutputError
from tasks.write.runs import Expectation

FILE = "expectations.yml"
UNKNOWN = 50  # outlets that the registry lacks, in the summary


class Rule(BaseModel):
    """One entry of config/expectations.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    measure: Literal["headline", "date", "body", "accepted", "rejects", "debris"]
    why: str
    minimum: float | None = Field(None, ge=0, le=1)
    maximum: float | None = Field(None, ge=0, le=1)
    least: int = Field(1, ge=1, alias="from")
    words: int = Field(1, ge=1)


class ExpectationsError(OutputError):
    """The run is not what is expected of any run; nothing was published."""


@cache
def load_expectations(config: Path) -> tuple[Rule, ...]:
    """The rules of a configuration folder; none where it has no such file. Raises ConfigurationError for a mistake."""
    path = config / FILE
    if not path.exists():
        return ()
    try:
        rules = TypeAdapter(tuple[Rule, ...]).validate_python(read_yaml(path) or ())
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for rule in rules:
        if (rule.minimum is None) == (rule.maximum is None):
            raise ConfigurationError(f"{path}: {rule.id}: give either a minimum or a maximum")
    if len({rule.id for rule in rules}) < len(rules):
        raise ConfigurationError(f"{path}: two entries have the same id")
    return rules


@dataclass(slots=True)
class Measured:
    """What is counted while a run's accepted rows are written."""

    rules: Sequence[Rule] = ()
    documents: int = 0
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # rule -> documents that have it
    outlets: dict[str, list[int]] = field(default_factory=dict)  # outlet -> documents, characters removed, characters
    unknown: Counter[str] = field(default_factory=Counter)  # domain, else name, of outlets that the registry does not vouch for

    def add(self, rows: pa.Table) -> None:
        """Count rows of `articles` or `copies`."""
        self._add_unknown(rows)
        if not self.rules or not rows.num_rows:
            return
        self.documents += rows.num_rows
        for rule in self.rules:
            if rule.measure in ("headline", "date"):
                column = rows["headline" if rule.measure == "headline" else "published_date"]
                self.found[rule.id] += rows.num_rows - column.null_count
            elif rule.measure == "body":
                self.found[rule.id] += pc.sum(pc.greater_equal(rows["word_count"], rule.words)).as_py() or 0
        if any(rule.measure == "debris" for rule in self.rules):
            self._add_outlets(rows)

    def _add_unknown(self, rows: pa.Table) -> None:
        columns = (rows[name].to_pylist() for name in ("outlet_id", "outlet_domain", "outlet_name"))
        for outlet, domain, name in zip(*columns, strict=True):
            if outlet is None and (called := domain or name):
                self.unknown[called] += 1

    def unknown_outlets(self) -> dict[str, int]:
        """The commonest outlets that the registry does not know, with their documents, most first: rows worth adding."""
        return dict(sorted(self.unknown.items(), key=lambda item: (-item[1], item[0]))[:UNKNOWN])

    def _add_outlets(self, rows: pa.Table) -> None:
        kept = pc.utf8_length(pc.replace_substring(rows["body"], "\n\n", ""))
        for outlet, length, rest in zip(rows["outlet_id"].to_pylist(), rows["source_length"].to_pylist(), kept.to_pylist(), strict=True):
            if outlet is not None:
                total = self.outlets.setdefault(outlet, [0, 0, 0])
                total[0] += 1
                total[1] += length - rest
                total[2] += length


def told_shares(runs: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Outlet and share removed, as rows of `runs` tell them."""
    entries = (entry for row in runs for entry in row["expectations"])
    yield from ((e["outlet"], e["value"]) for e in entries if e["outlet"] is not None and e["value"] is not None)


def past_debris(shares: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean share that was removed of each outlet, from the shares of its earlier runs."""
    found: dict[str, list[float]] = defaultdict(list)
    for outlet, share in shares:
        found[outlet].append(share)
    return {outlet: sum(values) / len(values) for outlet, values in found.items()}


def _judged(rule: Rule, value: float, detail: str, outlet: str | None = None, base: float = 0.0) -> Expectation:
    bound = rule.minimum if rule.minimum is not None else base + (rule.maximum or 0.0)
    wrong = value < bound if rule.minimum is not None else value > bound
    outcome = ("failed" if rule.minimum is not None else "warned") if wrong else "ok"
    return Expectation(rule.id, outlet, round(value, 6), round(bound, 6), outcome, detail)


def _by_outlet(rule: Rule, measured: Measured, past: Mapping[str, float]) -> Iterator[Expectation]:
    for outlet, (documents, removed, characters) in sorted(measured.outlets.items()):
        if documents >= rule.least and characters:
            share = removed / characters
            base = past.get(outlet, share)  # an outlet without a past is only remembered
            yield _judged(rule, share, f"{share:.3f} of {documents} documents of {outlet} removed, {base:.3f} before", outlet, base)


def judge(measured: Measured, rejects: int, past: Mapping[str, float]) -> tuple[Expectation, ...]:
    """How each rule came out for a run with these accepted rows and so many rejects."""
    judged: list[Expectation] = []
    new = measured.documents + rejects
    for rule in measured.rules:
        if rule.measure == "debris":
            judged += _by_outlet(rule, measured, past)
            continue
        counts = {"accepted": (measured.documents, new), "rejects": (rejects, new)}
        count, of = counts.get(rule.measure, (measured.found[rule.id], measured.documents))
        if of >= rule.least:
            judged.append(_judged(rule, count / of, f"{count} of {of} documents"))
    return tuple(judged)


def stop_where_failed(judged: Sequence[Expectation]) -> None:
    """Raise ExpectationsError where a minimum was not reached."""
    if failed := [f"{e.id} is {e.value:.3f}, at least {e.bound:.3f} expected ({e.detail})" for e in judged if e.outcome == "failed"]:
        raise ExpectationsError(f"nothing was published: {'; '.join(failed)}; look at the bundle, or change config/{FILE}")

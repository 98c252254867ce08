"""The run's summary: the words and colours of the report on a terminal, plain lines elsewhere."""

import io
import re
import sys

import pytest

from flows.display import rows, show_summary
from tasks.write.runs import Expectation, Summary
from tasks.write.words import COUNTS, hue

WARNED = Expectation(
    "debris", "turned\x1b]0;x.example", 0.5, 0.3, "warned", "0.500 of 20 documents of turned\x1b]0;x.example removed, 0.100 before"
)
MET = Expectation("rejected", None, 0.1, 0.5, "ok", "1 of 10 documents")
SUMMARY = Summary(
    "f" * 32, 3, 1234, 1000, 200, 34, 0, {"too-short": 30, "empty": 4}, {"share": 7, "headline": 90, "whitespace": 5}, (WARNED, MET)
)
CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36", "faint": "2"}


class Terminal(io.StringIO):
    """A terminal that takes everything."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> str:
    """What the summary looks like there."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    show_summary(SUMMARY, "out")
    said: str = sys.stderr.getvalue()  # type: ignore[attr-defined]
    return said


def test_elsewhere_it_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    show_summary(SUMMARY, "out")
    said = capsys.readouterr().err.splitlines()
    assert [re.split(r" {2,}", line) for line in said[: len(rows(SUMMARY))]] == [[name, f"{count:,}"] for name, count in rows(SUMMARY)]
    assert said[-1] == "release 3 in out"
    assert said[-2].startswith("warned: debris is 0.500, 0.300 expected (")
    assert len(said) == len(rows(SUMMARY)) + 2  # what was met is not told


def test_counts_come_first_and_the_largest_of_each_kind_before_the_others() -> None:
    assert [name for name, _ in rows(SUMMARY)] == [
        *COUNTS,
        *("rejected as too-short", "rejected as empty"),
        *("characters removed as headline", "characters removed as share", "characters removed as whitespace"),
    ]


def test_on_a_terminal_each_class_has_the_colour_that_the_report_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = on_terminal(monkeypatch)
    for name in SUMMARY.removed_characters:
        assert f"\x1b[{CODES[hue(name)]}mcharacters removed as {name}" in said, name
    assert "\x1b[31mrejected as empty" in said and "\x1b[33mwarned: debris" in said
    assert "1,234" in said and "release 3 in out" in said


def test_what_an_outlet_is_called_does_not_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    said = on_terminal(monkeypatch)
    assert "\x1b]" not in said and "⟦U+001B⟧" in said

"""Exports of news databases: the articles apart, their field lines as given."""

from typing import Any

import pytest

from tasks.settings import CONFIG, read_yaml
from tasks.split.exports import told_by_export
from tasks.split.separators import parts_of
from tasks.split.source import Meta
from tests.split.conftest import story


@pytest.mark.parametrize("row", read_yaml(CONFIG / "exports.yml"), ids=lambda row: row["id"])
def test_examples_of_each_layout(row: dict[str, Any]) -> None:
    told = {given.field: given.value for given in told_by_export(row["yes"], Meta()).given}
    assert told["byline"] in ("Ana Reyes", "Reyes, Ana")
    assert all(given.rule.startswith(row["id"] + ".") for given in told_by_export(row["yes"], Meta()).given)
    assert told_by_export(row["no"], Meta()) == Meta()


def test_fields_of_a_factiva_export() -> None:
    body = story(1).strip().split("\n\n")
    text = f"HD\n{body[0]}\n\nBY Ana Reyes\nWC 120 words\nPD 3 March 2024\nSN The Courier\nLA English\nLP\n{body[1]}\n\nTD\n{body[2]}\n\n"
    text += "AN\nDocument COUR000020240303ek330001\n"
    both = text + "\n" + text.replace("330001", "330002")
    parts = [both[p.start : p.end] for p in parts_of(both)]
    assert len(parts) == 2
    meta = told_by_export(text, Meta())
    assert meta.id == "COUR000020240303ek330001"
    assert {(g.field, g.value) for g in meta.given} >= {("headline", body[0]), ("outlet", "The Courier"), ("published", "3 March 2024")}


def test_articles_of_a_lexisnexis_export() -> None:
    def article(number: int) -> str:
        head, *body = story(number).strip().split("\n\n")
        return (
            f"                    {number} of 3 DOCUMENTS\n\n                    The Courier\n\n"
            f"                March 3, 2024 Sunday\n\n{head}\n\nBYLINE: Ana Reyes\n\nSECTION: LOCAL; Pg. 3\n\n"
            "LENGTH: 120 words\n\n" + "\n\n".join(body) + "\n\nLOAD-DATE: March 3, 2024\n\n\n"
        )

    text = "".join(article(n) for n in (1, 2, 3))
    parts = [text[p.start : p.end] for p in parts_of(text)]
    assert len(parts) == 3 and all(part.strip().startswith("The Courier") for part in parts)
    given = {g.field: g.value for g in told_by_export(parts[1], Meta()).given}
    assert given == {"byline": "Ana Reyes", "section": "LOCAL; Pg. 3"}

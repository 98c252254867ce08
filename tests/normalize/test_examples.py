"""What config/ knows must do what its own examples say."""

import re

import pytest

from tasks.normalize.agency import find_agency
from tasks.normalize.choice import first
from tasks.normalize.dateline import Reader
from tasks.normalize.knowledge import Knowledge
from tasks.normalize.reading import read
from tasks.settings import CONFIG, read_csv, read_yaml
from tasks.text import name_key
from tests.normalize.conftest import make_document

PATTERNS = [
    pytest.param(entry, id=entry["id"])
    for name in ("outlets/mentions.yml", "agencies/notices.yml", "agencies/credits.yml", "agencies/datelines.yml", "people/inline.yml")
    for entry in read_yaml(CONFIG / name)
]
FORMS = read_csv(CONFIG / "agencies" / "forms.csv")
AGENCIES = {row["id"]: row for row in read_csv(CONFIG / "agencies" / "agencies.csv")}


@pytest.mark.parametrize("entry", PATTERNS)
def test_pattern_matches_its_examples_only(entry: dict[str, object]) -> None:
    pattern = re.compile(str(entry["pattern"]))
    assert all(pattern.search(text) for text in entry["yes"])  # type: ignore[attr-defined]
    assert not any(pattern.search(text) for text in entry["no"])  # type: ignore[attr-defined]


def test_no_id_is_used_twice() -> None:
    ids = [param.id for param in PATTERNS] + [entry["id"] for entry in read_yaml(CONFIG / "outlets" / "fingerprints.yml")]
    assert len(set(ids)) == len(ids)


def test_fingerprint_matches_its_examples_only() -> None:
    for entry in read_yaml(CONFIG / "outlets" / "fingerprints.yml"):
        assert all(sum(part in text for part in entry["parts"]) >= entry["least"] for text in entry["yes"])
        assert not any(sum(part in text for part in entry["parts"]) >= entry["least"] for text in entry["no"])


def test_every_form_of_an_agency_is_found_in_its_example(knowledge: Knowledge) -> None:
    reader = Reader(knowledge.atlas, knowledge.wires)
    missed = []
    for row in FORMS:
        country = AGENCIES[row["agency"]]["country"]
        if row["kind"] == "name" or AGENCIES[row["agency"]]["kind"] != "wire":
            found = knowledge.wires.find(row["form"], country)
        else:
            dateline = reader.read(row["yes"] + " The talks went on.", country=country)
            found = dateline.agency if dateline else None
        if found is None or found.id != row["agency"]:
            missed.append((row["form"], row["agency"], found))
    assert missed == []


def test_no_form_of_an_agency_counts_in_a_citation_or_a_photo_credit(knowledge: Knowledge) -> None:
    for row in FORMS:
        cited = make_document(("body", f"The harbour was closed, {row['no']}, and it stayed so."), ("caption", f"A boat. ({row['form']})"))
        assert first(find_agency(read(cited), knowledge.wires, [], None, None, None)) is None, row


def test_lookup_keys_of_places_are_keys() -> None:
    for row in [row for name in ("cities", "towns", "countries") for row in read_csv(CONFIG / "places" / f"{name}.csv")]:
        assert all(name == name_key(name) for name in row["names"].split(";"))


def test_the_lists_are_as_large_as_they_are_said_to_be(knowledge: Knowledge) -> None:
    assert len(knowledge.registry.outlets) >= 1500
    assert sum(agency.kind == "wire" for agency in knowledge.wires.agencies.values()) >= 100
    assert len(read_csv(CONFIG / "places" / "cities.csv")) >= 4000

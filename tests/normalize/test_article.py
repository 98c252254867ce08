"""The whole of the room: what goes in comes out, once, in order, with its reasons."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.normalize.article import normalize_document
from tasks.normalize.byline import People
from tasks.normalize.dateline import Reader
from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.normalize.shard import normalize_shard
from tasks.records import Article, Clue, Evidence, Removed, StrippedDocument
from tasks.settings import CONFIG
from tasks.shards import read_records, write_records
from tasks.text import name_key, word_count
from tests.normalize.conftest import Make, make_document

KINDS = (
    *("body", "standfirst", "headline", "byline", "dateline", "caption"),
    *("credit", "social", "copyright", "syndication", "boilerplate", "kicker"),
)
PIECES = st.sampled_from(
    [
        *("BEIJING (AP) — ", "By ", "Ada Brook", ", ", " and ", "Reuters", "(", ")", "/", "©", " 2022", "Paris", ": ", "- "),
        *("记者", "新华社", "北京", "4月14日电", "\u200b", "…", "Newsweek", "rt.com "),
    ]
)
JOINED = st.lists(PIECES, min_size=1, max_size=8).map("".join)
# A line break at the edge of a paragraph cannot be told from the break between two.
TEXTS = st.one_of(st.text(min_size=1, max_size=60), JOINED).filter(lambda text: "\n\n" not in text and text.strip("\n") == text)
LINES = st.lists(st.tuples(st.sampled_from(KINDS), TEXTS), min_size=1, max_size=8)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=LINES)
def test_any_document_becomes_an_article_and_nothing_of_it_is_lost(lines: list[tuple[str, str]]) -> None:
    stripped = make_document(*lines)
    article, evidence, removed = normalize_document(stripped, load_knowledge(CONFIG))
    source = stripped.parsed.source_text
    rebuilt, place, kept = [], 0, article.body.replace("\n\n", "")
    for row in sorted(removed, key=lambda row: row.start_offset):
        gap = row.start_offset - place
        rebuilt.append(kept[:gap] + row.text)
        kept, place = kept[gap:], row.end_offset
    assert "".join(rebuilt) + kept == source
    assert article.source_length == len(source)
    taken = [row.field for row in evidence if row.rank == 0]
    assert len(set(taken)) == len(taken)
    assert normalize_document(stripped, load_knowledge(CONFIG)) == (article, evidence, removed)


def test_value_that_was_taken_is_rank_zero_and_losers_say_why(knowledge: Knowledge, make: Make) -> None:
    document = make(("headline", "Bridge opens"), ("headline", "Bridge opens again"), ("body", "BEIJING (AP) — The bridge is open."))
    article, evidence, _ = normalize_document(document, knowledge)
    headlines = [(row.rank, row.value, row.reason) for row in evidence if row.field == "headline"]
    assert headlines == [(0, article.headline, None), (1, "Bridge opens again", "text comes first")]
    taken = {row.field: row.value for row in evidence if row.rank == 0}
    assert (taken["agency_id"], taken["dateline_place"]) == ("ap", "Beijing")


def test_published_is_decided_with_the_other_fields(knowledge: Knowledge, make: Make) -> None:
    lines = (("timestamp", "14 Apr, 2022 13:52"), ("body", "The bridge was opened again after eleven months of work."))
    document = make(*lines, fetched_at=datetime(2023, 1, 1, tzinfo=UTC))
    article = normalize_document(document, knowledge)[0]
    assert article.published.local == "2022-04-14T13:52"


def test_shard_is_read_and_written(tmp_path: Path, make: Make) -> None:
    stripped = [make(("headline", "Bridge opens"), ("body", "BEIJING (AP) — The bridge was opened again.")), make(("body", "No more."))]
    write_records(tmp_path / "stripped.parquet", stripped, StrippedDocument)
    assert normalize_shard(tmp_path, CONFIG) == tmp_path
    articles = read_records(tmp_path / "articles.parquet", Article)
    assert [article.body for article in articles] == ["BEIJING (AP) — The bridge was opened again.", "No more."]
    assert {row.kind for row in read_records(tmp_path / "removed.parquet", Removed)} == {"headline", "whitespace"}
    assert read_records(tmp_path / "evidence.parquet", Evidence)


UNITS = ["A ", "A, ", "( ", "/A", "- ", "A.A ", "© ", "©A", "A and ", ": ", "Reporting by A ", "[a|", "A/", "www.a", "记者", "a-", "(A) "]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_length_only(knowledge: Knowledge, unit: str) -> None:
    people = People(knowledge.lexicon, knowledge.registry, knowledge.wires)
    reader = Reader(knowledge.atlas, knowledge.wires)

    def cost(times: int) -> float:
        text = unit * times
        document = make_document(*((kind, text) for kind in ("byline", "copyright", "social", "syndication", "body", "body")))
        start = time.process_time()
        people.read(text)
        reader.read(text)
        normalize_document(document, knowledge)
        return time.process_time() - start

    cost(50)
    small = max(min(cost(1000) for _ in range(3)), 0.002)
    assert cost(8000) < small * 8 * 6


def test_words_are_counted_by_characters_where_no_blanks_stand() -> None:
    assert word_count("The bridge isn't open") == 4
    assert word_count("大桥今天开放") == 6
    assert word_count("大桥 opens") == 3


def test_keys_of_names_are_stable() -> None:
    assert name_key("  Élodie   O’Brien ") == "elodie o'brien"
    assert name_key(name_key("Ελλάδα İzmir")) == name_key("Ελλάδα İzmir")


def test_every_title_and_every_byline_is_on_record_with_the_reason_it_lost(knowledge: Knowledge) -> None:
    clues = [
        Clue("headline", "Bridge opens again", "heading", "h1", 0),
        Clue("headline", "Bridge: all you need", "meta", "meta[property=og:title]"),
        Clue("headline", "Harbour Ledger", "title-element", "title"),
        Clue("outlet", "Harbour Ledger", "meta", "meta[property=og:site_name]"),
        Clue("author", "Ada Brook", "json-ld", "NewsArticle.author.name"),
        Clue("author", "Ines Rua", "json-ld", "NewsArticle.author.name"),
        Clue("author", "Harbour Ledger", "meta", "meta[name=author]"),
        Clue("author", "Tom Weir", "byline-element", ".byline", 5),
    ]
    lines = ("headline", "Bridge opens again"), ("body", "The bridge over the harbour was opened again after eleven months of work.")
    _, evidence, _ = normalize_document(make_document(*lines, clues=clues, media_type="text/html"), knowledge)
    rows = {(row.field, row.value): row for row in reversed(evidence) if row.field in ("headline", "authors")}
    assert {value for field, value in rows if field == "headline"} == {"Bridge opens again", "Bridge: all you need", "Harbour Ledger"}
    assert rows["headline", "Bridge opens again"].rank == rows["authors", "Ada Brook"].rank == 0
    assert rows["headline", "Harbour Ledger"].reason == "the name of the site"
    assert rows["authors", "Ines Rua"].reason == "taken as well"
    assert rows["authors", "Harbour Ledger"].reason in ("an outlet", "a desk or an organisation")
    assert rows["authors", "Tom Weir"].reason == "json-ld comes first"

"""The chooser: which statement of a date is taken, which day it is at the outlet, what is provable without one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalize.dates.decide import Dates, decide_dates
from tasks.normalize.dates.words import load_words
from tasks.normalize.facts import OutletFacts
from tasks.records import Block, Caption, Clue, Given, Paragraph, ParsedDocument, RawDocument, Span, StrippedDocument

WORDS = load_words()
STORY = "The lock keeper counted the barges twice and found one more than the day before, which nobody could explain to the council."
BERLIN = OutletFacts("kanalpost.example", "Kanalpost", "kanalpost.example", "DE", "de", "Europe/Berlin", "Europe/Berlin")
LONDON = OutletFacts(None, "The Lock", "lock.example", "GB", "en", "Europe/London")


def document(
    *lines: str,
    clues: tuple[Clue, ...] = (),
    url: str | None = None,
    fetched: datetime | None = None,
    given: tuple[Given, ...] = (),
    typed: str = "timestamp",
) -> StrippedDocument:
    """A page of a headline, the lines as stamps, and a story of one paragraph."""
    text, blocks, spans = "", [], []
    for number, line in enumerate(("One barge too many", *lines, STORY)):
        start = len(text)
        text += line
        blocks.append(Block(start, len(text), "h1" if number == 0 else "p"))
        if line is not STORY:
            spans.append(Span(start, len(text), "headline" if number == 0 else typed, "test"))
        text += "\n"
    raw = RawDocument("0" * 32, "i", "b", "m", None, "s", "text/html", "utf-8", "", url, fetched, given)
    parsed = ParsedDocument(raw, text.rstrip("\n"), tuple(blocks), clues)
    return StrippedDocument(parsed, (Paragraph(((blocks[-1].start, blocks[-1].end),)),), tuple(spans))


def decide(stripped: StrippedDocument, language: str | None = "en", outlet: OutletFacts | None = None) -> Dates:
    return decide_dates(stripped, language, outlet, WORDS)


def ld(raw: str, field: str = "published") -> Clue:
    return Clue(field, raw, "json-ld", "NewsArticle.datePublished" if field == "published" else "NewsArticle.dateModified")


def test_printed_stamp_without_a_zone_has_a_day_and_a_clock_but_no_instant() -> None:
    stamp = decide(document("5 Nov, 2021 16:07")).published
    assert (stamp.day, stamp.at, stamp.local, stamp.precision) == (date(2021, 11, 5), None, "2021-11-05T16:07", "minute")
    assert (stamp.timezone, stamp.source, stamp.raw) == (None, "text-timestamp", "5 Nov, 2021 16:07")


@pytest.mark.parametrize(
    ("lines", "language", "updated"),
    [
        (("17 Maggio 2023 alle 14:08", "Aggiornato alle 19:30"), "it", "2023-05-17T19:30"),
        (("4 de Outubro de 2023, 19:22 (actualizado às 20:05)",), "pt", "2023-10-04T20:05"),
        (("17 Maggio 2023 alle 14:08", "Aggiornato alle 9:30"), "it", None),  # before the story was out: on another day
        (("17 Maggio 2023", "Aggiornato alle 19:30"), "it", None),
        (("17 Maggio 2023 alle 14:08", "Lettura 19:30"), "it", None),
    ],
)
def test_an_update_with_a_clock_alone_is_of_the_day_above(lines: tuple[str, ...], language: str, updated: str | None) -> None:
    assert decide(document(*lines), language).modified.local == updated


def test_zone_that_the_outlet_prints_gives_the_instant() -> None:
    stamp = decide(document("5. November 2021, 16:07 Uhr"), "de", BERLIN).published
    assert (stamp.at, stamp.timezone) == (datetime(2021, 11, 5, 15, 7, tzinfo=UTC), "Europe/Berlin")


def test_seat_alone_gives_no_instant() -> None:
    assert decide(document("5 November 2021 16:07"), "en", LONDON).published.at is None


@pytest.mark.parametrize(
    ("printed", "country", "hour"),
    [("4:07 PM ET, April 5, 2021", "US", 20), ("April 5, 2021 16:07 IST", "IN", 10), ("April 5, 2021 16:07 IST", "IL", 13)],
)
def test_name_of_a_zone_means_what_it_means_in_that_country_on_that_day(printed: str, country: str, hour: int) -> None:
    at = decide(document(printed), "en", OutletFacts(None, "X", None, country)).published.at
    assert at is not None
    assert at.hour == hour


def test_name_of_a_zone_without_a_country_may_mean_several() -> None:
    assert decide(document("April 5, 2021 16:07 IST")).published.at is None


def test_order_of_day_and_month_by_country_else_open() -> None:
    printed = document("05/11/2021")
    assert decide(printed, "en", LONDON).published.day == date(2021, 11, 5)
    assert decide(printed, "en-US").published.day == date(2021, 5, 11)
    assert decide(printed, "fr").published.day == date(2021, 11, 5)
    undecided = decide(printed, "en")
    assert undecided.published.day is None
    assert [e.reason for e in undecided.evidence] == ["ambiguous"]


def test_other_date_of_the_document_decides_the_order() -> None:
    assert decide(document("05/11/2021", url="https://lock.example/2021/11/05/barge")).published.day == date(2021, 11, 5)


def test_markup_written_month_first_yields_to_the_printed_day() -> None:
    clue = Clue("published", "11/05/2021 16:07:00", "meta", "meta[name=date]")
    assert decide(document("05.11.2021", clues=(clue,)), "de", BERLIN).published.day == date(2021, 11, 5)


def test_article_markup_with_an_offset_is_the_instant() -> None:
    stamp = decide(document("5 November 2021", clues=(ld("2021-11-05T16:07:09+01:00"),))).published
    assert (stamp.at, stamp.local, stamp.precision) == (datetime(2021, 11, 5, 15, 7, 9, tzinfo=UTC), "2021-11-05T16:07:09", "second")
    assert (stamp.timezone, stamp.source) == ("+01:00", "json-ld")


def test_instant_in_utc_has_the_day_of_the_outlet() -> None:
    clue = ld("2021-11-05T23:30:00Z")
    assert decide(document(clues=(clue,)), "de", BERLIN).published.day == date(2021, 11, 6)
    assert decide(document(clues=(clue,), url="https://kanal.de/x"), "de").published.day == date(2021, 11, 6)
    assert decide(document("November 6, 2021", clues=(clue,))).published.day == date(2021, 11, 6)
    assert decide(document(clues=(clue,))).published.day == date(2021, 11, 5)


def test_local_time_called_utc_is_found_out_by_a_second_statement() -> None:
    clues = (ld("2021-11-05T16:07:09Z"), Clue("published", "2021-11-05T15:07:09Z", "meta", "meta[property=article:published_time]"))
    found = decide(document(clues=clues, url="https://kanal.de/x"), "de")
    assert found.published.at == datetime(2021, 11, 5, 15, 7, 9, tzinfo=UTC)
    assert "local-time-called-utc" in [e.reason for e in found.evidence]


def test_local_time_called_utc_is_found_out_by_the_printed_clock_of_a_known_zone() -> None:
    stripped = document("5. November 2021, 16:07 Uhr", clues=(ld("2021-11-05T16:07:09Z"),))
    assert decide(stripped, "de", BERLIN).published.at == datetime(2021, 11, 5, 15, 7, 9, tzinfo=UTC)
    honest = document("5. November 2021, 17:07 Uhr", clues=(ld("2021-11-05T16:07:09Z"),))
    assert decide(honest, "de", BERLIN).published.at == datetime(2021, 11, 5, 16, 7, 9, tzinfo=UTC)


def test_update_is_no_publication() -> None:
    found = decide(document("Published 5 November 2021 | Updated 7 November 2021 09:10"))
    assert (found.published.day, found.modified.day, found.modified.local) == (date(2021, 11, 5), date(2021, 11, 7), "2021-11-07T09:10")


def test_label_on_the_line_before_counts() -> None:
    found = decide(document("Aktualisiert:", "7. November 2021", "Veröffentlicht:", "5. November 2021"), "de")
    assert (found.published.day, found.modified.day) == (date(2021, 11, 5), date(2021, 11, 7))


def test_lone_update_gives_its_day_and_says_so_and_bounds_only_from_above() -> None:
    found = decide(document("Updated: 7 November 2021 16:07"))
    stamp = found.published
    assert (stamp.day, stamp.source, stamp.precision) == (date(2021, 11, 7), "update", "day")
    assert (stamp.at, stamp.local) == (None, None)
    assert (found.modified.day, found.modified.local) == (date(2021, 11, 7), "2021-11-07T16:07")
    assert (found.published_earliest, found.published_latest) == (None, date(2021, 11, 7))


@pytest.mark.parametrize("rule", ["meta[property=article:modified_time]", "NewsArticle.dateModified"])
def test_update_is_no_publication_where_the_markup_tells_them_apart(rule: str) -> None:
    clue = Clue("modified", "2021-11-07T15:07:00Z", "json-ld" if rule[0] == "N" else "meta", rule)
    found = decide(document("Updated: 7 November 2021", clues=(clue,)))
    assert (found.published.day, found.published_earliest, found.published_latest) == (None, None, date(2021, 11, 7))


def test_two_updates_are_no_publication() -> None:
    assert decide(document("Updated: 7 November 2021", "Updated: 9 November 2021")).published.day is None


def test_page_that_prints_the_clock_its_markup_calls_utc_shows_its_readers_that_day() -> None:
    clue = ld("2021-11-05T23:30:00Z")
    assert decide(document("5. November 2021, 23:30 Uhr", clues=(clue,)), "de", BERLIN).published.day == date(2021, 11, 5)
    assert decide(document("6. November 2021, 00:30 Uhr", clues=(clue,)), "de", BERLIN).published.day == date(2021, 11, 6)


def test_element_that_dates_an_update_without_the_word_is_no_publication() -> None:
    text = "One barge too many\nUpdated 7 November 2021\n"
    clues = (Clue("modified", "2021-11-07T15:07:00Z", "meta", "meta[property=article:modified_time]"),
             Clue("published", "7 November 2021", "date-element", ".date", text.index("7 Nov")))  # fmt: skip
    assert decide(document("Updated 7 November 2021", clues=clues)).published.day is None
    assert decide(document("7 November 2021", clues=(clues[0], Clue(*_at(clues[1]))))).published.day == date(2021, 11, 7)


def _at(clue: Clue) -> tuple[str, str, str, str, int]:
    return clue.field, clue.raw, clue.source, clue.rule, len("One barge too many\n")


def test_items_of_a_list_in_the_page_are_trusted_less_than_its_head() -> None:
    items = [Clue("published", day, "meta", "meta[itemprop=datepublished]") for day in ("2021-11-09", "2021-11-12")]
    head = Clue("published", "2021-11-05", "meta", "meta[property=article:published_time]")
    assert decide(document(clues=(*items, head))).published.day == date(2021, 11, 5)
    assert decide(document(clues=(items[0],))).published.day == date(2021, 11, 9)


def test_stamp_in_a_line_taken_for_the_headline() -> None:
    assert decide(document("Harbour (1 / 3) 06.11.2021 13:30 von Ada", typed="headline")).published.local == "2021-11-06T13:30"
    assert decide(document("The harbour after 6 November 2021", typed="headline")).published.day is None


def test_agreement_of_stamp_and_url_outweighs_a_stray_markup() -> None:
    clue = Clue("published", "2019-02-02", "meta", "meta[name=created]")
    stripped = document("5 November 2021", clues=(clue,), url="https://lock.example/2021/11/05/barge")
    found = decide(stripped)
    assert found.published.day == date(2021, 11, 5)
    assert ("2019-02-02", "less-trusted-day") in [(e.value, e.reason) for e in found.evidence]


def test_nothing_is_published_after_it_was_fetched_or_before_the_web() -> None:
    fetched = datetime(2021, 11, 6, 12, tzinfo=UTC)
    for raw, reason in (("2021-11-09", "after-fetched-at"), ("1970-01-01T00:00:00Z", "before-the-web")):
        found = decide(document(clues=(ld(raw),), fetched=fetched))
        assert found.published.day is None
        assert found.evidence[0].reason == reason
        assert found.published_latest == date(2021, 11, 7)


def test_bundle_knows_best() -> None:
    given = (Given("published", "2021-11-04", "row.published"),)
    stamp = decide(document("5 November 2021", given=given)).published
    assert (stamp.day, stamp.source) == (date(2021, 11, 4), "input")


def test_photo_gives_the_earliest_day_and_the_lead_a_weekday() -> None:
    text = "Barges wait on November 5, 2021. (Ann Low/XP)\nThe lock keeper said on Monday that there was one barge too many in the basin."
    cut = text.index("\n")
    raw = RawDocument("0" * 32, "i", "b", "m", None, "s", "text/plain", "utf-8", "", None, None)
    parsed = ParsedDocument(raw, text, (Block(0, cut), Block(cut + 1, len(text))))
    spans = (Span(0, cut, "caption", "test"),)
    found = decide(StrippedDocument(parsed, (Paragraph(((cut + 1, len(text)),)),), spans, (Caption(text[:cut]),)))
    assert (found.published.day, found.published.precision, found.published.raw) == (None, "weekday", "Monday")
    assert (found.published_earliest, found.published_latest) == (date(2021, 11, 5), None)
    assert ("published_precision", "weekday", "Monday", 0) in [(e.field, e.value, e.raw, e.rank) for e in found.evidence]


def test_month_of_the_url_bounds_the_day() -> None:
    found = decide(document(url="https://lock.example/2021/11/one-barge-too-many"))
    assert (found.published.day, found.published.precision, found.published.source) == (None, "month", "url")
    assert (found.published_earliest, found.published_latest) == (date(2021, 11, 1), date(2021, 11, 30))


def test_times_told_from_now_count_from_the_fetch() -> None:
    fetched = datetime(2021, 11, 5, 12, tzinfo=UTC)
    assert decide(document("3 hours ago", fetched=fetched), "en", LONDON).published.day == date(2021, 11, 5)
    assert decide(document("Yesterday at 18:05", fetched=fetched), "en", LONDON).published.local == "2021-11-04T18:05"
    assert decide(document("3 hours ago"), "en", LONDON).published.day is None


def test_stamp_without_a_year_needs_a_fresh_fetch() -> None:
    printed = "Nov. 5, 16:07"
    assert decide(document(printed, fetched=datetime(2021, 11, 20, tzinfo=UTC))).published.day == date(2021, 11, 5)
    assert decide(document(printed, fetched=datetime(2022, 10, 20, tzinfo=UTC))).published.day is None
    assert decide(document(printed)).published.day is None


def test_first_of_january_is_never_guessed() -> None:
    for raw in ("2021", "31 February 2021", "Autumn 2021"):
        assert decide(document(clues=(ld(raw),))).published.day is None


@given(
    st.lists(st.text("0123456789 -/.:TZ+Mayun年月日,", max_size=30) | st.text(max_size=30), max_size=4),
    st.lists(st.text("0123456789 -/.:TZ+Mayun年月日,", max_size=30), max_size=3),
    st.sampled_from(["en", "en-US", "fa", "ja", None]),
    st.none() | st.datetimes(datetime(1995, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_answer_is_always_plausible(raws: list[str], lines: list[str], language: str | None, fetched: datetime | None) -> None:
    clues = tuple(ld(raw) for raw in raws)
    found = decide(document(*lines, clues=clues, fetched=fetched, url=f"https://a.example/{''.join(raws[:1])}"), language)
    for stamp in (found.published, found.modified):
        assert stamp.day is None or date(1991, 8, 6) <= stamp.day <= (fetched.date() + timedelta(days=1) if fetched else date(2100, 12, 31))
        assert stamp.at is None or stamp.timezone is not None or stamp.source != "json-ld"
        assert stamp.local is None or not stamp.local.endswith("Z")
    assert not (found.published_earliest and found.published_latest) or found.published_earliest <= found.published_latest
    ranks = [(e.field, e.rank) for e in found.evidence]
    assert len(ranks) == len(set(ranks))


def test_dateline_day_is_the_story_s() -> None:
    body = "BEIJING, Nov. 5 (Xyz News) -- The lock keeper counted the barges twice and found one more than the day before, nobody knew why."
    raw = RawDocument("0" * 32, "i", "b", "m", None, "s", "text/plain", "utf-8", "", None, datetime(2021, 11, 7, tzinfo=UTC))
    parsed = ParsedDocument(raw, body, (Block(0, len(body)),))
    found = decide(StrippedDocument(parsed, (Paragraph(((0, len(body)),)),), ()))
    assert (found.published.day, found.published.source, found.published.raw) == (date(2021, 11, 5), "dateline", "Nov. 5")


def test_same_document_same_answer() -> None:
    stripped = document(
        "5 November 2021", clues=(ld("2021-11-05T16:07:09+01:00"), ld("2021-11-06", "modified")), url="https://a.example/2021/11/05/x"
    )
    assert decide(stripped) == decide(stripped)


def test_invisible_characters_part_no_date() -> None:
    source = "\u200f14\u200b April\u00ad 2022\u200e, 13:52\u200f"
    hidden = [i for i, char in enumerate(source) if char in "\u200b\u200e\u200f\u00ad"]
    spans = [Span(i, i + 1, "control", "cover.control") for i in hidden]
    spans += [Span(a + 1, b, "timestamp", "stamp.words") for a, b in pairwise(hidden)]
    raw = RawDocument("0" * 32, "i", "b", "m", None, "s", "text/plain", "utf-8", "", None, datetime(2022, 5, 7, tzinfo=UTC))
    found = decide(StrippedDocument(ParsedDocument(raw, source, (Block(0, len(source)),)), (), tuple(spans)))
    assert (found.published.local, found.published.raw) == ("2022-04-14T13:52", "14 April 2022, 13:52")


def test_labelled_stamp_that_was_left_in_the_story_is_read_with_its_clock() -> None:
    left = document("Publicado em 05/11/2021 - 16:07 Por Ada Ribeiro", typed="body")
    assert decide(left, "pt").published.local == "2021-11-05T16:07"
    told = document("The mayor said on Friday that the barge, built on 5 November 2021 at 16:07, was one too many.", typed="body")
    assert decide(told, "en").published.day is None


@pytest.mark.parametrize(
    ("line", "kind", "day"),
    [
        ("Elbheim, 14.04.2022", "caption", date(2022, 4, 14)),  # a caption that is nothing but place and day is a stamp
        ("14.04.2022  Harbour", "caption", date(2022, 4, 14)),
        ("The mill before the flood of 14.04.2022", "caption", None),
        ("Elbheim | Ostrand, 14 April 2022", "body", date(2022, 4, 14)),
        ("Date of last revision: 14 April 2022", "body", date(2022, 4, 14)),
        ("The barges that sank on 14 April 2022", "body", None),
        (f"Posted 14 April 2022 | Elbheim – {STORY} {STORY} {STORY}", "related", date(2022, 4, 14)),
        (f"Elbheim on 14 April 2022, a day like others – {STORY} {STORY} {STORY}", "related", None),
        (
            f"Dieser Beitrag wurde am Samstag, 14. Mai 2022 in der Kategorie Hafen veröffentlicht. {STORY} {STORY}",
            "body",
            date(2022, 5, 14),
        ),
        (f"Released on 14 May 1999 the record was forgotten. {STORY} {STORY} {STORY}", "body", None),
    ],
)
def test_stamps_in_lines_that_are_something_else(line: str, kind: str, day: date | None) -> None:
    behind = kind == "body" and len(line) > 200  # a long paragraph of the story itself
    page = document(STORY, line, typed=kind) if behind else document(line, typed=kind)
    assert decide(page, "de" if line.startswith("Dieser") else "en").published.day == day


@pytest.mark.parametrize(("tag", "day"), [("", None), ("p", date(2022, 4, 14))])
def test_a_date_below_a_link_to_another_story_is_that_storys_in_a_text(tag: str, day: date | None) -> None:
    """A page tells by its elements which story a stamp belongs to; a text has nothing but the order of its lines."""
    page = document(STORY, "Also in the harbour: a crane that nobody ordered", "14 April 2022", typed="related")
    blocks = tuple(replace(block, tag=tag) for block in page.parsed.blocks)
    spans = (*page.spans[:-1], replace(page.spans[-1], kind="timestamp"))
    story = (Paragraph(((blocks[1].start, blocks[1].end),)),)
    assert decide(replace(page, parsed=replace(page.parsed, blocks=blocks), paragraphs=story, spans=spans)).published.day == day


def test_update_in_brackets_leaves_the_day_its_own_precision() -> None:
    stamp = decide(document("5 novembre 2021 (modifica il 6 novembre 2021 | 16:07)"), "it")
    assert (stamp.published.day, stamp.published.precision) == (date(2021, 11, 5), "day")
    assert stamp.modified.local == "2021-11-06T16:07"

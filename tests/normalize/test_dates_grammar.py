"""The grammar of dates: what a line says, in many languages, and what it must not be made to say."""

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.normalize.dates.build_words import LANGUAGES, language_entry, render
from tasks.normalize.dates.calendars import gregorian, jalali
from tasks.normalize.dates.lines import read_line, read_relative, read_weekday
from tasks.normalize.dates.words import Calendar, fold, load_words
from tasks.normalize.dates.zones import day_at, day_in, instant
from tasks.settings import CONFIG, ConfigurationError, read_yaml

WORDS = load_words()
EXAMPLES = [(code, line, said) for code, entry in WORDS.languages.items() for line, said in entry.yes.items()]
REFUSED = [(code, line) for code, entry in WORDS.languages.items() for line in entry.no]


def said(line: str, language: str | None) -> str:
    """`published 2019-05-03T10:15`, for the first date of a line."""
    if read_relative(line, WORDS, language):
        return "relative"
    moment = (first := read_line(line, WORDS, language)[0]).moment
    clock = f"T{moment.hour:02d}:{moment.minute:02d}" if moment.minute is not None else ""
    return f"{first.label + ' ' if first.label else ''}{moment.day}{clock}"


@pytest.mark.parametrize(("language", "line", "expected"), EXAMPLES)
def test_example_says_what_its_entry_claims(language: str, line: str, expected: str) -> None:
    assert said(line, language) == expected


@pytest.mark.parametrize(("language", "line"), REFUSED)
def test_counterexample_holds_no_date(language: str, line: str) -> None:
    assert not [r for r in read_line(line, WORDS, language) if not r.moment.fault]


def test_thirty_languages_have_words_and_examples() -> None:
    labelled = [code for code, entry in WORDS.languages.items() if entry.published and entry.updated and entry.yes]
    assert len(labelled) >= 40
    assert len(LANGUAGES) >= 60


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("2021-11-05T03:00:00+09:00", None, ("2021-11-05", 3, 0, "+09:00")),
        ("Fri 5 Nov 2021 at 4:07pm EDT", "en", ("2021-11-05", 16, 7, "edt")),
        ("12:05 a.m., November 5th, 2021", "en", ("2021-11-05", 0, 5, None)),
        ("Fri Nov 05 2021 16:07:00 GMT+0200 (CEST)", "en", ("2021-11-05", 16, 7, "+02:00")),
        ("5. listopadu 2021 16:07", "cs", ("2021-11-05", 16, 7, None)),
        ("5 listopada 2021", "pl", ("2021-11-05", None, None, None)),
        ("5. listopada 2021.", "hr", ("2021-10-05", None, None, None)),
        ("5 พฤศจิกายน 2564", "th", ("2021-11-05", None, None, None)),
        ("۱۴ آبان ۱۴۰۰", "fa", ("2021-11-05", None, None, None)),
        ("令和3年11月5日 16時7分", "ja", ("2021-11-05", 16, 7, None)),
        ("民國110年11月5日", "zh", ("2021-11-05", None, None, None)),
        ("2021. 11. 5. 오후 4:07", "ko", ("2021-11-05", 16, 7, None)),
        ("05.11.2021 - 16:07 Uhr", "de", ("2021-11-05", 16, 7, None)),
        ("klo 16.07 5.11.2021", "fi", ("2021-11-05", 16, 7, None)),
        ("5 NOVEMBRE 2021 à 16h07", "fr", ("2021-11-05", 16, 7, None)),
        ("٥ تشرين الثاني ٢٠٢١", "ar", ("2021-11-05", None, None, None)),
        ("11.26.2021", "en", ("2021-11-26", None, None, None)),
        ("Publicerad 2021-11-05 07.15", "sv", ("2021-11-05", 7, 15, None)),
        ("5 November 2021 12.50 euros", "en", ("2021-11-05", None, None, None)),
        ("2021-11-05 7.15", "sv", ("2021-11-05", None, None, None)),
        ("am05.11.2021", "de", ("2021-11-05", None, None, None)),
    ],
)
def test_line_is_read(line: str, language: str | None, expected: tuple[str, int | None, int | None, str | None]) -> None:
    moment = read_line(line, WORDS, language)[0].moment
    assert (str(moment.day), moment.hour, moment.minute, moment.zone) == expected


@pytest.mark.parametrize("line", ["November 31, 2021", "30 February 2021", "2021-13-05", "5 Nov, 2201", "31.11.2021"])
def test_impossible_day_is_a_fault(line: str) -> None:
    assert [reading.moment.fault for reading in read_line(line, WORDS, "en")] == ["impossible"]


@pytest.mark.parametrize("line", ["12", "may 7 times", "Airbus 320", "Section 7.11", "2.5 million", "24/7", "9/11", "16:07", "v1.2.2021"])
def test_number_is_no_date(line: str) -> None:
    assert not [r for r in read_line(line, WORDS, "en") if r.moment.day]


def test_range_is_refused() -> None:
    assert [reading.moment.fault for reading in read_line("5 - 7 November 2021", WORDS, "en")] == ["range"]


def test_weekday_decides_the_order_of_day_and_month() -> None:
    friday, thursday = (read_line(f"{name} 05/11/2021", WORDS, "en")[0].moment for name in ("Friday", "Tuesday"))
    assert (friday.day, friday.other) == (date(2021, 11, 5), None)
    assert (thursday.day, thursday.other) == (date(2021, 5, 11), None)
    assert read_line("Monday 05/11/2021", WORDS, "en")[0].moment.fault == "weekday-mismatch"


def test_preposition_is_no_weekday_of_another_language() -> None:
    moment = read_line("Posted on 5 November 2021", WORDS, "en")[0].moment
    assert (moment.day, moment.weekday) == (date(2021, 11, 5), None)
    assert read_line("on 3. november 2021", WORDS, "nn")[0].moment.weekday == 2


def test_two_dates_keep_their_own_labels_and_clocks() -> None:
    line = "First published 16:07 5 November 2021 | Last updated 09:10 6 November 2021"
    first, second = read_line(line, WORDS, "en")
    assert (first.label, first.moment.day, first.moment.hour) == ("published", date(2021, 11, 5), 16)
    assert (second.label, second.moment.day, second.moment.hour) == ("updated", date(2021, 11, 6), 9)


def test_raw_is_the_text_itself() -> None:
    assert read_line("By Ann Low, Friday, 5 November 2021, 16:07 GMT", WORDS, "en")[0].raw == "Friday, 5 November 2021, 16:07 GMT"


@pytest.mark.parametrize(("line", "number"), [("Thursday", 3), ("on Friday", 4), ("Donnerstag, 13:05 Uhr", 3), ("Thursday was wet", None)])
def test_line_that_is_a_weekday(line: str, number: int | None) -> None:
    assert read_weekday(line, WORDS, "de" if "tag" in line else "en") == number


@given(st.dates(date(1995, 1, 1), date(2035, 12, 31)), st.sampled_from(sorted(WORDS.languages)))
def test_day_with_a_month_name_is_read_in_each_language(day: date, code: str) -> None:
    names = [name for name, table in WORDS.months.items() if table.get(code) == day.month and len(name) > 3 and name not in WORDS.pairs]
    for name in names:
        found = read_line(f"{day.day} {name} {day.year}", WORDS, code)
        assert found[0].moment.day == day, name


@given(st.dates(date(1995, 1, 1), date(2035, 12, 31)), st.times())
def test_iso_is_read_whatever_stands_around(day: date, clock: object) -> None:
    moment = read_line(f"stamp: {day.isoformat()}T{str(clock)[:5]}Z end", WORDS, None)[0].moment
    assert (moment.day, f"{moment.hour:02d}:{moment.minute:02d}", moment.zone) == (day, str(clock)[:5], "z")


@given(st.text(max_size=200))
def test_any_text_can_be_folded_and_read(text: str) -> None:
    assert len(fold(text)) == len(text)
    for reading in read_line(text, WORDS, None):
        assert 0 <= reading.moment.start < reading.moment.end <= len(text)


HOSTILE = ["1", "1.", "1/1/", "2021-", "12:", "may ", "1 may", "2021年", "(", ", ", "a.", "published ", "p.m.", "+1"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    def cost(size: int) -> float:
        line, best = (piece * size)[:size], 9.0
        for _ in range(3):
            started = time.process_time()
            read_line(f"1{line}", WORDS, "en")
            best = min(best, time.process_time() - started)
        return best

    assert cost(16_000) < 40 * max(cost(1_000), 0.0005)


def test_calendars_convert_or_refuse() -> None:
    assert jalali(1400, 1, 1) == date(2021, 3, 21)
    assert jalali(1399, 12, 30) == date(2021, 3, 20)
    assert jalali(1400, 12, 30) is None
    assert jalali(1401, 7, 31) is None
    assert gregorian(2564, 2, 29) is None
    assert gregorian(2563, 2, 29) == date(2020, 2, 29)


def test_calendar_file_is_what_the_script_writes_for_a_language() -> None:
    committed = read_yaml(CONFIG / "dates" / "calendar.yml")["nl"]
    assert Calendar.model_validate(committed) == Calendar.model_validate(language_entry("nl"))
    assert '- ["maart", "mrt"]' in render({"nl": committed})


def test_mistake_in_the_words_is_one_line(tmp_path: object) -> None:
    from pathlib import Path
    from shutil import copytree

    folder = Path(str(tmp_path)) / "config"
    copytree(CONFIG / "dates", folder / "dates")
    (folder / "dates" / "marks.yml").write_text("glue: 3\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"marks\.yml: glue"):
        load_words(folder)


@pytest.mark.parametrize("name", sorted(WORDS.zones))
def test_zone_exists_and_says_something(name: str) -> None:
    entry = WORDS.zones[name]
    for zone in filter(None, (entry.zone, *entry.countries.values())):
        assert day_at(datetime(2021, 11, 5, 12, tzinfo=UTC), zone) in (date(2021, 11, 5), date(2021, 11, 6))
    assert entry.zone or entry.countries
    assert read_line(f"5 November 2021 16:07 {name}", WORDS, "en")[0].moment.zone == name


def test_summer_time_is_the_day_s_own() -> None:
    assert instant(date(2021, 4, 5), 16, 7, 0, "America/New_York") == datetime(2021, 4, 5, 20, 7, tzinfo=UTC)
    assert instant(date(2021, 11, 8), 16, 7, 0, "America/New_York") == datetime(2021, 11, 8, 21, 7, tzinfo=UTC)


def test_clock_that_was_skipped_or_shown_twice_has_no_instant() -> None:
    assert instant(date(2021, 3, 14), 2, 30, 0, "America/New_York") is None
    assert instant(date(2021, 11, 7), 1, 30, 0, "America/New_York") is None


def test_day_in_a_country_needs_all_its_zones() -> None:
    at = datetime(2021, 11, 5, 14, 0, tzinfo=UTC)
    assert day_in(at, "DE") == date(2021, 11, 5)
    assert day_in(at, "AU") is None
    assert day_in(at, None) is None

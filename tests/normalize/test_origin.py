"""Outlet, agency and intermediary: three parts, each by its own evidence."""

from pathlib import Path

import pytest

from tasks.normalize.article import normalize_document
from tasks.normalize.knowledge import Knowledge
from tasks.normalize.registry import load_registry
from tasks.normalize.wires import load_wires
from tasks.records import Article, Clue, Given
from tasks.settings import CONFIG, ConfigurationError
from tests.normalize.conftest import Make, make_document

BODY = ("body", "The bridge over the harbour was opened again on Friday after eleven months of work, the town said in a statement.")


def article(knowledge: Knowledge, *lines: tuple[str, str], **more: object) -> Article:
    return normalize_document(make_document(*lines, **more), knowledge)[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        ([("body", "BEIJING (AP) — The bridge was opened again.")], "ap"),
        ([("byline", "By Ada Brook, Associated Press"), BODY], "ap"),
        ([("byline", "By Ada Brook and Tom Weir The Associated Press"), BODY], "ap"),
        ([("byline", "By ADA BROOK, AP Auto Writer"), BODY], "ap"),
        ([("byline", "Visiting authors (AA)"), BODY], None),
        ([("byline", "Welcome guest | RSS"), BODY], None),
        ([BODY, ("body", "Die Arbeiten gehen weiter. (dpa 14.4.22)")], "dpa"),
        ([BODY, ("body", "Die Arbeiten gehen weiter. (HL mit dpa)")], "dpa"),
        ([("byline", "Ada Brook/AFP"), BODY], "afp"),
        ([BODY, ("body", "The work goes on. PTI ABC XY")], "pti"),
        ([BODY, ("syndication", "(dpa)")], "dpa"),
        ([BODY, ("copyright", "© 2022 AFP")], "afp"),
        ([BODY, ("copyright", "Copyright 2022 The Associated Press. All rights reserved.")], "ap"),
        ([BODY, ("body", "The mayor cut the ribbon. (Reporting by Ada Brook; Editing by Tom Weir)")], "reuters"),
        ([("body", "大桥今天开放，市民前来参观。"), ("body", "工程历时十一个月。（完）")], "cns"),
        ([BODY, ("body", "Die Arbeiten gehen weiter. Quelle: dpa")], "dpa"),
        ([BODY, ("body", "Arbejdet fortsætter. /ritzau/")], "ritzau"),
        ([("caption", "The bridge. (AP Photo/Ada Brook)"), BODY], None),
        ([("caption", "The bridge."), ("credit", "ADA BROOK/AFP"), BODY], None),
        ([("caption", "The bridge. (Ada Brook, Copyright 2022 The Associated Press. All rights reserved.)"), BODY], None),
        ([BODY, ("body", "It opened, according to an Associated Press report citing the town.")], None),
        ([BODY, ("body", "“It is open,” she told Reuters.")], None),
        ([BODY, ("body", "The mayor spoke to AFP on Monday about the bridge (and its price).")], None),
    ],
)
def test_agency_by_the_shape_of_a_credit(knowledge: Knowledge, lines: list[tuple[str, str]], agency: str | None) -> None:
    assert article(knowledge, *lines).agency_id == agency


def test_agency_given_with_the_document(knowledge: Knowledge) -> None:
    found = article(knowledge, BODY, given=(Given("provider", "dpa", "newsml.provider"),))
    assert (found.agency_id, found.agency_source) == ("dpa", "input")


def test_photo_credit_is_on_record_as_lost(knowledge: Knowledge, make: Make) -> None:
    _, evidence, _ = normalize_document(make(("caption", "The bridge. (Ada Brook/AFP)"), BODY), knowledge)
    rows = [row for row in evidence if row.field == "agency_id"]
    assert [(row.value, row.rank) for row in rows] == [("afp", 1)]
    assert rows[0].reason is not None
    assert "photo" in rows[0].reason


def test_outlet_by_address_whatever_its_variant(knowledge: Knowledge) -> None:
    for url in ("https://www.rt.com/news/1/", "https://amp.rt.com/news/1/", "https://www-rt-com.cdn.ampproject.org/c/s/www.rt.com/news/1"):
        found = article(knowledge, BODY, url=url)
        assert (found.outlet_id, found.outlet_domain, found.outlet_country) == ("rt.com", "rt.com", "RU")


def test_unknown_outlet_keeps_its_domain_and_its_own_name(knowledge: Knowledge) -> None:
    clue = Clue("outlet", "Harbour Ledger", "meta", "meta[property=og:site_name]")
    found = article(knowledge, BODY, url="https://www.harbourledger.example/a", clues=(clue,), media_type="text/html")
    assert (found.outlet_id, found.outlet_name, found.outlet_domain) == (None, "Harbour Ledger", "harbourledger.example")
    assert found.outlet_source is not None


@pytest.mark.parametrize(
    ("domain", "stated", "name"),
    [
        ("hl.example", ["HL", "Harbour Ledger"], "Harbour Ledger"),
        ("hl.example", ["HL"], "HL"),
        ("harbourledger.example", ["Ledger Media", "The Harbour Ledger"], "The Harbour Ledger"),
        ("hl.example", ["Ledger Media", "Sport"], "Ledger Media"),
    ],
)
def test_one_name_of_the_several_that_a_site_gives_itself(knowledge: Knowledge, domain: str, stated: list[str], name: str) -> None:
    clues = tuple(Clue("outlet", one, "meta", "meta[property=og:site_name]") for one in stated)
    found = article(knowledge, BODY, url=f"https://www.{domain}/a", clues=clues, media_type="text/html")
    assert (found.outlet_name, found.outlet_domain) == (name, domain)


def test_given_name_serves_where_the_registry_does_not_know_the_domain(knowledge: Knowledge) -> None:
    found = article(knowledge, BODY, url="https://harbourledger.example/a", given=(Given("outlet", "Harbour Ledger", "row.outlet"),))
    assert (found.outlet_name, found.outlet_domain) == ("Harbour Ledger", "harbourledger.example")


def test_outlet_by_what_the_text_lets_slip(knowledge: Knowledge) -> None:
    named = article(knowledge, BODY, ("body", "Newsweek reached out for comment to the town by email on Friday."))
    assert (named.outlet_id, named.outlet_source) == ("newsweek.com", "self-mention")
    glyphs = article(knowledge, ("navigation", "icon v-compressicon v-expandicon flag ruicon full chevron downicon stepback"), BODY)
    assert (glyphs.outlet_id, glyphs.outlet_source) == ("rt.com", "fingerprint")
    social = article(knowledge, BODY, ("social", "Follow us on Google news and Join Whatsapp Group of dailylantern.example"))
    assert social.outlet_domain == "dailylantern.example"


def test_no_outlet_is_guessed(knowledge: Knowledge) -> None:
    told = ("body", "The mayor told Newsweek that the bridge was safe. Twitter was full of pictures.")
    cited = article(knowledge, BODY, told, ("social", "Follow us on twitter.com"))
    assert (cited.outlet_id, cited.outlet_name, cited.outlet_domain, cited.outlet_source) == (None, None, None, None)


def test_intermediary_is_neither_outlet_nor_agency(knowledge: Knowledge) -> None:
    notice = "(Except for the headline, this story has not been edited by NDTV staff and is published from a syndicated feed.)"
    found = article(knowledge, BODY, ("syndication", notice))
    assert (found.syndicated_via, found.outlet_id, found.agency_id) == ("NDTV", None, None)


def _config_with(folder: Path, name: str, text: str) -> Path:
    for part in ("outlets", "agencies"):
        (folder / part).mkdir()
        for path in (CONFIG / part).iterdir():
            (folder / part / path.name).write_bytes(path.read_bytes())
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_host_that_is_an_alias_is_the_outlets(knowledge: Knowledge) -> None:
    assert article(knowledge, BODY, url="http://www.msnbc.msn.com/id/1/harbour").outlet_id == "msnbc.com"
    assert article(knowledge, BODY, url="http://www.msn.com/id/1/harbour").outlet_id == "msn.com"


HEADER = "domain,name,aliases,country,language,timezone,display_timezone,wikidata,provenance\n"
ROW = "rt.com,RT,,RU,en,Europe/Moscow,Etc/GMT,,palewire\n"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (ROW + ROW, "two rows"),
        (ROW + "a.example,Ledger,,Russia,,,,,palewire\n", "line 3"),
        (ROW + "a.example,Ledger,,RU,,,,,\n", "line 3"),
        (ROW + "a.example,Ledger,,RU,,Europe/Atlantis,,,palewire\n", "no IANA time zone"),
        (ROW + "a.example,Ledger,,IN,,Asia/Calcutta,,,palewire\n", "old name"),
        (ROW + "a.example,Ledger,,IN,,Europe/London,,,palewire\n", "does not lie in IN"),
        (ROW + "a.example,Ledger,,RU,Russian,,,,palewire\n", "no language tag"),
        ("a.example,Ledger,,RU,,,,,palewire\n", "rt.com"),
    ],
)
def test_registry_refuses_contradictions(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        load_registry(_config_with(tmp_path, "outlets/outlets.csv", HEADER + rows))


def test_candidate_that_is_vouched_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="keep one row"):
        load_registry(_config_with(tmp_path, "outlets/candidates.csv", "domain,name,country,provenance\nrt.com,RT,RU,x\n"))


def test_form_without_an_agency_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        load_wires(_config_with(tmp_path, "agencies/forms.csv", "form,agency,kind,yes,no\nXYZ,nobody,mark,a,b\n"))


def test_a_bare_mark_counts_in_the_language_of_its_country(knowledge: Knowledge) -> None:
    swedish = [
        ("headline", "Bron över Elven är öppen"),
        ("boilerplate", "TT"),
        ("timestamp", "Publicerad 2022-04-14"),
        ("body", "Den nya bron över Elven öppnades för trafik på torsdagen och många ville gå över den, säger kommunen."),
    ]
    english = [("headline", "The bridge is open"), ("boilerplate", "TT"), ("body", "The new bridge over the river was opened to traffic.")]
    assert [article(knowledge, *lines).agency_id for lines in (swedish, english)] == ["tt", None]


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        ([("byline", "mit dpa"), BODY], "dpa"),
        ([("byline", "Ouest-France avec AFP"), BODY], "afp"),
        ([BODY, ("body", "Die Stadt plant mehr. (dpa/lnw)")], "dpa"),
        ([BODY, ("body", "Die Stadt plant mehr. (SDA, red, 14.4.2022)")], "keystone-ats"),
        ([BODY, ("body", "It was named by the Association (APA).")], None),
        ([BODY, ("body", "It was seen from the bridge. (Ada Brook/AFP)")], None),
    ],
)
def test_agency_beside_the_house_s_own_desk(knowledge: Knowledge, lines: list[tuple[str, str]], agency: str | None) -> None:
    found = article(knowledge, ("headline", "Bridge opens"), *lines)
    assert (found.agency_id, found.authors) == (agency, ())

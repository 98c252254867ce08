"""Headline, address, language, section: the fields of the story itself."""

from dataclasses import replace

import pytest

from tasks.normalize.address import canonical, domains, tidy
from tasks.normalize.article import normalize_document
from tasks.normalize.headline import headline_candidates, without_site
from tasks.normalize.knowledge import Knowledge
from tasks.normalize.reading import read
from tasks.normalize.site import clean_name
from tasks.normalize.tongues import detect, normal_tag
from tasks.records import Article, Clue, Span
from tests.normalize.conftest import Make, make_document

BODY = ("body", "The bridge over the harbour was opened again on Friday after eleven months of work, the town said.")


def page(knowledge: Knowledge, *clues: Clue, printed: str | None = None) -> Article:
    """The article of a page; `printed` stands above its story."""
    document = make_document(
        *[("headline", printed)][: bool(printed)], BODY, clues=clues, media_type="text/html", url="https://ledger.example/a"
    )
    return normalize_document(document, knowledge)[0]


def h1(text: str) -> Clue:
    return Clue("headline", text, "heading", "h1", 5)


def part(text: str) -> Clue:
    return Clue("headline", text, "heading", "h1 part", 5)


def og(text: str) -> Clue:
    return Clue("headline", text, "meta", "meta[property=og:title]")


def ld(text: str) -> Clue:
    return Clue("headline", text, "json-ld", "NewsArticle.headline")


def title(text: str) -> Clue:
    return Clue("headline", text, "title-element", "title")


SITE = Clue("outlet", "Harbour Ledger", "meta", "meta[property=og:site_name]")


@pytest.mark.parametrize(
    ("clues", "headline"),
    [
        ((h1("Harbour Ledger"), og("Bridge opens again"), SITE), "Bridge opens again"),
        ((h1("Most read"), og("Bridge opens again")), "Bridge opens again"),
        ((h1("Harbour Bridge opens after long work"), og("Bridge opens after long work")), "Bridge opens after long work"),
        ((og("Bridge opens again | Harbour Ledger"), SITE), "Bridge opens again"),
        ((title("Harbour Ledger: Bridge opens again"), SITE), "Bridge opens again"),
        ((title("Bridge – a story of steel"), SITE), "Bridge – a story of steel"),
        (
            (h1("Town news Bridge opens again"), part("Bridge opens again"), og("Bridge opens again"), ld("Bridge opens again")),
            "Bridge opens again",
        ),
        (
            (og("Bridge opens again after long work | Harbour"), h1("Bridge opens again after long work")),
            "Bridge opens again after long work",
        ),
        ((og("Mayor calls bridge"), title('Mayor calls bridge "a gift"')), 'Mayor calls bridge "a gift"'),
        ((og("Mayor&#39;s bridge opens"),), "Mayor's bridge opens"),
        ((), None),
    ],
)
def test_headline_of_a_page(knowledge: Knowledge, clues: tuple[Clue, ...], headline: str | None) -> None:
    assert page(knowledge, *clues).headline == headline


def test_printed_heading_outranks_a_shorter_one_for_sharing(knowledge: Knowledge) -> None:
    clues = h1("Bridge opens again after 11 months"), og("Bridge opens again")
    assert page(knowledge, *clues, printed=clues[0].raw).headline == "Bridge opens again after 11 months"


def test_name_of_the_site_is_no_headline(knowledge: Knowledge) -> None:
    assert page(knowledge, h1("Harbour Ledger"), SITE, printed="Harbour Ledger").headline is None


def test_stated_headline_that_is_printed_outranks_the_one_for_sharing(knowledge: Knowledge) -> None:
    clues = ld("Bridge opens again"), og("Bridge: all you need")
    assert page(knowledge, *clues, printed="Bridge opens again").headline == "Bridge opens again"


def test_headline_of_a_text_is_the_first_printed_one_as_printed(make: Make) -> None:
    document = make(("headline", "Town rejects ‘haste’ over bridge"), ("headline", "Another"), BODY)
    found = [c.value for c in headline_candidates(read(document), None, None, {})]
    assert found[0] == "Town rejects ‘haste’ over bridge"


def test_standfirst_is_the_alternative_headline_and_stays_in_the_body(knowledge: Knowledge, make: Make) -> None:
    article = normalize_document(make(("headline", "Bridge opens"), ("standfirst", "Lorries must wait"), BODY), knowledge)[0]
    assert article.alternative_headline == "Lorries must wait"
    assert article.body.startswith("Lorries must wait\n\n")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("headline", "Bridge opens"), ("body", "Lorries must wait."), ("byline", "By Ada Brook"), BODY], "Lorries must wait."),
        ([("headline", "Bridge opens"), ("body", "Lorries must wait"), ("boilerplate", "Listen"), BODY], "Lorries must wait"),
        ([("headline", "Bridge opens"), ("body", "Lorries must wait."), ("advertisement", "Advertisement"), BODY], None),
        ([("headline", "Bridge opens"), ("body", "Lorries must wait"), BODY], None),
        ([("headline", "Bridge opens"), ("byline", "By Ada Brook"), ("body", "Lorries must wait"), ("share", "Share"), BODY], None),
    ],
)
def test_first_paragraph_between_headline_and_byline_is_a_standfirst(
    knowledge: Knowledge, lines: list[tuple[str, str]], found: str | None
) -> None:
    assert normalize_document(make_document(*lines), knowledge)[0].alternative_headline == found


def test_description_counts_only_where_it_is_printed(knowledge: Knowledge) -> None:
    printed = Clue("alternative_headline", BODY[1], "meta", "meta[property=og:description]")
    hidden = Clue("alternative_headline", "All about bridges.", "meta", "meta[name=description]")
    assert page(knowledge, hidden).alternative_headline is None
    assert page(knowledge, hidden, printed).alternative_headline == BODY[1]


def test_what_repeats_the_headline_is_no_alternative(knowledge: Knowledge, make: Make) -> None:
    document = make(("headline", "Bridge opens"), ("kicker", "Bridge opens"), BODY)
    assert normalize_document(document, knowledge)[0].alternative_headline is None


def test_a_word_between_separators_is_kept_unless_it_is_the_site() -> None:
    assert without_site("Harbour - Bridge - Ledger", ["harbourledger"]) == "Harbour - Bridge - Ledger"
    assert without_site("Bridge - Harbour Ledger", ["harbourledger"]) == "Bridge"


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("HTTPS://Www.Ledger.Example/a?utm_source=x&id=3#top", "https://www.ledger.example/a?id=3"),
        ("https://ledger.example/a?fbclid=1", "https://ledger.example/a"),
        ("https://www-ledger-example.cdn.ampproject.org/c/s/ledger.example/a", "https://ledger.example/a"),
        ("/b", "https://ledger.example/b"),
        ("mailto:a@b.example", None),
        ("not a url", None),
    ],
)
def test_url(raw: str, url: str | None) -> None:
    assert tidy(raw, "https://ledger.example/a") == url


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://www.ledger.example/a/amp/", "https://www.ledger.example/a"),
        ("https://amp.ledger.example/a", "https://www.ledger.example/a"),
        ("https://ledger.example/a.amp.html", "https://ledger.example/a.html"),
        ("https://ledger.example/camp", "https://ledger.example/camp"),
    ],
)
def test_canonical_url_without_amp(url: str, plain: str) -> None:
    assert canonical(url) == plain


def test_domains_from_host_to_registrable() -> None:
    assert domains("https://news.bbc.co.uk/1") == ("news.bbc.co.uk", "bbc.co.uk")
    assert domains("https://localhost/") == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The bridge over the harbour was opened again on Friday after eleven months of work.", "en"),
        ("Die Brücke über den Hafen wurde am Freitag nach elf Monaten Arbeit wieder geöffnet.", "de"),
        ("Мост через гавань снова открыли в пятницу после одиннадцати месяцев работы, и он не закрывается.", "ru"),
        ("Міст через гавань знову відкрили у п'ятницю після одинадцяти місяців роботи, та він уже не зачиняється.", "uk"),
        ("Η γέφυρα πάνω από το λιμάνι άνοιξε ξανά την Παρασκευή μετά από έντεκα μήνες.", "el"),
        ("港口大桥经过十一个月的施工于星期五重新开放，市民前来参观。", "zh"),
        ("港の橋は十一か月の工事を終えて金曜日に再び開通しました。", "ja"),
        ("Köprü on bir ay süren çalışmanın ardından cuma günü yeniden açıldı ve bir daha kapanmayacak.", "tr"),
        ("पुल को ग्यारह महीने के काम के बाद शुक्रवार को फिर से खोला गया और यह अब बंद नहीं होगा।", "hi"),
        ("Ok.", "und"),
        ("", "und"),
    ],
)
def test_language(knowledge: Knowledge, text: str, language: str) -> None:
    assert detect(text, knowledge.tongues)[0] == language


def test_page_claims_count_only_where_the_text_is_too_short(knowledge: Knowledge) -> None:
    claim = Clue("language", "de-DE", "html-element", "html[lang]")
    assert page(knowledge, claim).language == "en"
    short = make_document(("body", "Gut."), clues=(claim,), media_type="text/html")
    assert normalize_document(short, knowledge)[0].language == "de"


@pytest.mark.parametrize(("raw", "tag"), [("en-US", "en"), ("no_NO", "nb"), ("iw", "he"), ("und", None), ("English language", None)])
def test_language_tags(raw: str, tag: str | None) -> None:
    assert normal_tag(raw) == tag


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("© 2022 Harbour Ledger GmbH. All rights reserved.", "Harbour Ledger"),
        ("harbour.com", "Harbour"),
        ("Harbour Ledger - News from the coast", "Harbour Ledger"),
        ("https://harbour.example", None),
        ("@harbour", None),
    ],
)
def test_site_names(raw: str, name: str | None) -> None:
    assert clean_name(raw) == name


def test_section_and_keywords_as_given(knowledge: Knowledge) -> None:
    clues = (
        Clue("section", "Nature &amp; Sea", "json-ld", "NewsArticle.articleSection"),
        Clue("keyword", "bridge, harbour", "meta", "meta[name=keywords]"),
        Clue("keyword", "steel, bridge", "meta", "meta[name=keywords]"),
    )
    found = page(knowledge, *clues)
    assert (found.section, found.keywords) == ("Nature & Sea", ("bridge", "harbour", "steel"))


def test_invisible_characters_part_no_line() -> None:
    pieces = (("headline", "Har"), ("control", "\u00ad"), ("headline", "bour"), ("control", "\u200b"), ("headline", " opens"))
    stripped = make_document(BODY)
    source, spans, place = "Below\nBy Ada Brook", [], 0
    for kind, text in (*pieces, ("control", "\u200e"), ("byline", source)):
        spans.append(Span(place, place + len(text), kind, "test"))
        place += len(text)
    source = "".join(text for _, text in pieces) + "\u200e" + source
    made = replace(stripped, parsed=replace(stripped.parsed, source_text=source), paragraphs=(), spans=tuple(spans))
    lines = [(line.kind, line.text, source[line.start]) for line in read(made).lines]
    assert lines == [("headline", "Harbour opens", "H"), ("byline", "Below", "B"), ("byline", "By Ada Brook", "B")]

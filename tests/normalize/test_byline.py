"""Bylines: people only, in order, roles apart."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.normalize import signers
from tasks.normalize.authors import sign
from tasks.normalize.byline import People
from tasks.normalize.knowledge import Knowledge
from tasks.normalize.reading import read
from tasks.normalize.weights import load_weights
from tasks.records import Clue, Given
from tasks.settings import CONFIG
from tests.normalize.conftest import Make

SIGNERS = load_weights(CONFIG / signers.FILE)


@pytest.fixture(scope="module")
def people(knowledge: Knowledge) -> People:
    return People(knowledge.lexicon, knowledge.registry, knowledge.wires)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ada Brook", ["Ada Brook"]),
        ("By Ada Brook and Tom Weir", ["Ada Brook", "Tom Weir"]),
        ("By Ada Brook, Tom Weir and Ines Rua", ["Ada Brook", "Tom Weir", "Ines Rua"]),
        ("BY ADA BROOK", ["Ada Brook"]),
        ("Von Jürgen von der Heide und Mia Kolb", ["Jürgen von der Heide", "Mia Kolb"]),
        ("Par Élodie Garnier et Luc Petit", ["Élodie Garnier", "Luc Petit"]),
        ("Por Lucía Mena y Juan Ortiz", ["Lucía Mena", "Juan Ortiz"]),
        ("di Anna De Luca e Pietro Neri", ["Anna De Luca", "Pietro Neri"]),
        ("Автор: Ольга Тимина", ["Ольга Тимина"]),
        ("作者：林小舟", ["林小舟"]),
        ("김민수 기자", ["김민수"]),
        ("Interview von Jana Weber und Tom Hale", ["Jana Weber", "Tom Hale"]),
        ("Das Gespräch führte Jana Weber", ["Jana Weber"]),
        ("Entretien réalisé par Claire Garnier", ["Claire Garnier"]),
        ("De notre correspondante à Rome, Claire Garnier", ["Claire Garnier"]),
        ("dal nostro inviato Pietro Neri", ["Pietro Neri"]),
        ("Ana Souza (texto) e Paulo Reis (fotografia)", ["Ana Souza"]),
        ("Texto: Lucía Mena. Fotos: Juan Ortiz", ["Lucía Mena"]),
        ("Ana Souza, Do UOL, em Recife", ["Ana Souza"]),
        ("Rozmawiała: Anna Nowak", ["Anna Nowak"]),
        ("Беседовала Ольга Тимина", ["Ольга Тимина"]),
        ("記者林小舟、陳立／高雄報導", ["林小舟", "陳立"]),
        ("本报记者 林小舟 通讯员 陈立", ["林小舟", "陈立"]),
        ("取材・文：山田太郎", ["山田太郎"]),
        ("By Ada Brook for Harbour Weekly", ["Ada Brook"]),
        ("By Ada Brook in Lisbon", ["Ada Brook"]),
        ("By Ada Brook, Associated Press", ["Ada Brook"]),
        ("Elif Sönmez / AA", ["Elif Sönmez"]),
        ("Weir, Tom", ["Tom Weir"]),
        ("By Ada Brook ada.brook@harbour.example", ["Ada Brook"]),
        ("By Ada Brook, April 14, 2022 4:12 PM", ["Ada Brook"]),
        ("Ada BrookNovember 20, 2022", ["Ada Brook"]),
        ("ByAda Brook", ["Ada Brook"]),
        ("Dr. Ada Brook", ["Ada Brook"]),
        ("By ADA BROOK FOR HARBOUR WEEKLY", ["Ada Brook"]),
        ("North-Post Ada Brook", ["North-Post Ada Brook"]),
        ("Ouest-France Ada BROOK", ["Ada Brook"]),
        ("Marianne Brook Weir", ["Marianne Brook Weir"]),
        ("Opracowanie: Ada Gaj", ["Ada Gaj"]),
        ("Texte par : Ada Rive Suivre", ["Ada Rive"]),
        ("Ada Ribeiro - Repórter da Agência Norte - Porto", ["Ada Ribeiro"]),
        ("Source: Xinhua| 2022-04-14 09:12:30|Editor: linxi", []),
        ("Quelle: Elbheimer Bote", []),
        ("By Associated Press", []),
        ("Reuters Staff", []),
        ("dpa", []),
        ("By Newsweek", []),
        ("News Desk", []),
        ("Redaktion", []),
        ("Editing by Paula Reeve", []),
        ("desk@harbour.example", []),
        ("By", []),
        ("", []),
    ],
)
def test_names(people: People, raw: str, names: list[str]) -> None:
    assert [author.name for author in people.read(raw).authors] == names


@pytest.mark.parametrize(
    ("raw", "role"),
    [("By Ada Brook, Culture reporter", "Culture reporter"), ("Ada Brook Senior Harbour Correspondent", "Senior Harbour Correspondent")],
)
def test_role_stands_apart(people: People, raw: str, role: str) -> None:
    author = people.read(raw).authors[0]
    assert (author.name, author.role) == ("Ada Brook", role)


def test_agency_of_a_byline_is_told(people: People) -> None:
    assert [agency.id for agency in people.read("By Ada Brook, Associated Press").agencies] == ["ap"]


def test_outlets_own_name_is_no_author(people: People) -> None:
    assert people.read("Ledger Harbour", frozenset({"ledgerharbour"})).authors == ()


def test_first_source_decides_and_the_others_stay_on_record(people: People, make: Make) -> None:
    document = make(
        ("byline", "By Tom Weir"),
        ("body", "The bridge is open."),
        clues=(Clue("author", "Ada Brook", "json-ld", "NewsArticle.author.name"),),
        given=(),
    )
    signed = sign(read(document), people, frozenset(), None, SIGNERS)
    assert [author.name for author in signed.authors] == ["Ada Brook"]
    assert ("Tom Weir", "json-ld comes first") in [(c.value, c.lost) for c in signed.candidates]


def test_given_byline_outranks_the_page(people: People, make: Make) -> None:
    document = make(("byline", "By Tom Weir"), ("body", "The bridge."), given=(Given("byline", "By Ada Brook", "row.byline"),))
    assert [a.name for a in sign(read(document), people, frozenset(), None, SIGNERS).authors] == ["Ada Brook"]


def test_byline_inside_the_story(people: People, make: Make) -> None:
    document = make(("body", "新华社武汉3月5日电（记者林小舟、陈立）大桥今天开放。"))
    assert [a.name for a in sign(read(document), people, frozenset(), None, SIGNERS).authors] == ["林小舟", "陈立"]


def test_marked_bylines_far_from_the_headline_are_other_peoples(people: People, make: Make) -> None:
    clues = (
        Clue("headline", "The bridge", "heading", "h1", 10),
        Clue("author", "Ada Brook", "byline-element", ".byline", 60),
        Clue("author", "Tom Weir", "byline-element", ".comment-author", 9000),
    )
    signed = sign(read(make(("body", "The bridge is open."), clues=clues)), people, frozenset(), None, SIGNERS)
    assert [author.name for author in signed.authors] == ["Ada Brook"]


BODY = ("body", "The bridge over the harbour was opened again after eleven months of work, the town said in a statement.")


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([("body", "Олена Гай — Четвер, 14 квітня 2022, 09:12"), BODY], ["Олена Гай"]),
        ([("body", "Publicado em 14/04/2022 - 12:30 Por Ada Ribeiro - Repórter da Agência Norte - Porto"), BODY], ["Ada Ribeiro"]),
        ([("timestamp", "Ada Brook — Thursday, 14 April 2022, 09:12"), BODY], ["Ada Brook"]),
        ([("boilerplate", "By Ada Brook"), BODY], ["Ada Brook"]),
        ([("boilerplate", "Texte par : Ada Rive Suivre"), BODY], ["Ada Rive"]),
        ([BODY, ("boilerplate", "Ксения Гай, Самара")], ["Ксения Гай"]),
        ([("boilerplate", "By using this site you agree"), BODY], []),
        ([("boilerplate", "Ада Гай, Самара"), BODY], []),
        ([BODY, ("boilerplate", "Economy, Culture")], []),
        ([BODY, ("boilerplate", "By Ada Brook")], []),
    ],
)
def test_names_in_lines_that_are_no_byline(
    knowledge: Knowledge, people: People, make: Make, lines: list[tuple[str, str]], names: list[str]
) -> None:
    document = make(("headline", "Bridge opens"), *lines)
    assert [author.name for author in sign(read(document), people, frozenset(), None, SIGNERS).authors] == names


def stated(name: str, source: str = "json-ld", rule: str = "NewsArticle.author.name", offset: int | None = None) -> Clue:
    return Clue("author", name, source, rule, offset)


@pytest.mark.parametrize(
    ("clues", "lines", "names"),
    [
        ([stated("Ada Brook")], [("byline", "By Ada Brook and Tom Weir"), BODY], ["Ada Brook", "Tom Weir"]),
        ([stated("Ines Rua"), stated("Ada Brook", "meta", "meta[name=author]")], [("byline", "By Ada Brook"), BODY], ["Ada Brook"]),
        ([stated("brook_ada")], [BODY], ["brook_ada"]),
        ([stated("Ada"), stated("Ada Brook", "byline-element", ".author", 5)], [BODY], ["Ada Brook"]),
        (
            [stated("Ada Brook Gardener", "byline-element", ".author"), stated("Ada Brook", "byline-element", ".name")],
            [BODY],
            ["Ada Brook"],
        ),
        ([stated("admin")], [BODY], []),
        ([stated("Elbheim Ledger")], [("navigation", "July 13, 2024 by Ada Brook"), BODY], ["Ada Brook"]),
        ([], [BODY, ("related", "Posted on 14 April 2022 by Ada Brook")], ["Ada Brook"]),
        ([], [("caption", "By Ada Brook"), BODY], []),
        ([], [BODY, ("comments", "Posted by Tom Weir")], []),
        ([stated("Ada Brook | Harbour reporter", "byline-element", ".author", 5)], [BODY], ["Ada Brook"]),
        ([], [("navigation", "By Ada Brook April 14, 2022"), BODY], ["Ada Brook"]),
        ([], [("navigation", "by: Ada Brook, Apr 14, 2022"), BODY], ["Ada Brook"]),
        ([], [("navigation", "By 14 April 2022 the bridge had 300 visitors"), BODY], []),
        ([], [BODY, ("boilerplate", "Ada Brook | 14.04.2022"), BODY], ["Ada Brook"]),  # below the standfirst
        ([], [BODY, ("boilerplate", "Author(s)"), ("boilerplate", "Ada Brook"), BODY], ["Ada Brook"]),
        ([], [BODY, ("boilerplate", "Ada Brook"), BODY], []),
        ([], [("byline", "Author Ada Brook"), ("byline", "Translation: Tom Weir"), BODY], ["Ada Brook"]),
        ([stated("weir201", "byline-element", "a[rel=author]", 5)], [BODY], ["weir201"]),
    ],
)
def test_places_of_a_page_that_name_its_authors(
    people: People, make: Make, clues: list[Clue], lines: list[tuple[str, str]], names: list[str]
) -> None:
    document = make(*lines, clues=clues, media_type="text/html")
    assert [author.name for author in sign(read(document), people, frozenset({"elbheimledger"}), None, SIGNERS).authors] == names


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("Ada Brook, PhD", ["Ada Brook"]),
        ("Ada M. Brook MBA", ["Ada M. Brook"]),
        ("Jack Y. Ma", ["Jack Y. Ma"]),
        ("Tom DiBrook", ["Tom DiBrook"]),
        ("Posted byAda Brook", ["Ada Brook"]),
        ("By Ada Brook on", ["Ada Brook"]),
        ("Kommentar von", []),
        ("Related Posts", []),
        ("The Harbourist", []),
        ("Wednesday, 08 Apr 2020 11:39 PM MYT", []),
        ("08 Apr 2020 11:39 PM MYT | Ada Brook", ["Ada Brook"]),
        ("Adabrook201", []),  # one word, and nothing says that it is a name
        ("In Budget Travel", []),
    ],
)
def test_what_stands_around_a_name(people: People, raw: str, names: list[str]) -> None:
    assert [author.name for author in people.read(raw).authors] == names


def test_site_of_a_person_is_signed_by_that_person(people: People) -> None:
    assert [a.name for a in people.read("Ines Brookweir", frozenset({"inesbrookweir"})).authors] == ["Ines Brookweir"]
    assert people.read("Harbour Ledger", frozenset({"harbourledger"})).authors == ()


PAGE = (("headline", "The tide mill turns again"), ("timestamp", "14 April 2022"))
STORY = ("body", "The tide mill turns again after years, and those who live beside it contact the town hall about the noise it makes.")


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ((*PAGE, ("boilerplate", "Ada Brook"), STORY), ["Ada Brook"]),  # a name alone, beside the date
        ((*PAGE, ("navigation", "By"), ("boilerplate", "Ada Brook"), STORY), ["Ada Brook"]),  # `By` on a line of its own
        ((*PAGE, ("navigation", "Tide Mills"), ("navigation", "Town Hall"), ("navigation", "Those Years"), STORY), []),  # a menu
        ((*PAGE, ("boilerplate", "Town Hall"), STORY), []),  # words that the story uses as words
        ((*PAGE, ("navigation", "Posted by Ada on 14 April 2022"), STORY), ["Ada"]),
    ],
)
def test_the_ranking_tells_names_on_lines_of_their_own(
    people: People, make: Make, lines: tuple[tuple[str, str], ...], names: list[str]
) -> None:
    document = make(*lines, media_type="text/html", clues=(Clue("headline", "The tide mill turns again", "heading", "h1", 0),))
    assert [author.name for author in sign(read(document), people, frozenset(), None, SIGNERS).authors] == names


@pytest.mark.parametrize("raw", ["14.04.2022 - Ada Brook", "Dec 17, 2025Ada Brook", "14 April 2022, 09:12 | By Ada Brook"])
def test_a_date_before_a_name_is_dropped(people: People, raw: str) -> None:
    assert [author.name for author in people.read(raw).authors] == ["Ada Brook"]


PIECES = st.sampled_from(
    ["Von", "Da", "do", "By", "la", "Ada", "Brook", "UOL", "기자", "외", "記者", "photos", "PhD", "Dr.", *" +*=:,;/|()&-'\u0301\u200b7"]
)
BYLINES = st.one_of(st.text(max_size=80), st.lists(st.one_of(PIECES, st.characters()), max_size=14).map("".join))


@given(BYLINES, st.booleans())
@example("Von+Berg", False)
@example("By la+Repubblica", False)
@example("Ada Brook, Da:Redação", False)
@example("Ada Brook (de+Folha)", False)
@example("Ada Brook, de=Berg", False)
def test_no_byline_raises_and_each_author_has_a_name(people: People, raw: str, single: bool) -> None:
    assert all(author.name.strip() for author in people.read(raw, single=single).authors)


@pytest.mark.parametrize(
    ("raw", "names"),
    [("Van DIJK", ["Van Dijk"]), ("El KHATIB", ["El Khatib"]), ("Ada Brook, Do UOL", ["Ada Brook"]), ("Do UOL", []), ("Da RFI", [])],
)
def test_particle_before_capitals_is_an_outlet_in_portuguese_alone(people: People, raw: str, names: list[str]) -> None:
    assert [author.name for author in people.read(raw).authors] == names


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ada Brook and Bo Ek (photos)", ["Ada Brook"]),
        ("Ana Souza e Paulo Reis (fotos)", ["Ana Souza"]),
        ("Ada Brook und Tom Weir (Fotos)", ["Ada Brook"]),
        ("Ada Brook avec Tom Weir (photos)", ["Ada Brook"]),
        ("Ada Brook & Bo Ek (photos)", ["Ada Brook"]),
        ("Ada Brook | Bo Ek (photos)", ["Ada Brook"]),
        ("Ada Brook – Bo Ek (photos)", ["Ada Brook"]),
        ("Ada Brook, Tom Weir and Bo Ek (video)", ["Ada Brook", "Tom Weir"]),
        ("Bo Ek (photos) and Ada Brook", ["Ada Brook"]),
        ("Bo Ek (Photos)", []),
        ("Text von Ada Brook. Fotos: Bo Ek", ["Ada Brook"]),
    ],
)
def test_who_took_the_pictures_did_not_write(people: People, raw: str, names: list[str]) -> None:
    assert [author.name for author in people.read(raw).authors] == names


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thế Anh",
        "Thế Lâm",
        "The\u0302\u0301 Lâm",
        "A Raza",
        "Em Ford",
        "Per Berg",
        "Da Luz",
        "Ada Reading",
        "Die Ganz",
        "The Rev. Ada Brook",
    ],
)
def test_names_that_look_like_small_words(people: People, name: str) -> None:
    assert [author.name for author in people.read(f"By {name}").authors] == [name]


@pytest.mark.parametrize(
    "raw", ["The Harbourist", "THE HARBOURIST", "Continue Reading", "em Recife", "à Rome", "Für Elbheim", "Die Redaktion"]
)
def test_where_for_whom_and_outlets_are_nobody(people: People, raw: str) -> None:
    assert people.read(raw).authors == ()


@pytest.mark.parametrize("raw", ["Ada Brook em", "Ada Brook à", "Ada Brook für", "Ada Brook per 14.04.2022"])
def test_a_small_word_left_behind_a_name_is_no_part_of_it(people: People, raw: str) -> None:
    assert [author.name for author in people.read(raw).authors] == ["Ada Brook"]

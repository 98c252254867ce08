"""What the judge makes of the lines of a text: debris in the shapes of real pages, stories invented."""

import pytest

from tests.strip.making import paragraphs, removed, stripped

LEAD = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it."
NEXT = "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time."
LAST = "The first crossing is planned for Friday, weather permitting, and tickets will cost what they did nine years ago."


def text(*lines: str) -> str:
    return "\n\n".join(lines)


def test_headline_repeated_headline_and_standfirst() -> None:
    document = stripped(
        text("Ferry returns to old harbour", "Nine winters on, the ropes are still dry", "Ferry returns to old harbour", LEAD, NEXT)
    )
    assert removed(document) == [("headline", "Ferry returns to old harbour")] * 2
    assert [p.role for p in document.paragraphs] == ["standfirst", "paragraph", "paragraph"]


def test_given_headline_is_found_below_other_lines() -> None:
    document = stripped(
        text("Harbour life", "Ferry returns to old harbour - The Quay", LEAD, NEXT), headline="Ferry returns to old harbour"
    )
    assert ("headline", "Ferry returns to old harbour - The Quay") in removed(document)


def test_a_text_that_begins_with_its_story_has_no_headline() -> None:
    document = stripped(text(LEAD, NEXT, LAST))
    assert paragraphs(document) == [LEAD, NEXT, LAST]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("See also  Man finds a coin worth a fortune in his attic", "related"),
        ("Lesen Sie auch: Die alte Brücke bleibt gesperrt", "related"),
        ("Читайте также: Мост закрыт до лета", "related"),
        ("A ferry leaves the port on May 4, 2023. (Lena Ruiz, Pool Photo via AP, file)", "caption"),
        ("FILE - The ferry in its last summer, seen from the old mole.", "caption"),
        ("Advertisement", "advertisement"),
        ("Follow us on Google News, Twitter, and join our WhatsApp group", "social"),
    ],
)
def test_debris_inside_the_story(line: str, kind: str) -> None:
    document = stripped(text("Ferry returns to old harbour", LEAD, line, NEXT, LAST))
    assert (kind, line) in removed(document)
    assert paragraphs(document) == [LEAD, NEXT, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "He paid with cookies that his mother had baked, the captain said, and nobody on the quay thought that odd at all.",
        "– Ropes in the kitchen –",
        "“Read more,” the teacher told them.",
        "Photos of the ferry hung in every kitchen of the town for nine years, and children drew it from memory at school.",
        "The company, which has read more about the harbour than anyone, will pay for the lights on the mole this winter.",
    ],
)
def test_story_lines_that_resemble_debris_stay(line: str) -> None:
    document = stripped(text("Ferry returns to old harbour", LEAD, line, NEXT, LAST))
    assert line in paragraphs(document)


def test_share_counters_at_the_head_go_and_figures_in_a_table_stay() -> None:
    counters = stripped(text("Ferry returns to old harbour", "0", "8", LEAD, NEXT))
    assert [t for kind, t in removed(counters) if kind == "share"] == ["0", "8"]
    table = stripped(text("Results of the regatta", LEAD, "11", "9", "7", "5", "4", "2", NEXT))
    assert "7" in paragraphs(table)


def test_caption_before_its_credit() -> None:
    document = stripped(
        text(
            "Ferry returns to old harbour",
            LEAD,
            "The ferry, which the harbour master said would never…",
            "ADA LUND/AFP; PER BERG/AFP",
            NEXT,
            LAST,
        )
    )
    assert [(c.text, c.credit) for c in document.captions] == [
        ("The ferry, which the harbour master said would never…", "ADA LUND/AFP; PER BERG/AFP")
    ]
    assert paragraphs(document) == [LEAD, NEXT, LAST]


@pytest.mark.parametrize(
    "place", ["Skagen:", "Cortina d’Ampezzo:", "Reggio nell’Emilia –", "Sant'Angelo dell'Isola:", "Brook upon Weir –", "Castel della Rua:"]
)
def test_dateline_on_a_line_of_its_own(place: str) -> None:
    assert ("dateline", place) in removed(stripped(text("Ferry returns to old harbour", place, LEAD, NEXT)))


@pytest.mark.parametrize("line", ["In short:", "Ferry in numbers:", "Unter anderem:"])
def test_an_announcement_is_no_dateline(line: str) -> None:
    assert ("dateline", line) not in removed(stripped(text("Ferry returns to old harbour", line, LEAD, NEXT)))


def test_a_plea_takes_its_signature_and_what_speaks_to_the_reader() -> None:
    plea = [
        "you are a loyal reader",
        "That is why we founded The Quay nine years ago – to bring the harbour to readers like you.",
        "Our work costs money, and so we have a favour to ask of those to whom it has become dear.",
        "For as little as $3 per month you can help support our independent journalism.",
        "Ada Lund, founding editor of The Quay",
        "join our community",
        "Already a member? Sign in to stop seeing this",
    ]
    document = stripped(text("Ferry returns to old harbour", LEAD, NEXT, LAST, *plea))
    assert paragraphs(document) == [LEAD, NEXT, LAST]
    assert {kind for kind, _ in removed(document)} <= {"headline", "donation", "paywall"}


def test_a_donation_in_the_story_is_story() -> None:
    line = "The town made a donation of nine ropes, and the mayor asked people to support the crew in any way that they could."
    assert line in paragraphs(stripped(text("Ferry returns to old harbour", LEAD, line, NEXT, LAST)))


def test_credit_tail_is_cut_out_of_a_kept_line() -> None:
    document = stripped(text("Ferry returns to old harbour", LEAD, NEXT, LAST + " (Reporting by Ada Lund; Editing by Per Berg)"))
    assert paragraphs(document)[-1] == LAST
    assert ("byline", "(Reporting by Ada Lund; Editing by Per Berg)") in removed(document)


def test_icon_font_line_and_date_line() -> None:
    document = stripped(
        text("icon searchicon closeicon menuicon chevron downicon", "14 Apr, 2022 13:52", "Ferry returns to old harbour", LEAD, NEXT)
    )
    assert removed(document)[:2] == [
        ("navigation", "icon searchicon closeicon menuicon chevron downicon"),
        ("timestamp", "14 Apr, 2022 13:52"),
    ]


def test_titles_below_a_related_label_go_with_it() -> None:
    document = stripped(text("Ferry returns to old harbour", LEAD, "Related stories", "Nine ropes that held a town together", NEXT, LAST))
    assert ("related", "Nine ropes that held a town together") in removed(document)


def test_a_judgement_does_not_depend_on_what_was_judged_before() -> None:
    first = stripped(text("Ferry returns to old harbour", LEAD, NEXT))
    stripped(text("Another story", NEXT, LAST))
    assert stripped(text("Ferry returns to old harbour", LEAD, NEXT)) == first

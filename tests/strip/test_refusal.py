"""What is no article, and the flags of what is one."""

import pytest

from tasks.settings import CONFIG
from tasks.strip.refusal import load_refusals, refusal
from tasks.strip.shard import parse
from tasks.strip.story import strip_document
from tests.strip.making import DEBRIS, raw, stripped

KNOWN = load_refusals(CONFIG)
LEAD = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay to see it."
NEXT = "“We had given up,” said the harbour master, who had kept the ropes dry in his own kitchen for all of that time."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("404 Not Found\n\nThe page you are looking for could not be found. Try the search.", "error-page"),
        ("Страница не найдена\n\nПопробуйте начать с главной страницы.", "error-page"),
        (
            "We value your privacy\n\nWe and our 842 partners store information on a device.\n\nAccept all cookies\n\nManage options",
            "consent-wall",
        ),
        ("Ferry returns\n\nIt is back.", "too-short"),
        (" \n ", "no-article"),
    ],
)
def test_refused_with_its_reason(text: str, reason: str) -> None:
    result = refusal(stripped(text), KNOWN, 20)
    assert result is not None
    assert result[0] == reason


def test_a_story_about_an_error_page_is_a_story() -> None:
    story = "\n\n".join(["Ministry site shows 404 not found for nine days", *[LEAD, NEXT] * 6])
    assert refusal(stripped(story), KNOWN, 20) is None


def test_a_failed_part_below_a_short_story_does_not_refuse_it() -> None:
    below = ["Page non trouvée", "Le contenu auquel vous tentez d'accéder n'existe pas."]
    assert refusal(stripped("\n\n".join(["Ferry returns to old harbour", LEAD, NEXT, LEAD[::-1] + ".", *below])), KNOWN, 20) is None
    told = stripped("\n\n".join(["Page non trouvée", "Ferry returns to old harbour", LEAD, NEXT]))
    assert refusal(told, KNOWN, 20) is not None


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("/harbour/2022/04/14/ferry-returns.html", False),
        ("/article/90140/ferry-returns", False),
        ("/articles/harbour/90140", False),
        ("/harbour/2022/04/14/", True),
        ("/harbour/2022/04/index.html", True),
        ("/articles/2", True),
        ("/harbour", True),
    ],
)
def test_a_page_of_links_at_the_address_of_an_article_is_one(address: str, refused: bool) -> None:
    links = "".join(f'<li><a href="/{number}">Harbour notices and other links, number {number}</a></li>' for number in range(60))
    html = f"<html><body><h1>Ferry returns</h1><article><p>{LEAD}</p></article><ul>{links}</ul></body></html>"
    document = raw(html, media_type="text/html", url=f"https://ledger.example{address}")
    result = refusal(strip_document(parse(document, CONFIG), DEBRIS), KNOWN, 20)
    assert (result is not None and result[0] == "index-page") is refused


def test_no_prose_at_the_address_of_an_article_is_none() -> None:
    links = "".join(f'<li><a href="/{number}">Harbour notices and other links, number {number}</a></li>' for number in range(60))
    document = raw(f"<html><body><ul>{links}</ul></body></html>", media_type="text/html", url="https://ledger.example/article/90140/ferry")
    assert refusal(strip_document(parse(document, CONFIG), DEBRIS), KNOWN, 20) is not None


def test_flags_need_two_signals() -> None:
    cut = "The first crossing is planned for Friday, weather permitting, and tickets will cost what they did when the"
    wall = "This article is only available to subscribers"
    assert stripped("\n\n".join(["Ferry returns to old harbour", LEAD, NEXT, cut, wall])).flags == ("paywalled", "teaser", "truncated")
    assert stripped("\n\n".join(["Ferry returns to old harbour", LEAD, NEXT, cut])).flags == ()


def test_live_report() -> None:
    lines = [
        "Key events",
        "Ferry returns: live",
        LEAD,
        "13:52",
        NEXT,
        "13:40",
        LEAD.replace("Monday", "noon"),
        "13:10",
        NEXT.replace("time", "year"),
    ]
    assert "live_blog" in stripped("\n\n".join(lines)).flags

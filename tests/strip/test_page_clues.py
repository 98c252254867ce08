"""What a page states about itself is found, with the key it stood under and its place in the text."""

import json

import pytest

from tasks.records import RawDocument
from tasks.strip.page import parse_page

PAGE = """<html lang="en-GB"><head><title>Tide mill turns again - Port Chronicle</title>
<meta property="og:title" content="Tide mill  turns again"><meta property="og:site_name" content="Port Chronicle">
<meta property="article:published_time" content="2024-05-06T07:08:09+01:00"><meta name="AUTHOR" content="Ann Ray">
<meta name="keywords" content="mill, tide"><meta property="article:section" content="Local">
<link rel="canonical" href="https://port.example/mill"><script type="application/ld+json">%s</script></head>
<body><nav>Home</nav><h1>Tide mill turns again</h1><p>By <a rel="author" href="/ann">Ann Ray</a></p>
<time datetime="2024-05-06T07:08:09+01:00">6 May 2024, 07:08</time><span class="updated-on">Updated 7 May 2024</span>
<p>After forty years the wheel of the mill is turning, and the miller's granddaughter is at the sluice.</p></body></html>"""

STORY = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Tide mill turns again",
    "datePublished": "2024-05-06T06:08:09Z",
    "dateModified": "2024-05-07",
    "author": [{"@type": "Person", "name": "Ann Ray"}, {"@type": "Organization", "name": "Press Pool"}],
    "publisher": {"@id": "#house"},
    "isAccessibleForFree": False,
}
HOUSE = {"@type": "NewsMediaOrganization", "@id": "#house", "name": "Port Chronicle"}


def parsed(html):
    return parse_page(RawDocument("0" * 32, "u", "b", "m", None, "", "text/html", None, html, None, None))


def clues_of(data):
    return {(clue.field, clue.rule, clue.raw) for clue in parsed(PAGE % data).clues}


def test_linked_data():
    found = clues_of(json.dumps({"@graph": [STORY, HOUSE]}))
    assert {
        ("type", "NewsArticle.@type", "NewsArticle"),
        ("headline", "NewsArticle.headline", "Tide mill turns again"),
        ("published", "NewsArticle.datePublished", "2024-05-06T06:08:09Z"),
        ("modified", "NewsArticle.dateModified", "2024-05-07"),
        ("author", "NewsArticle.author.name", "Ann Ray"),
        ("author", "NewsArticle.author.name@Organization", "Press Pool"),
        ("outlet", "NewsArticle.publisher.name@NewsMediaOrganization", "Port Chronicle"),
        ("paywall", "NewsArticle.isAccessibleForFree", "False"),
    } <= found


@pytest.mark.parametrize(
    "script",
    [
        json.dumps([STORY]),
        f"<!-- {json.dumps(STORY)} -->",
        f"//<![CDATA[\n{json.dumps(STORY)}\n//]]>",
        json.dumps(STORY)[:-1] + ",}",
        json.dumps(STORY).replace("mill turns", "mill\n turns"),
        json.dumps(STORY) + ";" + json.dumps(HOUSE),
        json.dumps({"@type": "WebPage", "mainEntity": STORY}),
        json.dumps(STORY) + '{"@type": broken',
    ],
)
def test_linked_data_is_read_with_patience(script):
    assert ("published", "NewsArticle.datePublished", "2024-05-06T06:08:09Z") in clues_of(script)


def test_other_stories_in_the_data_are_left_alone():
    other = STORY | {"headline": "Another story", "datePublished": "2001-01-01"}
    found = clues_of(json.dumps({"@type": "ItemList", "itemListElement": [other]}))
    assert not any(raw == "2001-01-01" for _, _, raw in found)


@pytest.mark.parametrize(
    "script", ["", "not json", "[" * 5000, '{"@type": ["", null, 3], "author": {"author": {}}}', '{"@graph": [[[[[[[[[]]]]]]]]]}']
)
def test_data_that_says_nothing(script):
    assert not any(rule.startswith("NewsArticle") for _, rule, _ in clues_of(script))


def test_head():
    found = {(clue.field, clue.source, clue.rule): clue.raw for clue in parsed(PAGE % "").clues}
    assert found["headline", "meta", "meta[property=og:title]"] == "Tide mill turns again"
    assert found["headline", "title-element", "title"] == "Tide mill turns again - Port Chronicle"
    assert found["outlet", "meta", "meta[property=og:site_name]"] == "Port Chronicle"
    assert found["published", "meta", "meta[property=article:published_time]"] == "2024-05-06T07:08:09+01:00"
    assert found["author", "meta", "meta[name=author]"] == "Ann Ray"
    assert found["section", "meta", "meta[property=article:section]"] == "Local"
    assert found["keyword", "meta", "meta[name=keywords]"] == "mill, tide"
    assert found["url", "link-element", "link[rel=canonical]"] == "https://port.example/mill"
    assert found["language", "html-element", "html[lang]"] == "en-GB"


def test_places_in_the_text():
    page = parsed(PAGE % "")
    at = {(clue.rule, clue.raw): clue.offset for clue in page.clues if clue.offset is not None}
    for rule, raw, begins in [
        ("h1", "Tide mill turns again", "Tide mill"),
        ("a[rel=author]", "Ann Ray", "Ann Ray"),
        ("time", "6 May 2024, 07:08", "6 May"),
        ("time[datetime]", "2024-05-06T07:08:09+01:00", "6 May"),
        (".updat", "Updated 7 May 2024", "Updated"),
    ]:
        assert page.source_text[at[rule, raw] :].startswith(begins)


def test_control_characters_come_back():
    page = parsed("<html><head><meta property='og:title' content='bell &#7;'></head><body><h1>b\x07</h1>")
    assert {"bell \x07", "b\x07"} <= {clue.raw for clue in page.clues}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("article:published:time", "2024-05-06T07:08:09Z", True),
        ("w-published-date", "2024-05-06", True),
        ("Published_On", "2024-05-06", True),
        ("published_on", "Port Chronicle", False),
        ("unpublished-date", "2024-05-06", False),
        ("publish", "2024-05-06", False),
    ],
)
def test_meta_names_of_the_publication_that_nobody_listed(name, content, told):
    page = PAGE.replace('property="article:published_time" content="2024-05-06T07:08:09+01:00"', f'name="{name}" content="{content}"')
    found = {(clue.field, clue.raw) for clue in parsed(page % "{}").clues if clue.rule == f"meta[name*={name.lower()}]"}
    assert found == ({("published", content)} if told else set())


@pytest.mark.parametrize(
    ("script", "raw"),
    [
        ('window.state = {"article":{"publishDate":"2024-05-06T07:08:09Z","title":"Tide"}}', "2024-05-06T07:08:09Z"),
        ('push("{\\"published_at\\":\\"2024-05-06\\"}")', "2024-05-06"),
        ('{"publicationDate": 1714979289000, "x": {"publishedAt": "2024-05-06T09:00:00Z"}}', "1714979289000"),
        ('{"publishDate":"2024-05-06"}, {"publishDate":"2024-05-01"}', None),  # a list of stories
        ('{"unpublishDate":"2024-05-06", "republish": "2024-05-06"}', None),
    ],
)
def test_date_that_only_the_page_s_scripts_hold(script, raw):
    page = (PAGE % "{}").replace("<body>", f"<body><script>{script}</script>")
    assert [clue.raw for clue in parsed(page).clues if clue.source == "script"] == ([raw] if raw else [])

"""Mail, feeds and the industry's own formats: one document for each item, what it says of itself as given."""

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from tasks.records import RawDocument
from tests.split.conftest import Split, page, story


def told(document: RawDocument) -> dict[str, str]:
    return {given.field: given.value for given in reversed(document.given) if given.field != "charset"}


def mail(number: int, with_page: bool = True) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"Čtvrtek: ferry {number}"
    message["From"] = "Ana Reyes <ana@news.example>"
    message["Date"] = "Sun, 03 Mar 2024 10:00:00 +0100"
    message["Message-ID"] = f"<{number}@news.example>"
    message.set_content(story(number))
    if with_page:
        message.add_alternative(page(number), subtype="html", charset="utf-16")
    return message


def test_a_mail_is_one_document(tmp_path: Path, split: Split) -> None:
    (tmp_path / "a.eml").write_bytes(bytes(mail(1)))
    (document,), _ = split(tmp_path / "a.eml")
    assert document.media_type == "text/html" and document.text.strip() == page(1)
    assert (document.source_id, document.identity) == ("1@news.example", "id:1@news.example")
    assert told(document) == {"headline": "Čtvrtek: ferry 1", "published": "Sun, 03 Mar 2024 10:00:00 +0100", "byline": "Ana Reyes"}


def test_mailboxes_of_the_standard_library(tmp_path: Path, split: Split) -> None:
    box = mailbox.mbox(tmp_path / "x.mbox")
    for number in range(5):
        message = mail(number, with_page=False)
        message.set_content(story(number) + "\nFrom the pier one could see it.\n")
        box.add(mailbox.mboxMessage(message))
    box.close()
    documents, rejects = split(tmp_path / "x.mbox")
    assert [d.source_member for d in documents] == [f"x.mbox#{n}" for n in range(1, 6)] and not rejects
    assert [d.text.strip() for d in documents] == [(story(n) + "\nFrom the pier one could see it.").strip() for n in range(5)]


def test_a_saved_page_has_its_address(tmp_path: Path, split: Split) -> None:
    data = (
        "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://News.example/a\r\nSubject: Ferry\r\n"
        "Date: Sun, 3 Mar 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset=windows-1251\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://News.example/a\r\n\r\n"
        "<html><body><p>=CF=E0=F0=EE=EC</p></body></html>\r\n--x\r\nContent-Type: image/png\r\n\r\nxx\r\n--x--\r\n"
    )
    (tmp_path / "a.mhtml").write_bytes(data.encode())
    (document,), _ = split(tmp_path / "a.mhtml")
    assert (document.url, document.identity, document.charset) == ("https://News.example/a", "https://news.example/a", "windows-1251")
    assert "Паром" in document.text


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Courier</title><language>en-gb</language>
<item><title>Ferry to reopen</title><link>https://news.example/1</link><guid>g1</guid><dc:creator>Ana Reyes</dc:creator>
<pubDate>Sun, 03 Mar 2024 10:00:00 GMT</pubDate><description>Short</description>
<content:encoded><![CDATA[<p>The ferry &amp; the pier.</p><p>It runs in May.</p>]]></content:encoded></item>
<item><title>Nothing</title><link>https://news.example/2</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Courier</title><entry><title>Ferry to reopen</title><id>g1</id>
<link rel="self" href="https://news.example/feed"/><link href="https://news.example/1"/><author><name>Ana Reyes</name></author>
<published>2024-03-03T10:00:00Z</published>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The ferry &amp; the pier.</p>
<p>It runs in May.</p></div></content></entry></feed>"""


@pytest.mark.parametrize("feed", [RSS, ATOM])
def test_feeds(tmp_path: Path, split: Split, feed: str) -> None:
    (tmp_path / "feed").write_text(feed)
    documents, rejects = split(tmp_path / "feed")
    (document,) = documents
    assert (document.url, document.source_id, document.source_member) == ("https://news.example/1", "g1", "feed#1")
    assert "<p>The ferry &amp; the pier.</p>" in document.text.replace(' xmlns="http://www.w3.org/1999/xhtml"', "")
    given = told(document)
    assert (given["headline"], given["byline"], given["outlet"]) == ("Ferry to reopen", "Ana Reyes", "The Courier")
    assert [r.reason for r in rejects] == (["empty"] if feed == RSS else [])


NITF = """<nitf><head><docdata><doc-id id-string="n1"/></docdata></head><body><body.head>
<hedline><hl1>Ferry to reopen</hl1></hedline><byline><bytag>By Ana Reyes</bytag></byline><dateline>HARROW POINT</dateline></body.head>
<body.content><block><p>The ferry runs in May.</p><hl2>Repairs</hl2><p>They took long.</p></block></body.content></body></nitf>"""
INNER = NITF.replace("<nitf>", '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">')
G2 = f"""<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet><newsItem guid="urn:newsml:wire.example:1">
<itemMeta><provider qcode="nprov:WIRE"><name>Wire Example</name></provider><versionCreated>2024-03-03T10:00:00Z</versionCreated></itemMeta>
<contentMeta><headline>Ferry to reopen</headline><by>By Ana Reyes</by><dateline>HARROW POINT</dateline><language tag="en"/></contentMeta>
<contentSet><inlineXML contenttype="application/nitf+xml">{INNER}</inlineXML></contentSet>
</newsItem></itemSet></newsMessage>"""


@pytest.mark.parametrize(("text", "name"), [(NITF, "n1"), (G2, "urn:newsml:wire.example:1")])
def test_wire_items(tmp_path: Path, split: Split, text: str, name: str) -> None:
    (tmp_path / "item.xml").write_text(text)
    (document,), _ = split(tmp_path / "item.xml")
    assert document.source_id == name
    assert "<p>The ferry runs in May.</p><h2>Repairs</h2><p>They took long.</p>" in document.text
    given = told(document)
    assert (given["headline"], given["byline"], given["dateline"]) == ("Ferry to reopen", "By Ana Reyes", "HARROW POINT")
    assert given.get("agency") == ("Wire Example" if text == G2 else None)


def test_ninjs(tmp_path: Path, split: Split) -> None:
    one = '{"uri": "urn:wire.example:1", "headline": "Ferry", "body_html": "<p>It runs in May.</p>", "infosource": "WIRE"}'
    two = '{"uri": "urn:wire.example:2", "headlines": [{"value": "Ferry"}],\n'
    two += ' "bodies": [{"contenttype": "text/html", "value": "<p>It runs.</p>"}]}'
    for name, text in (("a.json", one), ("b.json", two)):
        (tmp_path / name).write_text(text)
    documents, rejects = split(tmp_path)
    assert not rejects
    assert [(d.source_id, d.media_type, told(d)["headline"]) for d in documents] == [
        ("urn:wire.example:1", "text/html", "Ferry"),
        ("urn:wire.example:2", "text/html", "Ferry"),
    ]
    assert told(documents[0])["agency"] == "WIRE"

"""The source text of a page is what the contract says, by an independent plain reading of random small pages."""

import re
from html import escape
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.strip.source_text import read_source
from tasks.strip.tree import read_tree

INLINE = ["b", "a", "span", "em"]
SKIPPED = ["script", "style", "noscript", "template", "svg", "iframe", "textarea", "select"]
LETTERS = "ab \n\t\u00a0\u00adé漢\x01\x1f\u200b"
SEEDS = st.integers(0, 2**32)


def page_of(seed):
    """A random small page. A node is a text, ("br",), or (tag, children)."""
    random = Random(seed)
    return [flow(random, 3) for _ in range(random.randrange(5))]


def word(random):
    return "".join(random.choice(LETTERS) for _ in range(random.randrange(9)))


def inline(random, depth):
    kind = random.randrange(6)
    if kind == 0 and depth:
        return random.choice(INLINE), [inline(random, depth - 1) for _ in range(random.randrange(4))]
    if kind == 1:
        return random.choice(SKIPPED), [word(random)]
    return ("br",) if kind == 2 else word(random)


def flow(random, depth):
    kind = random.randrange(5)
    if kind == 0 and depth:
        return random.choice(["div", "section", "blockquote", "main"]), [flow(random, depth - 1) for _ in range(random.randrange(5))]
    if kind == 1:
        return "table", [("tr", [cell(random) for _ in range(random.randrange(4))]) for _ in range(random.randrange(4))]
    if kind == 2:
        return random.choice(["p", "h2", "pre"]), [inline(random, 2) for _ in range(random.randrange(5))]
    return inline(random, 2)


def cell(random):
    return random.choice(["td", "th"]), [inline(random, 2) for _ in range(random.randrange(3))]


def markup(node):
    if isinstance(node, str):
        return escape(node)
    if node == ("br",):
        return "<br>"
    tag, children = node
    inside = "".join(map(markup, children))
    return f"<{tag}>{chr(10) if tag == 'pre' else ''}{inside}</{tag}>"


def plain(node, spaced=False):
    """The text of a node with \\v for a line end, \\0 for a cell border, and white space that counts made safe."""
    if isinstance(node, str):
        return node.replace("\n", "\v").replace(" ", "\ue000").replace("\t", "\ue001") if spaced else re.sub(r"[ \n\t]+", " ", node)
    if node == ("br",):
        return "\v"
    tag, children = node
    if tag in SKIPPED:
        return ""
    if tag == "tr":
        return "\v" + "\0".join(plain(child, spaced) for child in children) + "\v"
    inside = "".join(plain(child, spaced or tag == "pre") for child in children)
    return inside if tag in [*INLINE, "td", "th"] else f"\v{inside}\v"


def reference(nodes):
    lines = []
    for line in "".join(map(plain, nodes)).split("\v"):
        line = re.sub(" ?\0 ?", "\t", re.sub(" +", " ", line)).strip(" \t")
        line = line.replace("\ue000", " ").replace("\ue001", "\t")
        if line.replace("\x1f", "!").strip():  # Python takes it for white space, a browser does not
            lines.append(line)
    return "\n".join(lines)


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_source_text_is_the_contracts(seed):
    nodes = page_of(seed)
    page = f"<html><head><title>t</title></head><body>{''.join(map(markup, nodes))}</body></html>"
    assert read(page).text == reference(nodes)


@settings(deadline=None, max_examples=150)
@given(SEEDS)
def test_blocks_are_the_lines(seed):
    nodes = page_of(seed)
    source = read(f"<html><body>{''.join(map(markup, nodes))}</body></html>")
    assert [source.text[block.start : block.end] for block in source.blocks] == source.text.split("\n") or not source.text
    for block, following in zip(source.blocks, source.blocks[1:], strict=False):
        assert block.end + 1 == following.start
    assert all(0 <= block.link_length <= block.end - block.start for block in source.blocks)


def read(page):
    return read_source(read_tree(page).find("body"))


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<body>one<p hidden>two</p><p style='display: none'>three</p>four", "one\ntwo\nthree\nfour"),
        ("<body>a &nbsp; b</body>", "a \u00a0 b"),
        ("<body><p>&nbsp;</p><p>soft\u00adhyphen</p>", "soft\u00adhyphen"),
        ("<body><p>bell\x07 and &#1;</p><p>half \ud800 pair</p>\x00", "bell\x07 and \x01\nhalf \ufffd pair\n\ufffd"),
        ("<body>first</body></html><p>second</p>", "first\nsecond"),
        ("<body><table><tr><td>a</td> <td>b</td><td></td><td>d</td></tr><tr><td>e</table>", "a\tb\t\td\ne"),
        ("<body><table><tr><td><table><tr><td>in<td>side</table><td>out</table>", "in\tside\nout"),
        ("<body><pre>\n  two  spaces\n\n\ttab</pre>", "  two  spaces\n\ttab"),
        ("<body>one<!-- not this -->two<?php nor ?>three", "onetwothree"),
        ("<?xml version='1.0' encoding='windows-1251'?><html><body>й", "й"),
        ("<body>win\r\ndows\rline", "win dows line"),
        ("<p>fragment<p>of <b>two</b><br>lines", "fragment\nof two\nlines"),
        ("<tr><td>cells</td><td>alone</td></tr>", "cells\talone"),
        ("no markup & nothing", "no markup & nothing"),
        ("", ""),
    ],
)
def test_corners(page, text):
    assert read(page).text == text


def test_ten_thousand_nested_elements():
    page = f"<html><body>{'<div>' * 10_000}deep <b>down</b>{'</div>' * 9_000}{'</div>up' * 1_000}<p>after</p></body></html>"
    lines = read(page).text.split("\n")
    assert lines[0] == "deep down"
    assert lines[1:-1] == ["up"] * 1_000
    assert lines[-1] == "after"


def test_places_of_a_line():
    source = read("<body><div class='Story Main' id=x><p>one <a href=q>link</a></p><li><a class=more>read</a></li><p hidden>no</p></div>")
    one, two, three = source.blocks
    assert (one.tag, one.path, one.link_length, one.hidden) == ("p", "body/div.story.main#x/p", 4, False)
    assert (two.tag, two.path, two.link_length) == ("li", "body/div.story.main#x/li/a.more", 4)
    assert three.hidden


def test_offsets_of_elements():
    tree = read_tree("<body><p>By  <i>Ann</i> on <time>Monday</time></p><time> <p>late</p></time>")
    body = tree.find("body")
    times = [*body.iter("time"), *body.iter("i")]
    source = read_source(body, lambda element, tag, classes: element in times)
    assert [source.text[source.offsets[element] :].split()[0] for element in times] == ["Monday", "late", "Ann"]

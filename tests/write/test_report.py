"""The report: its figures are those of the datasets, and nothing that documents say acts on it."""

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import lxml.html
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.records import Stamp
from tasks.write.explain import Explanation, explain_document, marked_text, render
from tasks.write.output import current_release
from tasks.write.report.documents import shown
from tasks.write.report.files import FILE, make_report, renew_report, write_document, write_report
from tasks.write.report.page import FOLDER

from .hostile import HOSTILE, OVERRIDE, attack, hostile
from .made import Input, Made, compose, make, plain, publish, reject, some

Page = lxml.html.HtmlElement
ACTIVE = {"script", "style", "meta", "img", "iframe", "object", "embed", "link", "base", "form", "a", "input", "select", "option"}


def parsed(text: str) -> Page:
    return lxml.html.document_fromstring(text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return attack(tmp_path_factory.mktemp("attacked"))


def tags(text: str) -> list[str]:
    return [node.tag for node in parsed(text).iter() if isinstance(node.tag, str)]


def shape(text: str) -> set[tuple[str, str]]:
    """Every element with each of its attributes' names."""
    return {(node.tag, name) for node in parsed(text).iter() if isinstance(node.tag, str) for name in (*node.attrib, "")}


def test_what_documents_say_makes_no_element_and_no_attribute(attacked: Path, tmp_path: Path) -> None:
    publish(tmp_path / "tame", tmp_path / "w", Input(some(0, 16, 8), tuple(reject(n) for n in range(8))))
    for text in (write_report(attacked).read_text(), write_document(attacked, hostile(1).article.document_id).read_text()):
        found = shape(text)
        assert not {name for _, name in found if name.startswith("on") or name in ("src", "style", "srcdoc", "formaction")}
        assert [tag for tag in tags(text) if tag in ("img", "iframe", "base", "link", "object", "form", "i")] in (
            [],
            ["i"] * tags(text).count("i"),
        )
        assert tags(text).count("script") <= 1 and tags(text).count("style") == 1
        links = [node.get("href") for node in parsed(text).iter("a")]
        assert links and all(re.fullmatch(r"#[a-z-]+", link) for link in links)
    wild, tame = shape(make_report(current_release(attacked))), shape(make_report(current_release(tmp_path / "tame")))
    assert {pair for pair in wild - tame if pair[0] in ACTIVE} == set()


def test_what_documents_say_is_shown(attacked: Path) -> None:
    shown_text = parsed(make_report(current_release(attacked))).text_content()
    for text in HOSTILE:
        if OVERRIDE not in text:
            assert text in shown_text, text
    assert "⟦U+202E⟧" in shown_text and "⟦U+001B⟧" in shown_text


def test_what_acts_unseen_is_nowhere(attacked: Path) -> None:
    for text in (make_report(current_release(attacked)), write_document(attacked, hostile(5).article.document_id).read_text()):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_the_policy_allows_the_page_s_own_style_and_script_alone(attacked: Path) -> None:
    page = parsed(make_report(current_release(attacked)))
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    for kind, name in (("style", "report.css"), ("script", "report.js")):
        (text,) = page.xpath(f"//{kind}/text()")
        assert text == (FOLDER / name).read_text()
        assert rules[f"{kind}-src"] == f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_nothing_is_fetched(attacked: Path) -> None:
    """No address stands in the page's own parts, but for the name of SVG."""
    own = "".join(path.read_text() for path in sorted(FOLDER.iterdir()) if path.suffix in (".css", ".js", ".html"))
    assert "//" not in re.sub(r"^\s*//.*$", "", own, flags=re.MULTILINE)
    assert "url(" not in own and "@import" not in own and "fetch" not in (FOLDER / "report.js").read_text()


# --- figures


def rows_of(page: Page, table: str) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath(f"//table[@id='{table}']/tbody/tr")]


def datum(page: Page, name: str) -> int:
    (value,) = page.xpath(f"//data[@id='count-{name}']/@value")
    return int(value)


def table_of(out: Path, name: str, *columns: str) -> list[dict[str, Any]]:
    return pq.read_table(out / "current" / name, columns=list(columns)).to_pylist()


@pytest.fixture(scope="module")
def seeds_page(seeds_output: Path) -> Page:
    return parsed((seeds_output / FILE).read_text())


def test_the_run_writes_the_report_of_its_release(seeds_output: Path) -> None:
    assert (seeds_output / FILE).read_text() == make_report(current_release(seeds_output))


def test_counts_are_those_of_the_datasets(seeds_output: Path, seeds_page: Page) -> None:
    for name in ("articles", "copies", "rejects"):
        assert datum(seeds_page, name) == len(table_of(seeds_output, name, "document_id"))
    runs = table_of(seeds_output, "runs", "documents", "unchanged")
    assert datum(seeds_page, "documents") == sum(row["documents"] for row in runs)
    assert datum(seeds_page, "unchanged") == sum(row["unchanged"] for row in runs)


def counted(values: list[Any], nothing: str = "") -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[str(value) if value is not None else nothing] = found.get(str(value) if value is not None else nothing, 0) + 1
    return found


def figures(page: Page, table: str) -> dict[str, int]:
    return {row[0]: int(row[-1].replace(",", "")) for row in rows_of(page, f"{table}-figures")}


def test_tables_behind_the_pictures_are_right(seeds_output: Path, seeds_page: Page) -> None:
    documents = [row for name in ("articles", "copies") for row in table_of(seeds_output, name, "language", "published_date")]
    assert figures(seeds_page, "languages") == counted([row["language"] for row in documents], "not known")
    assert figures(seeds_page, "reasons") == counted([row["reason"] for row in table_of(seeds_output, "rejects", "reason")])
    days = [row["published_date"] for row in table_of(seeds_output, "articles", "published_date")]
    months = counted([f"{day:%Y-%m}" for day in days if day])
    assert {month: count for month, count in figures(seeds_page, "days").items() if count} == months
    assert f"not known: {days.count(None)}" in seeds_page.get_element_by_id("days").text_content()
    removed = table_of(seeds_output, "removed", "class", "start_offset", "end_offset")
    characters: dict[str, int] = {}
    for span in removed:
        characters[span["class"]] = characters.get(span["class"], 0) + span["end_offset"] - span["start_offset"]
    assert {row[0]: int(row[2].replace(",", "")) for row in rows_of(seeds_page, "classes-figures")} == characters
    assert figures(seeds_page, "classes") == counted([span["class"] for span in removed])
    groups = counted([row["copy_of"] for row in table_of(seeds_output, "copies", "copy_of")])
    assert {size: count for size, count in figures(seeds_page, "groups").items() if count} == counted(
        [copies + 1 for copies in groups.values()]
    )


def test_fill_and_sources_are_right(seeds_output: Path, seeds_page: Page) -> None:
    rows = [row for name in ("articles", "copies") for row in pq.read_table(seeds_output / "current" / name).to_pylist()]
    told = {row[0]: int(row[1].replace(",", "")) for row in rows_of(seeds_page, "columns")}
    assert len(told) > 30 and "published_date" in told and "authors" in told
    assert told == {name: sum(row[name] is not None and row[name] != [] for row in rows) for name in told}
    taken = [
        row["source"]
        for row in table_of(seeds_output, "evidence", "field", "source", "rank")
        if row["field"] == "published_date" and row["rank"] == 0
    ]
    (cell,) = seeds_page.xpath("//table[@id='columns']/tbody/tr[th='published_date']/td[last()]")
    assert {part.text.strip(): int(part.xpath("data/@value")[0]) for part in cell.iter("span")} == counted(taken)


def test_outlets_are_right(seeds_output: Path, seeds_page: Page) -> None:
    columns = ("document_id", "outlet_id", "outlet_domain", "outlet_name", "source_length")
    documents = [row for name in ("articles", "copies") for row in table_of(seeds_output, name, *columns)]
    keys = {row["document_id"]: row["outlet_id"] or row["outlet_domain"] or row["outlet_name"] for row in documents}
    told = {row[1]: row for row in rows_of(seeds_page, "outlet-rows")}
    assert {key: int(row[3]) + int(row[4]) for key, row in told.items()} == counted([key for key in keys.values() if key])
    lengths, gone = dict.fromkeys(told, 0), dict.fromkeys(told, 0)
    for row in documents:
        if key := keys[row["document_id"]]:
            lengths[key] += row["source_length"]
    for span in table_of(seeds_output, "removed", "document_id", "start_offset", "end_offset"):
        if key := keys[span["document_id"]]:
            gone[key] += span["end_offset"] - span["start_offset"]
    assert {key: row[5] for key, row in told.items()} == {key: f"{100 * gone[key] / lengths[key]:.1f} %" for key in told}
    known = {row["outlet_id"] for row in documents}
    assert {row[0] for row in rows_of(seeds_page, "unknown-rows")} == {key for key in keys.values() if key} - known


def dated(number: int, outlet: str, debris: int, day: int) -> Made:
    """A document of an outlet that has this many characters of debris."""
    made = make(f"{outlet}-{number}", [("paragraph", f"Story {number} of {outlet}. " + "word " * 40), ("share", "x" * debris)])
    published = Stamp(day=date(2024, 5, day), precision="day", source="url", raw="x")
    return replace(made, article=replace(made.article, outlet_id=outlet, outlet_domain=outlet, published=published))


def test_drift_and_change_are_told(tmp_path: Path) -> None:
    steady = lambda first: [dated(first + n, "steady.example", 20, 1 + n) for n in range(6)]  # noqa: E731
    publish(tmp_path / "out", tmp_path / "w1", Input((*steady(0), *(dated(n, "turned.example", 10, 2) for n in range(6)))))
    publish(
        tmp_path / "out",
        tmp_path / "w2",
        Input((*steady(50), *(dated(50 + n, "turned.example", 300, 3) for n in range(7))), (reject(1),), bundle="b"),
    )
    page = parsed(make_report(current_release(tmp_path / "out")))
    (first, second) = rows_of(page, "drift")
    assert first[:2] == ["turned.example", "7"] and first[-1].endswith("points look")
    assert second[:2] == ["steady.example", "6"] and second[-1] == "0.0 points"
    changes = {row[0]: row[1:] for row in rows_of(page, "changes")}
    assert changes["articles"] == ["12", "13", "+1"] and changes["rejects"] == ["0", "1", "+1"]
    assert changes["share of new documents that are rejects"] == ["0.0 %", "7.1 %", "+7.1 points"]
    assert "outlet that changed: turned.example" in page.get_element_by_id("document-list").text_content()


def test_the_same_output_gives_the_same_page(attacked: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    subprocess.run(["cp", "-a", str(attacked), str(moved)], check=True)
    code = f"import tasks.write.report.files as f, sys; sys.stdout.write(f.write_report({str(moved)!r}).read_text())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}, cwd=FOLDER.parents[3]
    )
    assert done.stdout == make_report(current_release(attacked))


def test_an_output_of_nothing_has_a_page(tmp_path: Path) -> None:
    publish(tmp_path / "out", tmp_path / "w", Input((), (reject(1),)))
    page = parsed(write_report(tmp_path / "out").read_text())
    assert datum(page, "articles") == 0 and datum(page, "rejects") == 1


def test_many_documents_and_long_ones_fit(tmp_path: Path) -> None:
    """Texts are cut, and what does not fit is told; a huge headline breaks nothing."""
    long = [
        make(f"long-{n}", [("headline", "H" * 100_000), ("paragraph", f"{n} " + "字" * 200_000), ("share", f"{n}" * 50_000)])
        for n in range(30)
    ]
    long = [
        replace(made, article=replace(made.article, headline="H" * 100_000, body_confidence=0.1 + n / 100)) for n, made in enumerate(long)
    ]
    copies = [
        make(f"copy-{n}", [("paragraph", f"copy {n} " + "字" * 150_000)], long[0].article.document_id) for n in range(4)
    ]  # fmt: skip
    publish(tmp_path / "out", tmp_path / "w", Input((*long, *copies)))
    text = make_report(current_release(tmp_path / "out"))
    assert len(text.encode()) < 5_000_000
    assert "more characters" in text


# --- documents


def test_a_document_is_shown_whole(attacked: Path, tmp_path: Path) -> None:
    made = plain(3)
    publish(tmp_path / "out", tmp_path / "w", Input((made, plain(4))))
    path = write_document(tmp_path / "out", made.article.document_id)
    assert path == tmp_path / "out" / "report" / f"{made.article.document_id}.html"
    page = parsed(path.read_text())
    (source,) = page.xpath("//div[@class='source']")
    for label in source.xpath(".//small"):
        label.getparent().remove(label)
    assert source.text_content() == made.source
    marks = [(mark.get("title"), mark.text) for mark in source.iter("mark")]
    assert marks == [(f"{span.kind}: {span.rule}", span.text) for span in made.removed]
    assert "\n\n".join(p.text_content() for p in page.xpath("//div[@class='kept']/p")) == made.article.body
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//table[@class='values']/tbody/tr")]
    values = {row[0]: row[1:] for row in rows}
    assert values["headline"] == ["A made-up headline", "text headline.first-line", "Another text headline.second-line: stands below"]
    assert values["published_date"][0] == "2024-04-30"


@settings(deadline=None, max_examples=30)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), cut=st.integers(0, 60))
def test_segments_are_the_source_text(text: str, cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    middle = len(text) // 2
    pieces = [("share", text[:middle]), ("paragraph", text[middle:].replace("\n", " "))]
    source, body, removed = compose([piece for piece in pieces if piece[1]], "d")
    spans = [{"start_offset": r.start_offset, "end_offset": r.end_offset, "text": r.text, "class": r.kind, "rule": r.rule} for r in removed]
    found = shown(Explanation("articles", {"body": body}, source, spans, []), cut)
    assert "".join(segment.text for segment in found.segments) == source[:cut]
    assert found.more == max(0, len(source) - cut)


def test_explain_and_report_speak_of_the_same(attacked: Path) -> None:
    found = explain_document(attacked, hostile(2).article.document_id)
    assert {kind: count for kind, _, count in shown(found).classes} == {
        kind: sum(len(s["text"]) for s in found.removed if s["class"] == kind) for kind in {s["class"] for s in found.removed}
    }


def test_terminal_and_page_give_a_class_the_same_colour(seeds_output: Path) -> None:
    for row in table_of(seeds_output, "articles", "document_id")[:20]:
        found = explain_document(seeds_output, row["document_id"])
        text = marked_text(found)
        colours = [str(span.style).removeprefix("bold ").replace("dim italic", "").replace("dim", "faint") for span in text.spans]
        assert [colour for colour in colours if colour] == [segment.hue for segment in shown(found).segments if segment.kind]


def test_a_document_does_not_steer_the_terminal(attacked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    render(explain_document(attacked, hostile(5).article.document_id))
    said = capsys.readouterr().out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
    assert "⟦U+001B⟧" in said


# --- the run and the command


def test_a_failing_report_is_one_line_and_the_run_stands(copydesk: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("A bridge\n\n" + "The council met on Monday to talk about the bridge over the river. " * 8)
    (tmp_path / "out" / FILE / "in-the-way").mkdir(parents=True)
    done = copydesk("run", story, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "report.html" in line] == [
        f"the report could not be written ({(tmp_path / 'out' / FILE).resolve()}: cannot be written (Is a directory); "
        "make room or grant access there); the run is published, `copydesk report` tries again"
    ]
    assert (tmp_path / "out/current").exists()
    again = copydesk("report", "--out", tmp_path / "out")
    assert again.returncode == 1 and len(again.stderr.splitlines()) == 1


def test_the_command_names_the_page(copydesk: Callable[..., subprocess.CompletedProcess[str]], attacked: Path, tmp_path: Path) -> None:
    assert copydesk("report", "--out", attacked).stdout.strip() == str(attacked / FILE)
    document = hostile(0).article.document_id
    assert copydesk("report", "--out", attacked, "--document", document).stdout.strip() == str(attacked / "report" / f"{document}.html")
    for arguments, says in ((["--document", "../../x"], "no document"), (["--out", tmp_path / "none"], "nothing is published here")):
        done = copydesk("report", "--out", attacked, *arguments)
        assert done.returncode == 1 and says in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_run_without_news_leaves_the_page(attacked: Path) -> None:
    page = write_report(attacked)
    page.write_text("as it was")
    renew_report(attacked, None)
    assert page.read_text() == "as it was"
    page.unlink()
    renew_report(attacked, None)
    assert page.read_text() == make_report(current_release(attacked))


# --- light and dark

PAIRS = [(kind, f"{kind}-back") for kind in ("cyan", "magenta", "blue", "green", "yellow", "red")]
PAIRS += [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "card")] + [
    ("soft", "faint-back"),
    ("on", "s0"),
    ("on", "s1"),
    ("on", "s2"),
    ("on", "s3"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1])
def test_letters_stand_out_from_their_ground(theme: int) -> None:
    """WCAG AA: 4.5 to 1 for text, 3 to 1 for bars."""
    block = re.findall(r":root \{(.*?)\}", (FOLDER / "report.css").read_text(), re.DOTALL)[theme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))

    def contrast(one: str, other: str) -> float:
        high, low = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    assert {pair: contrast(*pair) for pair in PAIRS if contrast(*pair) < 4.5} == {}
    assert {bar: contrast(bar, "card") for bar in ("s0", "s1", "s2", "s3") if contrast(bar, "card") < 3} == {}


def test_every_picture_has_a_name_and_a_table(seeds_page: Page) -> None:
    pictures = seeds_page.xpath("//figure")
    assert len(pictures) == 9
    for picture in pictures:
        (svg,) = picture.xpath(".//svg")
        assert svg.get("role") == "img"
        assert seeds_page.get_element_by_id(svg.get("aria-labelledby")).text_content().strip()
        assert picture.xpath(".//table/tbody/tr")
    ids = list(seeds_page.xpath("//@id"))
    assert len(ids) == len(set(ids))
    assert all(region.get("tabindex") == "0" for region in seeds_page.xpath("//div[@role='region']"))
    levels = [int(node.tag[1]) for node in seeds_page.iter("h1", "h2", "h3") if node.tag]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))

"""The report in headless Chromium: figures, filters, keyboard, names for screen readers, and nothing that a document wrote comes alive.

    make test-browser

Pictures for the eye are kept in `.pictures/`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

try:
    from tests.browser.chromium import browser
except ImportError:
    pytest.skip("`make test-browser` sets up the browser", allow_module_level=True)

from tasks.write.report.files import FILE, write_document, write_report
from tests.write.hostile import HOSTILE, attack, hostile

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / ".pictures"
LISTEN = "addEventListener('securitypolicyviolation', event => console.error('policy', event.violatedDirective, event.blockedURI))"


@dataclass
class Visit:
    """A page that is open, and what it did beside showing itself."""

    page: Any
    noise: list[str] = field(default_factory=list)

    def rows(self, table: str) -> list[str]:
        """The rows of a table that can be seen, without cells of white space."""
        found: list[str] = self.page.eval_on_selector_all(
            f"#{table} tbody tr", "all => all.filter(row => row.offsetParent).map(row => row.innerText)"
        )
        return found

    def shown(self, items: str) -> int:
        count: int = self.page.eval_on_selector_all(items, "all => all.filter(item => item.offsetParent).length")
        return count


Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def visit(chromium: Any) -> Iterator[Open]:
    contexts = []

    def visited(path: Path, **options: Any) -> Visit:
        context = chromium.new_context(**({"viewport": {"width": 1300, "height": 900}} | options))
        contexts.append(context)
        found = Visit(context.new_page())
        context.add_init_script(LISTEN)
        found.page.on("console", lambda message: found.noise.append(f"console {message.type}: {message.text}"))
        found.page.on("pageerror", lambda error: found.noise.append(f"error: {error}"))
        found.page.on("dialog", lambda dialog: (found.noise.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        found.page.on("request", lambda request: found.noise.append(f"request: {request.url}") if request.url != path.as_uri() else None)
        found.page.goto(path.as_uri(), wait_until="load")
        return found

    yield visited
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return attack(tmp_path_factory.mktemp("attacked"))


@pytest.fixture(scope="module")
def seeds_page(seeds_output: Path) -> Path:
    return seeds_output / FILE


def open_all(found: Visit) -> None:
    found.page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    found.page.wait_for_timeout(200)


def test_counts_are_those_of_the_datasets(visit: Open, seeds_page: Path, seeds_output: Path) -> None:
    found = visit(seeds_page)
    for name in ("articles", "copies", "rejects"):
        rows = pq.read_table(seeds_output / "current" / name, columns=["document_id"]).num_rows
        assert found.page.inner_text(f"#count-{name}") == f"{rows:,}"
    languages = [
        value
        for name in ("articles", "copies")
        for value in pq.read_table(seeds_output / "current" / name, columns=["language"])["language"].to_pylist()
    ]
    found.page.get_by_text("Languages of articles and copies: the figures").click()
    told = dict(row.split("\t") for row in found.rows("languages-figures"))
    assert told == {name: str(languages.count(name)) for name in set(languages)}
    assert found.noise == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_asked_of_the_network_and_nothing_complains(visit: Open, seeds_page: Path, scheme: str) -> None:
    found = visit(seeds_page, color_scheme=scheme)
    open_all(found)
    assert found.noise == []
    background = found.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    parts = [int(part) for part in background[4:-1].split(",")]
    assert max(parts) < 64 if scheme == "dark" else min(parts) > 192
    bars = found.page.evaluate("() => getComputedStyle(document.querySelector('.pygal-chart .color-0 rect')).fill")
    assert bars not in ("rgb(0, 0, 0)", "none", background)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_for_the_eye(visit: Open, seeds_page: Path, seeds_output: Path, attacked: Path, scheme: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    found = visit(seeds_page, color_scheme=scheme)
    found.page.screenshot(path=PICTURES / f"report-{scheme}.png", full_page=True)
    for list_name, picture in (("document-list", "document"), ("story-list", "story")):
        item = found.page.locator(f"#{list_name} > details").first
        item.evaluate("one => { one.open = true; one.querySelectorAll('details').forEach(inner => inner.open = true) }")
        item.screenshot(path=PICTURES / f"{picture}-{scheme}.png")
    hard = visit(write_report(attacked), color_scheme=scheme)
    open_all(hard)
    hard.page.screenshot(path=PICTURES / f"hostile-{scheme}.png", full_page=True)
    assert all((PICTURES / f"{name}-{scheme}.png").stat().st_size > 20_000 for name in ("report", "document", "story", "hostile"))


def test_filters_show_what_fits_and_say_how_much(visit: Open, seeds_page: Path) -> None:
    found = visit(seeds_page)
    page = found.page
    before = found.rows("outlet-rows")
    box, told = page.get_by_label("Show outlets with").first, page.locator("[data-search='outlet-rows'] output")
    assert told.inner_text() == f"{len(before)} of {len(before)}"
    box.fill("HILL unknown")
    wanted = [row for row in before if "hill" in row.lower() and "unknown" in row.lower()]
    assert 0 < len(wanted) < len(before)
    assert found.rows("outlet-rows") == wanted and told.inner_text() == f"{len(wanted)} of {len(before)}"
    box.fill("no such outlet")
    assert found.rows("outlet-rows") == [] and told.inner_text() == f"0 of {len(before)}"
    box.fill("")
    assert found.rows("outlet-rows") == before
    assert found.noise == []


def test_documents_are_filtered_by_reason_and_by_word(visit: Open, seeds_page: Path) -> None:
    found = visit(seeds_page)
    page = found.page
    items = page.locator("#document-list > details").count()
    choice = page.get_by_label("Picked as")
    reasons = [option for option in choice.locator("option").all_inner_texts() if option != "anything"]
    assert {"most removed", "least sure", "rejected as empty", "most share"} <= set(reasons)
    for reason in reasons:
        choice.select_option(reason)
        expected = page.eval_on_selector_all(
            "#document-list > details", "(all, why) => all.filter(one => one.dataset.why.split('|').includes(why)).length", reason
        )
        assert found.shown("#document-list > details") == expected > 0
    choice.select_option("rejected as empty")
    page.get_by_label("Show documents with").fill("empty.txt")
    assert found.shown("#document-list > details") == 1
    choice.select_option("")
    page.get_by_label("Show documents with").fill("")
    assert found.shown("#document-list > details") == items
    assert found.noise == []


def test_by_keyboard_alone(visit: Open, seeds_page: Path) -> None:
    page = visit(seeds_page).page
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    assert page.evaluate("() => document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.locator("figure summary").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.querySelector('figure details').open")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "region"  # a table that scrolls can be reached
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_for_a_screen_reader(visit: Open, seeds_page: Path) -> None:
    page = visit(seeds_page).page
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1, role
    names = page.eval_on_selector_all("figcaption", "all => all.map(one => one.textContent)")
    assert len(names) == 9
    for name in names:
        assert page.get_by_role("img", name=name, exact=True).count() == 1
    unnamed = page.eval_on_selector_all(
        "input, select, [role=region]", "all => all.filter(one => !(one.labels && one.labels.length) && !one.ariaLabel).length"
    )
    assert unnamed == 0
    assert page.eval_on_selector_all("th:not([scope])", "all => all.length") == 0
    assert page.get_by_role("status").count() >= 3  # how many a filter leaves is told


def test_without_script_everything_is_there(visit: Open, seeds_page: Path) -> None:
    with_script, without = visit(seeds_page), visit(seeds_page, java_script_enabled=False)
    assert without.page.locator("input:visible").count() == 0
    assert without.page.locator("#outlet-rows tbody tr:visible").count() == len(with_script.rows("outlet-rows"))


@pytest.mark.parametrize("width", [360, 768, 1300])
def test_nothing_sticks_out(visit: Open, seeds_page: Path, attacked: Path, width: int) -> None:
    for path in (seeds_page, write_report(attacked)):
        found = visit(path, viewport={"width": width, "height": 800})
        open_all(found)
        assert found.page.evaluate("() => document.scrollingElement.scrollWidth") <= width


def test_what_documents_wrote_does_not_come_alive(visit: Open, attacked: Path) -> None:
    for path in (write_report(attacked), *(write_document(attacked, hostile(n).article.document_id) for n in range(len(HOSTILE)))):
        found = visit(path)
        open_all(found)
        found.page.evaluate(
            "() => document.querySelectorAll('summary, mark, td, th').forEach(one => one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
        )
        assert found.noise == []
        assert found.page.evaluate("() => document.querySelectorAll('img, iframe, base, object, embed, form').length") == 0


def test_what_slipped_through_would_not_run(visit: Open, seeds_page: Path) -> None:
    """The policy holds where escaping would fail: markup put into the page runs no script and fetches nothing."""
    found = visit(seeds_page)
    found.page.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x.png" onerror="window.ran = 1"><b onclick="window.ran = 1" id=b>b</b>');
            document.getElementById('b').click();
            const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.body.append(script);
            const other = document.createElement('script'); other.src = 'http://127.0.0.1:9/x.js'; document.body.append(other);
        }"""
    )
    found.page.wait_for_timeout(500)
    assert found.page.evaluate("() => window.ran") is None
    assert any("policy" in line for line in found.noise)
    assert not [line for line in found.noise if line.startswith("request:") and "failed" not in line and "127.0.0.1:9" not in line]

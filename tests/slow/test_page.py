"""The page of a scheduled run on a real Prefect server, as a person sees it: what came out, why not, drift by outlet, and the log.

Pictures for the eye are kept in `$PICTURES`, or `copydesk-pictures` of the temporary folder.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.slow.prefect_server import Prefect, prefect_server
from tests.slow.waiting import PATIENCE

try:
    from tests.browser.chromium import browser, executable

    executable()
except (ImportError, FileNotFoundError) as missing:
    pytest.skip(f"Prefect's page is not looked at: {missing}; `make test-slow` sets up the browser where it can", allow_module_level=True)

pytestmark = pytest.mark.slow
PICTURES = Path(os.environ.get("PICTURES") or Path(tempfile.gettempdir()) / "copydesk-pictures")
SENTENCES = (
    "The ferry to {0} was late again on Tuesday because the pilot had not been told of the new tide table.",
    "Passengers from {0} waited beside the closed kiosk, and some of them walked back over the dunes.",
    "The harbour office of {0} said that the table would be printed in larger letters from now on.",
)
OUTLET = "valleypost.example,Valley Post,,US,en,America/New_York,,,palewire\n"
PLACES = ("Marrow Quay", "Lock Island", "Oststadt", "Upper Weir")
DEBRIS = ("Sign up for our newsletter", "Share this article on Facebook", "Read more: ten walks for the weekend", "Advertisement")


def stories(number: int, places: tuple[str, ...], debris: tuple[str, ...]) -> str:
    """A bundle of one outlet's stories as JSONL, each with lines of debris between its paragraphs."""
    rows = []
    for place in places:
        lines = [line for sentence in SENTENCES for line in (sentence.format(place), *debris)]
        url = f"https://valleypost.example/2024/{number}/{place.lower().replace(' ', '-')}"
        rows.append({"url": url, "headline": f"Late ferry to {place}", "text": "\n\n".join(lines)})
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    with prefect_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def run(prefect: Prefect, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The second of two runs on an inbox: rejects among its documents, and an outlet that has far more debris than before."""
    folder = tmp_path_factory.mktemp("place")
    inbox, config = folder / "inbox", folder / "config"
    shutil.copytree(ROOT / "config", config)
    (config / "expectations.yml").write_text("- {id: debris, measure: debris, maximum: 0.2, from: 2, why: its pages changed}\n")
    with (config / "outlets/outlets.csv").open("a") as registry:  # drift is told of outlets that the registry vouches for
        registry.write(OUTLET)
    own = {"COPYDESK_SCHEDULE__SETTLE_SECONDS": "0", "COPYDESK_SHARDS__DOCUMENTS": "4", "PREFECT_LOGGING_LEVEL": "DEBUG"}
    inbox.mkdir()
    (inbox / "monday.jsonl").write_text(stories(1, PLACES[:2], ()))
    prefect.run("tests.slow.incremental", str(inbox), str(folder / "data"), str(config), **own)
    (inbox / "tuesday.jsonl").write_text(stories(2, PLACES[2:], DEBRIS))
    shutil.copytree(ROOT / "seeds/broken", inbox / "broken")
    prefect.run("tests.slow.incremental", str(inbox), str(folder / "data"), str(config), **own)
    _, second = prefect.runs("copydesk_incremental", "COMPLETED")
    return second


@pytest.fixture(scope="module")
def page(prefect: Prefect, run: dict[str, Any]) -> Iterator[Any]:
    """The page of the run, open."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        opened = chromium.new_context(viewport={"width": 1400, "height": 1500}).new_page()
        opened.set_default_timeout(PATIENCE * 1000)
        yield opened


def at_run(page: Any, prefect: Prefect, run: dict[str, Any], tab: str) -> None:
    """Open a tab of the run's page."""
    page.goto(f"{prefect.url.removesuffix('/api')}/runs/flow-run/{run['id']}")
    page.get_by_text("Completed", exact=True).first.wait_for()
    page.get_by_role("tab", name=tab).or_(page.get_by_text(tab, exact=True)).last.click()


def keep(page: Any, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("counts", ("articles", "copies", "rejects", "unchanged")),
        ("rejects", ("consent-wall", "too-short", "error-page")),
        ("drift", ("warned", "valleypost.example", "debris")),
    ],
)
def test_the_run_shows_what_came_out(page: Any, prefect: Prefect, run: dict[str, Any], key: str, seen: tuple[str, ...]) -> None:
    at_run(page, prefect, run, "Artifacts")
    for name in ("counts", "rejects", "drift", "progress", "report"):
        page.get_by_text(name, exact=True).first.wait_for()
    keep(page, "artifacts")
    (told,) = [one for one in prefect.ask("artifacts/filter", {}) if one["key"] == key and one["flow_run_id"] == run["id"]]
    page.get_by_text(key, exact=True).last.click()
    rows = json.loads(told["data"])
    for value in {str(value) for row in rows for value in row.values() if isinstance(value, str)}:
        page.get_by_text(value, exact=True).first.wait_for()
    keep(page, key)
    shown = page.inner_text("body")
    assert [word for word in seen if word not in shown] == []


def test_the_log_says_run_shard_and_document(page: Any, prefect: Prefect, run: dict[str, Any]) -> None:
    at_run(page, prefect, run, "Logs")
    page.get_by_text("release 2 in").first.wait_for()
    keep(page, "log")
    lines = prefect.ask("logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}, "limit": 200})
    said = [line["message"] for line in lines]
    assert any(line.startswith("shard 00001: ") for line in said), said
    rejected = [line for line in said if " document " in line and "rejected as consent-wall" in line]
    assert len(rejected) == 1 and rejected[0].startswith("shard 0000"), said
    page.get_by_text(rejected[0]).first.wait_for()

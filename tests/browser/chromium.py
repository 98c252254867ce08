"""Headless Chromium for the tests and figures of the report; `make test-browser` sets up what it needs."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing it does on its own may be taken for something the page did.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

sys.path.append(str(ROOT / ".venv" / "browser"))  # after all else: what it shares with the suite is the suite's

from playwright.sync_api import sync_playwright  # noqa: E402


def executable() -> str:
    """The browser: $CHROMIUM or the first one installed."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise FileNotFoundError("no Chromium is installed; `make test-browser` says how to get one")
    return found


@contextmanager
def browser() -> Iterator[Any]:
    """A browser of its own, gone afterwards."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable(), args=[*QUIET, *sandbox])
        yield opened
        opened.close()

"""What the tests of the room share: stories, and a way to split files without a run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.records import RawDocument, Reject
from tasks.settings import load_settings
from tasks.split.shard import split_documents

Split = Callable[..., tuple[list[RawDocument], list[Reject]]]
STORY = (
    "Ferry line to reopen in May\n\n"
    "HARROW POINT, 3 March 2024 — The ferry across the sound will run again from the first of May, the harbour board said on Sunday.\n\n"
    "The pier had been closed since a storm tore off its landing stage in the autumn, and repairs took longer than planned.\n"
)


def story(number: int) -> str:
    """A short story that no other number gives."""
    return STORY.replace("Ferry line", f"Ferry line {number}").replace("first of May", f"May {number % 28 + 1}")


def page(number: int) -> str:
    """The story as a page."""
    title, *paragraphs = story(number).strip().split("\n\n")
    inner = "".join(f"<p>{p}</p>" for p in paragraphs)
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{inner}</body></html>"


@pytest.fixture
def split() -> Split:
    """Split bundles, given as paths, into documents and rejects."""

    def run(*bundles: Path | str) -> tuple[list[RawDocument], list[Reject]]:
        records = list(split_documents([str(bundle) for bundle in bundles], load_settings()))
        return [r for r in records if isinstance(r, RawDocument)], [r for r in records if isinstance(r, Reject)]

    return run

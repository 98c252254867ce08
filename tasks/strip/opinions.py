"""What the extractors make of a page, as one opinion for each block."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from trafilatura import bare_extraction

from tasks.strip.align import Alignment

# trafilatura logs an error for each page it gives up on; here that is an opinion like any other.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def trafilatura_pieces(tree: Any, *, fast: bool = False, precision: bool = False) -> list[str]:
    """The text pieces that trafilatura keeps of a page, in its order; the tree stays as it is.

    Never with `deduplicate`: that depends on the pages seen before.
    """
    found: Any = bare_extraction(tree, include_comments=False, fast=fast, favor_precision=precision)
    return [] if found is None or found.body is None else list(found.body.itertext())


def opinion(alignment: Alignment, pieces: Callable[[], Iterable[str]]) -> list[bool]:
    """Which blocks an extractor keeps. An extractor that breaks on a page has no opinion of it."""
    try:
        return alignment.kept(pieces())
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError, RecursionError):
        return [False] * len(alignment.texts)

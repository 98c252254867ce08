"""All that normalizing knows, read once for each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.normalize import signers, titles
from tasks.normalize.atlas import Atlas, load_atlas
from tasks.normalize.dates.words import DateWords, load_words
from tasks.normalize.lexicon import Lexicon, load_lexicon
from tasks.normalize.registry import Registry, load_registry
from tasks.normalize.tongues import Tongues, load_tongues
from tasks.normalize.weights import load_weights
from tasks.normalize.wires import Wires, load_wires


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Outlets, agencies, places, byline words, language profiles and date words."""

    registry: Registry
    wires: Wires
    atlas: Atlas
    lexicon: Lexicon
    tongues: Tongues
    dates: DateWords
    ranking: Mapping[str, float]  # weights of what speaks for a headline
    signers: Mapping[str, float]  # and for somebody who signed


@cache
def load_knowledge(folder: Path) -> Knowledge:
    """Read what config/ knows. Raises ConfigurationError with one line for the first mistake."""
    origin = load_registry(folder), load_wires(folder), load_atlas(folder), load_lexicon(folder)
    return Knowledge(
        *origin, load_tongues(folder), load_words(folder), load_weights(folder / titles.FILE), load_weights(folder / signers.FILE)
    )

"""Weights of a ranking: a small CSV that people can read."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tasks.settings import ConfigurationError, read_csv


@cache
def load_weights(path: Path) -> Mapping[str, float]:
    """The weights in a file with the columns feature and weight. Raises ConfigurationError where a weight is no number."""
    weights: dict[str, float] = {}
    for number, row in enumerate(read_csv(path), 2):
        try:
            weights[row["feature"]] = float(row["weight"])
        except (KeyError, ValueError):
            raise ConfigurationError(f"{path}: line {number}: needs a feature and a number") from None
    return weights

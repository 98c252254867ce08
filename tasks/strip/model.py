"""The line model: two logistic regressions, the second sees what the first said of the lines around. Plain numpy, weights in config.

It speaks only where rules are silent, and only in documents long enough for a neighbourhood to mean something: on short texts
with debris between the paragraphs models of this kind cost more than they bring.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.features import FAR, Matrix, densest, features, window
from tasks.strip.verdicts import Sheet, Verdict

NEAREST, WIDEST = 2, 20  # lines to each side
HEAVIEST = 60.0  # words beyond which a line weighs no more
CLIP = 1e-3


@dataclass(frozen=True, slots=True)
class Layer:
    """A logistic regression: an intercept and a weight for each named feature."""

    intercept: float
    names: tuple[str, ...]
    weights: tuple[float, ...]

    def chance(self, matrix: Matrix) -> Matrix:
        """Chance of each row to be story."""
        return np.asarray(1.0 / (1.0 + np.exp(-(matrix @ np.array(self.weights) + self.intercept))))


@dataclass(frozen=True, slots=True)
class LineModel:
    """Both layers, the chance below which a line is debris, and the number of lines a document has at least."""

    first: Layer
    second: Layer
    threshold: float
    least_lines: int


def layer_of(content: Mapping[str, float]) -> Layer:
    """A layer as the file holds it: a name and a number a line."""
    named = {name: float(weight) for name, weight in content.items() if name != "intercept"}
    return Layer(float(content["intercept"]), tuple(named), tuple(named.values()))


@cache
def load_model(folder: Path) -> LineModel:
    """The model of config/debris/model.yml. Raises ConfigurationError."""
    path = folder / "debris" / "model.yml"
    content = read_yaml(path)
    try:
        return LineModel(layer_of(content["first"]), layer_of(content["second"]), float(content["threshold"]), int(content["least_lines"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path}: {error}; train it again with make train-lines") from None


def second_look(first: Matrix, matrix: Matrix, words: Matrix, open_lines: Matrix) -> tuple[tuple[str, ...], Matrix]:
    """The features of the second layer: those of the first, and what its chances say of the lines around."""
    chance = first * open_lines
    weight = np.minimum(words, HEAVIEST) * open_lines
    clipped = np.clip(first, CLIP, 1 - CLIP)
    inside = densest(np.where(open_lines > 0, (first - 0.5) * np.minimum(words, HEAVIEST), -8.0)).astype(float)
    story = chance * weight
    before = np.cumsum(story) - story
    after = story.sum() - np.cumsum(story)
    total = max(1.0, float(story.sum()))
    logit = np.log(clipped / (1 - clipped))
    found = {
        "first_logit": logit,
        "first_near": window(story, NEAREST) / np.maximum(1.0, window(weight, NEAREST)),
        "first_far": window(story, FAR) / np.maximum(1.0, window(weight, FAR)),
        "first_widest": window(story, WIDEST) / np.maximum(1.0, window(weight, WIDEST)),
        "first_densest": inside,
        "story_before": before / total,
        "story_behind": after / total,
        "log_story_before": np.log1p(before),
        "log_story_behind": np.log1p(after),
        "log_words_in_densest": inside * matrix[:, 0],
        "first_logit_outside_densest": (1 - inside) * logit,
    }
    return tuple(found), np.concatenate([matrix, np.stack(list(found.values()), axis=1)], axis=1)


def chances(sheet: Sheet, title: str, model: LineModel) -> Matrix:
    """Chance of each line of a sheet to be story."""
    _, matrix = features(sheet, title)
    words = np.array([line.words for line in sheet.lines])
    open_lines = np.array([float(sheet.open(line.index)) for line in sheet.lines])
    _, again = second_look(model.first.chance(matrix), matrix, words, open_lines)
    return model.second.chance(again)


def model_pass(sheet: Sheet, model: LineModel) -> Mapping[int, Verdict]:
    """Open lines of a long text that the model takes for debris, and story lines it is unsure of."""
    if len(sheet.lines) < model.least_lines:
        return {}
    found: dict[int, Verdict] = {}
    for line, chance in zip(sheet.lines, chances(sheet, title_of(sheet), model).tolist(), strict=True):
        if sheet.open(line.index):
            debris = chance < model.threshold
            sure = min(1.0, abs(chance - model.threshold) / (model.threshold if debris else 1 - model.threshold))
            found[line.index] = Verdict("boilerplate" if debris else "body", "model.line", round(sure, 4))
    return found


def title_of(sheet: Sheet) -> str:
    """The headline's line, or an empty text."""
    lines = zip(sheet.lines, sheet.verdicts, strict=True)
    return next((line.text for line, verdict in lines if verdict is not None and verdict.kind == "headline"), "")

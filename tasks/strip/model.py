"""The line model: two logistic regressions, the second sees what the first said of the lines around. Plain numpy, weights in config.

It speaks only where rules are silent. In a short text, where debris may stand between any two paragraphs and a neighbourhood means
little, it only says where the story begins and ends, and only if it knows several of its paragraphs for sure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.features import FAR, HEAVIEST, Matrix, densest, features, shifted, table, window
from tasks.strip.verdicts import Sheet, Verdict

NEAREST, WIDEST = 2, 20  # lines to each side
CLIP = 1e-3
SURE, ENOUGH = 0.7, 3  # chance from which a paragraph shows where the story of a short text is, and how many of them there must be
OUTSIDE, DECIDED = -3.0, -6.0  # what stands for the logit of lines beyond the ends, and of lines that are no longer open


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
    """Both layers, the chance below which a line is debris, and the number of lines from which a text is no short one."""

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
        "log_story": np.full(len(first), np.log1p(story.sum())),
        "story_share": np.full(len(first), float(story.sum() / max(1.0, float(weight.sum())))),
    }
    open_logit = np.where(open_lines > 0, logit, DECIDED)
    for by in (-2, -1, 1, 2):
        found[f"first_logit_{by:+d}"] = shifted(open_logit - OUTSIDE, by) + OUTSIDE
    names, more = table(found, len(first))
    return names, np.concatenate([matrix, more], axis=1)


def chances(sheet: Sheet, title: str, model: LineModel) -> Matrix:
    """Chance of each line of a sheet to be story."""
    _, matrix = features(sheet, title)
    words = np.array([line.words for line in sheet.lines])
    open_lines = np.array([float(sheet.open(line.index)) for line in sheet.lines])
    _, again = second_look(model.first.chance(matrix), matrix, words, open_lines)
    return model.second.chance(again)


def model_passes(sheets: Sequence[Sheet], model: LineModel) -> list[Mapping[int, Verdict]]:
    """What the model says of each of several texts."""
    return [model_pass(sheet, model) for sheet in sheets]


def model_pass(sheet: Sheet, model: LineModel) -> Mapping[int, Verdict]:
    """Open lines that the model takes for debris; in a short text only those before the first and behind the last sure paragraph."""
    still = [line for line in sheet.lines if sheet.open(line.index)]
    short = len(sheet.lines) < model.least_lines
    if not still or (short and all(line.story_like for line in (still[0], *still[-2:]))):
        return {}  # nothing to say, or a short text that begins and ends with paragraphs
    chance = chances(sheet, title_of(sheet), model).tolist()
    sure = [line.index for line in still if line.story_like and chance[line.index] >= SURE]
    first, last = (sure[0], sure[-1]) if len(sure) >= ENOUGH else (0, len(sheet.lines))
    found: dict[int, Verdict] = {}
    for line in still:
        if not (short and first <= line.index <= last):
            found[line.index] = verdict_of(chance[line.index], model.threshold)
    return found


def verdict_of(chance: float, threshold: float) -> Verdict:
    """What a chance to be story says, and how sure it is."""
    debris = chance < threshold
    sure = min(1.0, abs(chance - threshold) / (threshold if debris else 1 - threshold))
    return Verdict("boilerplate" if debris else "body", "model.line", round(sure, 4))


def title_of(sheet: Sheet) -> str:
    """The headline's line, or an empty text."""
    lines = zip(sheet.lines, sheet.verdicts, strict=True)
    return next((line.text for line, verdict in lines if verdict is not None and verdict.kind == "headline"), "")

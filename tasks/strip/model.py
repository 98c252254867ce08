"""The line model: boosted trees over the shape, place and company of a line. Plain numpy, the trees a table in config.

It speaks only where rules are silent. In a short text, where debris may stand between any two paragraphs and a neighbourhood means
little, it only says where the story begins and ends, and only if it knows several of its paragraphs for sure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.settings import ConfigurationError, read_yaml
from tasks.strip.features import features
from tasks.strip.stack import OPEN, stack_of
from tasks.strip.trees import Forest, load_forest
from tasks.strip.verdicts import Sheet, Verdict

FILE = "line_model.csv"
SURE, ENOUGH = 0.7, 3  # chance from which a paragraph shows where the story of a short text is, and how many of them there must be
STEPS = 3  # decimals of a chance


@dataclass(frozen=True, slots=True)
class LineModel:
    """Trees, the chances below which a line and a paragraph are debris, the lines from which a text is no short one, words for comments."""

    forest: Forest
    threshold: float
    paragraphs: float
    least_lines: int
    talk: tuple[str, ...]


@cache
def load_model(folder: Path) -> LineModel:
    """The model of config/line_model.csv and config/debris/model.yml. Raises ConfigurationError."""
    path = folder / "debris" / "model.yml"
    content = read_yaml(path)
    try:
        talk = tuple(str(stem) for stem in content["talk"])
        thresholds = float(content["threshold"]), float(content["threshold_of_paragraphs"])
        return LineModel(load_forest(folder / FILE), *thresholds, int(content["least_lines"]), talk)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path}: {error}; train it again with make train-lines") from None


def chances(sheets: Sequence[Sheet], model: LineModel) -> list[dict[int, float]]:
    """For each of some sheets the chance of each of its open lines to be story."""
    if not sheets:
        return []
    stack = stack_of(sheets)
    still = np.flatnonzero(stack.decided == OPEN)
    columns = {name: column[still] for name, column in features(stack, model.talk).items() if name in model.forest.names}
    told = np.round(1 / (1 + np.exp(-model.forest.logits(columns))), STEPS)
    found: list[dict[int, float]] = [{} for _ in sheets]
    for text, line, chance in zip(stack.text[still].tolist(), (still - stack.first[still]).tolist(), told.tolist(), strict=True):
        found[text][line] = chance
    return found


def model_passes(sheets: Sequence[Sheet], model: LineModel) -> list[Mapping[int, Verdict]]:
    """For each of some sheets the open lines of which the model knows what they are."""
    asked = [at for at, sheet in enumerate(sheets) if worth_asking(sheet, model)]
    told = dict(zip(asked, chances([sheets[at] for at in asked], model), strict=True))
    return [judged(sheet, told[at], model) if at in told else {} for at, sheet in enumerate(sheets)]


def worth_asking(sheet: Sheet, model: LineModel) -> bool:
    """Whether there is something to say: not of a short text that begins and ends with paragraphs."""
    still = [line for line in sheet.lines if sheet.open(line.index)]
    return bool(still) and not (len(sheet.lines) < model.least_lines and all(line.story_like for line in (still[0], *still[-2:])))


def judged(sheet: Sheet, chance: Mapping[int, float], model: LineModel) -> Mapping[int, Verdict]:
    """Verdicts on the open lines; in a short text with sure paragraphs only on those before its first and behind its last paragraph."""
    least = {at: model.paragraphs if sheet.lines[at].story_like else model.threshold for at in chance}
    paragraphs = [at for at in chance if chance[at] >= least[at] and sheet.lines[at].story_like]
    short, known = len(sheet.lines) < model.least_lines, sum(chance[at] >= SURE for at in paragraphs) >= ENOUGH
    first, last = (paragraphs[0], paragraphs[-1]) if known else (0, len(sheet.lines))
    return {at: verdict_of(chance[at], least[at]) for at in chance if not (short and first <= at <= last)}


@cache
def verdict_of(chance: float, threshold: float) -> Verdict:
    """What a chance to be story says, and how sure it is."""
    debris = chance < threshold
    sure = min(1.0, abs(chance - threshold) / (threshold if debris else 1 - threshold))
    return Verdict("boilerplate" if debris else "body", "model.line", round(sure, STEPS))

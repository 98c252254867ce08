"""What the line model sees of a line: its shape, its place, its neighbours. A row a line, a column a feature, no language assumed."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from tasks.strip.lines import UNSPACED, Line, fold
from tasks.strip.verdicts import Sheet

Matrix = npt.NDArray[np.float64]
QUOTES = frozenset("\"“”„«»「」『』")
MARKS = ("|", "»", "›", "→", "•", "@", "http", "www.", "©", "#", "/")
NEAR, FAR = 3, 10  # lines to each side that make a neighbourhood


def shape(line: Line, seen: Counter[str], title: frozenset[str]) -> dict[str, float]:
    """What a line says by itself, in the company of the headline's words."""
    text = line.text
    tokens = text.split()
    letters = sum(c.isalpha() for c in text) or 1
    folded = fold(text).split()
    return {
        "log_words": float(np.log1p(line.words)),
        "up_to_3_words": float(line.words <= 3),
        "up_to_8_words": float(line.words <= 8),
        "from_9_to_20_words": float(8 < line.words <= 20),
        "over_40_words": float(line.words > 40),
        "ends_sentence": float(line.ends),
        "short_sentence": float(line.ends and line.words <= 8),
        "ends_colon": float(text.endswith((":", "："))),
        "ends_dots": float(text.endswith(("…", "..."))),
        "ends_question": float(text.endswith(("?", "？", "؟"))),
        "digit_share": sum(c.isdigit() for c in text) / len(text),
        "capital_words": sum(token[:1].isupper() for token in tokens) / (len(tokens) or 1),
        "all_capitals": float(sum(c.isupper() for c in text) / letters > 0.7),
        "short_words": sum(len(token) <= 3 for token in tokens) / (len(tokens) or 1),
        "commas": min(4.0, sum(text.count(c) for c in ",،、，;")),
        "quoted": float(any(c in QUOTES for c in text)),
        "marks": float(any(mark in text for mark in MARKS)),
        "starts_lower": float(text[:1].islower()),
        "starts_digit": float(text[:1].isdigit()),
        "unspaced": float(bool(UNSPACED.search(text))),
        "repeated": float(seen[text] > 1),
        "title_words": len(title & set(folded)) / len(title) if title else 0.0,
        "gap_before": float(line.gap),
    }


def window(values: Matrix, reach: int) -> Matrix:
    """Sums of the values within `reach` lines to each side, the line itself among them."""
    padded = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    return np.asarray(padded[np.minimum(at + reach + 1, len(values))] - padded[np.maximum(at - reach, 0)])


def shifted(values: Matrix, by: int) -> Matrix:
    """The values of the lines `by` further on, 0 beyond the ends."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[:-by] = values[by:]
    else:
        moved[-by:] = values[:by]
    return moved


def densest(weights: Matrix) -> npt.NDArray[np.bool_]:
    """Which lines lie in the stretch whose weights add up to most."""
    inside = np.zeros(len(weights), bool)
    best, total, start, span = 0.0, 0.0, 0, (0, 0)
    for at, weight in enumerate(weights):
        if total <= 0:
            total, start = 0.0, at
        total += weight
        if total > best:
            best, span = total, (start, at + 1)
    inside[span[0] : span[1]] = True
    return inside


def places(lines: tuple[Line, ...], story: Matrix, debris: Matrix) -> dict[str, Matrix]:
    """Where the lines stand in the document, and what stands around them."""
    count = len(lines)
    at = np.arange(count, dtype=float)
    words = np.array([line.words for line in lines])
    told = np.flatnonzero(story)
    first, last = (float(told[0]), float(told[-1])) if len(told) else (0.0, count - 1.0)
    ends = np.array([float(line.ends) for line in lines])
    weights = np.where(debris > 0, -8.0, np.where(story > 0, np.minimum(words, 60.0), -4.0))
    found = {
        "position": at / max(1, count - 1),
        "log_from_start": np.log1p(at),
        "log_from_end": np.log1p(count - 1 - at),
        "before_story": (at < first).astype(float),
        "after_story": (at > last).astype(float),
        "log_to_first": np.log1p(np.abs(at - first)),
        "log_to_last": np.log1p(np.abs(at - last)),
        "in_densest": densest(weights).astype(float),
        "story_share_near": window(story * words, NEAR) / np.maximum(1.0, window(words, NEAR)),
        "story_share_far": window(story * words, FAR) / np.maximum(1.0, window(words, FAR)),
        "debris_near": window(debris, NEAR) / window(np.ones(count), NEAR),
        "debris_far": window(debris, FAR) / window(np.ones(count), FAR),
        "ends_near": window(ends, NEAR) / window(np.ones(count), NEAR),
        "log_lines": np.full(count, np.log1p(count)),
        "story_lines": np.full(count, np.log1p(story.sum())),
        "document_story_share": np.full(count, float((story * words).sum() / max(1.0, words.sum()))),
    }
    for by, side in ((-1, "previous"), (1, "next")):
        found[f"{side}_story"] = shifted(story, by)
        found[f"{side}_debris"] = shifted(debris, by)
        found[f"{side}_log_words"] = shifted(np.log1p(words), by)
        found[f"{side}_ends"] = shifted(ends, by)
    return found


def features(sheet: Sheet, title: str) -> tuple[tuple[str, ...], Matrix]:
    """Names of the features, and a row of them for each line of a sheet on which the rules have spoken."""
    lines = sheet.lines
    seen = Counter(line.text for line in lines)
    wanted = frozenset(fold(title).split())
    own = [shape(line, seen, wanted) for line in lines]
    story = np.array([float(line.story_like and not sheet.debris(line.index)) for line in lines])
    debris = np.array([float(sheet.debris(line.index)) for line in lines])
    around = places(lines, story, debris)
    names = (*own[0], *around)
    columns = [np.array([row[name] for row in own]) for name in own[0]] + list(around.values())
    matrix = np.stack(columns, axis=1)
    crossed = {
        "story_like": story,
        "story_outside_densest": story * (1 - around["in_densest"]),
        "short_in_densest": (1 - story) * around["in_densest"],
        "story_after_debris": story * around["debris_near"],
        "lonely_story": story * (1 - around["story_share_near"]),
    }
    return (*names, *crossed), np.concatenate([matrix, np.stack(list(crossed.values()), axis=1)], axis=1)

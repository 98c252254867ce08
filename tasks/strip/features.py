"""What the line model sees of a line: its shape, its place, its neighbours. A row a line, a column a feature, no language assumed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from tasks.strip.context import found_around, topics
from tasks.strip.lines import UNSPACED, Line, fold
from tasks.strip.verdicts import Sheet

Matrix = npt.NDArray[np.float64]
QUOTES = frozenset('"“”„«»「」『』')
MARKS = frozenset("|»›→•@©#/")
LINKS = ("http", "www.")
COMMAS = frozenset(",،、，;")
UNKNOWN = 0xFFFF
ALPHA, DIGIT, UPPER, LOWER, SPACE, COMMA, QUOTE, MARK, WIDE = range(9)  # kinds of characters, in the order of `class_of`
NEAR, FAR = 3, 10  # lines to each side that make a neighbourhood
HEAVIEST = 60.0  # words beyond which a line weighs no more


@cache
def class_of(character: str) -> int:
    """What a character is, a bit for each kind."""
    kinds = (
        character.isalpha(),
        character.isdigit(),
        character.isupper(),
        character.islower(),
        character.isspace(),
        character in COMMAS,
        character in QUOTES,
        character in MARKS,
        bool(UNSPACED.match(character)),
    )
    return sum(1 << bit for bit, holds in enumerate(kinds) if holds)


KNOWN = np.full(0x110000, UNKNOWN, np.uint16)  # `class_of` by code point, of the characters that have been asked for


def classes(codes: npt.NDArray[np.uint32], text: str) -> npt.NDArray[np.uint16]:
    """The kinds of all characters of a text."""
    kinds = KNOWN[codes]
    if (kinds == UNKNOWN).any():
        for character in set(text):
            KNOWN[ord(character)] = class_of(character)
        kinds = KNOWN[codes]
    return kinds


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Characters:
    """The kinds of all characters of some lines in a row, a line break behind each line, and where the lines begin and end."""

    kinds: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]

    def mask(self, bit: int) -> npt.NDArray[np.bool_]:
        """Which characters are of a kind."""
        return np.asarray(self.kinds & np.uint16(1 << bit), dtype=bool)

    def counted(self, mask: npt.NDArray[np.bool_]) -> Matrix:
        """For each line how many of its characters a mask marks."""
        return np.add.reduceat(mask, self.starts, dtype=np.intp).astype(float)  # the break behind a line counts as well: no mask marks it

    def first(self, bit: int) -> Matrix:
        """For each line whether its first character is of a kind."""
        return self.mask(bit)[self.starts].astype(float)


def characters_of(texts: Sequence[str]) -> Characters:
    """The characters of the lines of a document."""
    whole = "\n".join((*texts, ""))
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    return Characters(classes(codes_of(whole), whole), np.concatenate(([0], ends[:-1] + 1)), ends)


def token_marks(blank: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The first characters of words between blanks, and those of words of up to three characters; the last character is a blank."""
    begins = ~blank
    begins[1:] &= blank[:-1]
    at = np.flatnonzero(begins)
    after = np.flatnonzero(blank[1:] & ~blank[:-1]) + 1
    short = np.zeros(len(blank), bool)
    short[at[after - at <= 3]] = True
    return begins, short


def shapes(lines: Sequence[Line], title: frozenset[str]) -> dict[str, Matrix]:
    """What each line says by itself, in the company of the headline's words."""
    texts = [line.text for line in lines]
    words, ends = np.array([line.words for line in lines]), np.array([line.ends for line in lines])
    seen = Counter(texts)
    return {
        "log_words": np.log1p(words),
        "up_to_3_words": words <= 3,
        "up_to_8_words": words <= 8,
        "from_9_to_20_words": (words > 8) & (words <= 20),
        "over_40_words": words > 40,
        "ends_sentence": ends,
        "short_sentence": ends & (words <= 8),
        "ends_colon": np.array([text.endswith((":", "：")) for text in texts]),
        "ends_dots": np.array([text.endswith(("…", "...")) for text in texts]),
        "ends_question": np.array([text.endswith(("?", "？", "؟")) for text in texts]),
        **spelling(characters_of(texts), np.array([any(word in text for word in LINKS) for text in texts])),
        "repeated": np.array([seen[text] > 1 for text in texts]),
        "title_words": np.array([shared(title, text) for text in texts]),
        "gap_before": np.array([line.gap for line in lines]),
    }


def spelling(all_of: Characters, linked: npt.NDArray[np.bool_]) -> dict[str, Matrix]:
    """What the characters of each line say."""
    begins, short = token_marks(all_of.mask(SPACE))
    tokens = np.maximum(1.0, all_of.counted(begins))
    letters = np.maximum(1.0, all_of.counted(all_of.mask(ALPHA)))
    upper = all_of.mask(UPPER)
    return {
        "digit_share": all_of.counted(all_of.mask(DIGIT)) / np.maximum(1, all_of.ends - all_of.starts),
        "capital_words": all_of.counted(begins & upper) / tokens,
        "all_capitals": (all_of.counted(upper) / letters > 0.7).astype(float),
        "short_words": all_of.counted(short) / tokens,
        "commas": np.minimum(4.0, all_of.counted(all_of.mask(COMMA))),
        "quoted": np.minimum(1.0, all_of.counted(all_of.mask(QUOTE))),
        "marks": np.minimum(1.0, all_of.counted(all_of.mask(MARK)) + linked),
        "starts_lower": all_of.first(LOWER),
        "starts_digit": all_of.first(DIGIT),
        "unspaced": np.minimum(1.0, all_of.counted(all_of.mask(WIDE))),
    }


def shared(title: frozenset[str], text: str) -> float:
    """Share of the headline's words that stand in a line."""
    return len(title.intersection(fold(text).split())) / len(title) if title else 0.0


def window(values: Matrix, reach: int) -> Matrix:
    """Sums of the values within `reach` lines to each side, the line itself among them; of several rows at once."""
    return windows(summed(values), reach)


def summed(values: Matrix) -> Matrix:
    """Sums up to each line, along the last axis, a 0 before them."""
    total = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    np.cumsum(values, axis=-1, out=total[..., 1:])
    return total


def windows(total: Matrix, reach: int) -> Matrix:
    """Sums within `reach` lines to each side, from the sums up to each line."""
    count = total.shape[-1] - 1
    at = np.arange(count)
    return np.asarray(total[..., np.minimum(at + reach + 1, count)] - total[..., np.maximum(at - reach, 0)])


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
    capped = np.minimum(words, HEAVIEST)
    weights = np.where(debris > 0, -8.0, np.where(story > 0, capped, -4.0))
    total = summed(np.array([story * words, words, debris, ends, np.ones(count), capped, story]))
    near, far = windows(total, NEAR), windows(total, FAR)
    found = {
        "position": at / max(1, count - 1),
        "log_from_start": np.log1p(at),
        "log_from_end": np.log1p(count - 1 - at),
        "before_story": at < first,
        "after_story": at > last,
        "log_to_first": np.log1p(np.abs(at - first)),
        "log_to_last": np.log1p(np.abs(at - last)),
        "in_densest": densest(weights),
        "story_share_near": near[0] / np.maximum(1.0, near[1]),
        "story_share_far": far[0] / np.maximum(1.0, far[1]),
        "debris_near": near[2] / near[4],
        "debris_far": far[2] / far[4],
        "ends_near": near[3] / near[4],
        "log_lines": np.full(count, np.log1p(count)),
        "story_lines": np.full(count, np.log1p(story.sum())),
        "document_story_share": np.full(count, float((story * words).sum() / max(1.0, words.sum()))),
        "log_words_near": np.log1p(windows(total[5], 2)),
        "log_words_far": np.log1p(windows(total[5], 8)),
        "story_lines_near": windows(total[6], 5),
    }
    log_words = np.log1p(words)
    for by, side in ((-1, "previous"), (1, "next")):
        found[f"{side}_story"] = shifted(story, by)
        found[f"{side}_debris"] = shifted(debris, by)
        found[f"{side}_log_words"] = shifted(log_words, by)
        found[f"{side}_ends"] = shifted(ends, by)
        found[f"longer_than_{side}"] = log_words - found[f"{side}_log_words"]
        found[f"{side}_but_one_log_words"] = shifted(log_words, 2 * by)
        found[f"{side}_but_one_ends"] = shifted(ends, 2 * by)
    return found


def table(found: Mapping[str, npt.ArrayLike], count: int) -> tuple[tuple[str, ...], Matrix]:
    """Features as their names and a row for each of so many lines."""
    matrix = np.empty((len(found), count))
    for row, values in enumerate(found.values()):
        matrix[row] = values
    return tuple(found), matrix.T


def features(sheet: Sheet, title: str) -> tuple[tuple[str, ...], Matrix]:
    """Names of the features, and a row of them for each line of a sheet on which the rules have spoken."""
    lines = sheet.lines
    own = shapes(lines, frozenset(fold(title).split()))
    story = np.array([float(line.story_like and not sheet.debris(line.index)) for line in lines])
    debris = np.array([float(sheet.debris(line.index)) for line in lines])
    around = places(lines, story, debris) | found_around(sheet.verdicts) | topics([line.text for line in lines], story)
    inside = np.asarray(around["in_densest"], dtype=float)
    crossed = {
        "story_like": story,
        "story_outside_densest": story * (1 - inside),
        "short_in_densest": (1 - story) * inside,
        "story_after_debris": story * around["debris_near"],
        "lonely_story": story * (1 - around["story_share_near"]),
    }
    return table({**own, **around, **crossed}, len(lines))

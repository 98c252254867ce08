"""What the line model sees of a line: its shape, its place, its neighbours. A row a line, a column a feature, no language assumed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from tasks.strip.lines import UNSPACED, Line, fold
from tasks.strip.verdicts import Sheet

Matrix = npt.NDArray[np.float64]
QUOTES = frozenset('"“”„«»「」『』')
MARKS = frozenset("|»›→•@©#/")
LINKS = ("http", "www.")
COMMAS = frozenset(",،、，;")
ALPHA, DIGIT, UPPER, LOWER, SPACE, COMMA, QUOTE, MARK, WIDE = range(9)  # kinds of characters, in the order of `class_of`
NEAR, FAR = 3, 10  # lines to each side that make a neighbourhood


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
        total = np.concatenate(([0], np.cumsum(mask)))
        return (total[self.ends] - total[self.starts]).astype(float)

    def first(self, bit: int) -> Matrix:
        """For each line whether its first character is of a kind."""
        return self.mask(bit)[self.starts].astype(float)


def characters_of(texts: Sequence[str]) -> Characters:
    """The characters of the lines of a document."""
    whole = "\n".join(texts) + "\n"
    codes = codes_of(whole)
    table = np.zeros(int(codes.max()) + 1, np.uint16)
    for character in set(whole):
        table[ord(character)] = class_of(character)
    lengths = np.array([len(text) for text in texts], dtype=np.intp)
    ends = np.cumsum(lengths + 1) - 1
    return Characters(table[codes], ends - lengths, ends)


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
    found = {
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
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


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
    own = shapes(lines, frozenset(fold(title).split()))
    story = np.array([float(line.story_like and not sheet.debris(line.index)) for line in lines])
    debris = np.array([float(sheet.debris(line.index)) for line in lines])
    around = places(lines, story, debris)
    names = (*own, *around)
    matrix = np.stack([*own.values(), *around.values()], axis=1)
    crossed = {
        "story_like": story,
        "story_outside_densest": story * (1 - around["in_densest"]),
        "short_in_densest": (1 - story) * around["in_densest"],
        "story_after_debris": story * around["debris_near"],
        "lonely_story": story * (1 - around["story_share_near"]),
    }
    return (*names, *crossed), np.concatenate([matrix, np.stack(list(crossed.values()), axis=1)], axis=1)

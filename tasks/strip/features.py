"""What the line model sees of a line: its shape, its place, its neighbours. A column a feature, a value a line, no language assumed.

Values are whole numbers and quotients of two: a text has the same ones by itself and among others. None says how long a text is or
how much of it is story: trees take such figures for the names of the texts they learn from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tasks.strip.characters import ALPHA, COMMA, DIGIT, LOWER, MARK, QUOTE, SPACE, UPPER, WIDE, Characters, characters_of
from tasks.strip.context import found_around, topics
from tasks.strip.manner import manners
from tasks.strip.stack import DEBRIS, TENTHS, Column, Flags, Integers, Stack, share

Any = np.generic
LINKS = ("http", "www.")
NEXT, NEAR, FAR, WIDEST = 2, 3, 10, 30  # lines to each side that make a neighbourhood
HEAVIEST, MOST_COMMAS = 60, 4  # words beyond which a line weighs no more
HEAD_LINES = 3  # paragraphs that make the head of a story
LONG_AGO = 1 << 40  # what no place comes near


def features(stack: Stack, talk: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """All features of the lines of some texts; `talk` is what words for comments hold, in small letters."""
    texts = [line.text for sheet in stack.sheets for line in sheet.lines]
    all_of = characters_of(texts)
    debris = stack.decided == DEBRIS
    story = ((stack.ends & (stack.words >= 10)) | (stack.words >= 28)) & ~debris
    told = stack.summed(story)
    head = story & (told[:-1] - told[stack.first] < HEAD_LINES)
    own = shapes(stack, texts) | spelling(all_of, texts) | manners(stack, texts, all_of, talk)
    around = places(stack, story, debris) | found_around(stack) | topics(stack, all_of, story, head)
    crossed = {
        "story_like": story,
        "story_after_debris": story * around["debris_near"],
        "lonely_story": story * (1 - around["story_share_near"]),
        **{f"{name}_around": stack.window(stack.summed(thousandths(around[name])), NEXT) for name in ("topic", "topic_head")},
    }
    return {**own, **around, **crossed}


def thousandths(values: npt.NDArray[Any]) -> Integers:
    """Shares as whole numbers."""
    return np.asarray(np.rint(values * 1000), dtype=np.int64)


def shapes(stack: Stack, texts: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """What each line says by itself."""
    seen = [count for sheet in stack.sheets for count in repeated([line.text for line in sheet.lines])]
    return {
        "words": stack.words,
        "ends_sentence": stack.ends,
        "ends_colon": np.array([text.endswith((":", "：")) for text in texts]),
        "ends_dots": np.array([text.endswith(("…", "...")) for text in texts]),
        "ends_question": np.array([text.endswith(("?", "？", "؟")) for text in texts]),
        "repeated": np.array(seen) > 1,
        "gap_before": stack.gap,
    }


def repeated(texts: Sequence[str]) -> list[int]:
    """How often the text of each line stands in its document."""
    seen = Counter(texts)
    return [seen[text] for text in texts]


def token_marks(blank: Flags) -> tuple[Integers, Integers]:
    """Where words between blanks begin, and where those of up to three characters do; the last character is a blank."""
    begins = ~blank
    begins[1:] &= blank[:-1]
    at = np.flatnonzero(begins)
    after = np.flatnonzero(blank[1:] & ~blank[:-1]) + 1
    return at, at[after - at <= 3]


def spelling(all_of: Characters, texts: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """What the characters of each line say."""
    begins, short = token_marks(all_of.mask(SPACE))
    tokens, upper = all_of.within(begins), all_of.mask(UPPER)
    linked = np.array([any(word in text for word in LINKS) for text in texts])
    return {
        "digit_share": share(all_of.counted(all_of.mask(DIGIT)), all_of.ends - all_of.starts),
        "capital_words": share(all_of.within(begins[upper[begins]]), tokens),
        "capitals": share(all_of.counted(upper), all_of.counted(all_of.mask(ALPHA))),
        "short_words": share(all_of.within(short), tokens),
        "commas": np.minimum(all_of.counted(all_of.mask(COMMA)), MOST_COMMAS),
        "quotes": all_of.counted(all_of.mask(QUOTE)) > 0,
        "marks": (all_of.counted(all_of.mask(MARK)) > 0) | linked,
        "starts_lower": all_of.first(LOWER),
        "starts_digit": all_of.first(DIGIT),
        "unspaced": all_of.counted(all_of.mask(WIDE)) > 0,
    }


def densest(stack: Stack, weights: Integers) -> Flags:
    """Which lines lie in the stretch of their text whose weights add up to most."""
    total, at = stack.summed(weights), stack.at
    before = total[:-1] - total[stack.first]  # of the same text, up to each line
    apart = stack.text * LONG_AGO
    least = np.minimum.accumulate(before - apart) + apart
    begins = np.maximum.accumulate(np.where(before == least, at, 0))
    gained = before + weights - least
    most = np.maximum.reduceat(gained, np.flatnonzero(at == stack.first))[stack.text]
    last = np.minimum.reduceat(np.where(gained == most, at, LONG_AGO), np.flatnonzero(at == stack.first))[stack.text]
    return (most > 0) & (at >= begins[last]) & (at <= last)


def places(stack: Stack, story: Flags, debris: Flags) -> dict[str, npt.NDArray[Any]]:
    """Where the lines stand in their text, and what stands around them."""
    at, words = stack.at, np.rint(stack.words * TENTHS).astype(np.int64)
    capped = np.minimum(words, HEAVIEST * TENTHS)
    inside = densest(stack, np.where(debris, -8 * TENTHS, np.where(story, capped, -4 * TENTHS)))
    total = stack.summed(np.array([story * words, words, debris, stack.ends, np.ones(len(at)), capped, story], np.int64))
    told = stack.whole(total[0])
    near, far, widest = (stack.window(total, reach) for reach in (NEAR, FAR, WIDEST))
    first, last = edges(stack, story, total[6])
    found = {
        "position": share(at - stack.first, stack.stop - stack.first - 1),
        "from_start": at - stack.first,
        "from_end": stack.stop - 1 - at,
        "to_first": at - first,
        "to_last": at - last,
        "in_densest": inside,
        "story_share_near": share(near[0], near[1]),
        "story_share_far": share(far[0], far[1]),
        "story_share_widest": share(widest[0], widest[1]),
        "debris_near": share(near[2], near[4]),
        "debris_far": share(far[2], far[4]),
        "debris_widest": share(widest[2], widest[4]),
        "ends_near": share(near[3], near[4]),
        "words_near": stack.window(total[5], NEXT),
        "words_far": stack.window(total[5], 8),
        "story_before": share(total[0][:-1] - total[0][stack.first], told),
        "story_lines_near": stack.window(total[6], 5),
    }
    return found | neighbours(stack, story, debris)


def edges(stack: Stack, story: Flags, told: Integers) -> tuple[Integers, Integers]:
    """For each line the first and the last paragraph of its text; of a text without any, its first and its last line."""
    at, any_there = np.flatnonzero(story), told[stack.stop] > told[stack.first]
    padded = np.concatenate((at, np.zeros(1, np.int64)))
    first = np.where(any_there, padded[np.minimum(told[stack.first], len(at))], stack.first)
    last = np.where(any_there, padded[np.maximum(told[stack.stop] - 1, 0)], stack.stop - 1)
    return first, last


def neighbours(stack: Stack, story: Flags, debris: Flags) -> dict[str, Column]:
    """What the lines next to a line are."""
    found: dict[str, Column] = {}
    for by, side in ((-1, "previous"), (1, "next")):
        found[f"{side}_story"] = stack.shifted(story, by)
        found[f"{side}_debris"] = stack.shifted(debris, by)
        found[f"{side}_words"] = stack.shifted(stack.words, by)
        found[f"{side}_ends"] = stack.shifted(stack.ends, by)
        found[f"longer_than_{side}"] = (stack.words + 1) / (found[f"{side}_words"] + 1)
        found[f"{side}_but_one_words"] = stack.shifted(stack.words, 2 * by)
        found[f"{side}_but_one_ends"] = stack.shifted(stack.ends, 2 * by)
    return found


def table(columns: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    """Features as rows of a table, a column a line."""
    return np.array(list(columns.values()), np.float32)

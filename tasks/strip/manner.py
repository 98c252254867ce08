"""How lines are written, and what form they come from: careless as readers write, made by a template, or calling readers to speak.

Below many a story stand the comments of its readers: good prose on the same subject. Their lines are told by what surrounds
them, a name and a stamp before each, `Reply` or `Flag this` behind, and by marks that editors do not leave.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tasks.strip.characters import ALPHA, BREAK, DIGIT, LOWER, SPACE, Characters, codes_of, lowered
from tasks.strip.stack import TENTHS, Flags, Integers, Stack, share

Columns = dict[str, npt.NDArray[np.generic]]
Numbers = npt.NDArray[np.uint64]
STOPS, ENDS, EXCLAIMED, DOTS = "!?.", "!?.。！？", "!！", "…"
NEAR, FAR, CLOSE = 3, 10, 5  # lines to each side
MOST = 4  # careless marks of a line, lines of a form before or behind it, at most counted
LONG_AGO = 60  # lines after which it no longer matters
SHORT = 14.0  # words of a line that a template makes, or that calls for comments
ENOUGH = 3  # lines of a text that begin, end or read alike
TAIL, HEAD = 5, 2  # characters by which ends and beginnings compare
STEP, HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)  # odd, so that no place in a line is lost; bits to mix


def among(codes: npt.NDArray[np.uint32], characters: str) -> Flags:
    """Which code points are one of these characters."""
    found = np.zeros(len(codes), bool)
    for code in codes_of(characters).tolist():
        found |= codes == code
    return found


def moved(mask: Flags, by: int) -> Flags:
    """For each character whether the one `by` further on is marked."""
    found = np.zeros(len(mask), bool)
    if by > 0:
        found[:-by] = mask[by:]
    else:
        found[-by:] = mask[:by]
    return found


def manners(stack: Stack, texts: Sequence[str], all_of: Characters, stems: Sequence[str]) -> Columns:
    """All that this module sees; `stems` is how words for comments begin, or hold, in small letters."""
    short = stack.words <= SHORT
    forms = {"talk": talking(texts, short, stems), "form": formed(stack, all_of, short)}
    found: Columns = {**written(stack, all_of), **forms}
    for name, marked in forms.items():
        found |= {f"{name}_{side}": values for side, values in company(stack, marked).items()}
    return found


def company(stack: Stack, marked: Flags) -> Columns:
    """How many of some lines stand near, before and behind each line, and how long ago the last one stood."""
    at, total = stack.at, stack.summed(marked)
    last = np.maximum.accumulate(np.where(marked, at, -1))
    return {
        "near": stack.window(total, NEAR),
        "before": np.minimum(total[:-1] - total[stack.first], MOST),
        "behind": np.minimum(total[stack.stop] - total[1:], MOST),
        "since": np.where(last >= stack.first, np.minimum(at - last, LONG_AGO), LONG_AGO),
    }


def written(stack: Stack, all_of: Characters) -> Columns:
    """Careless marks and calls, and how long sentences are, in each line and around it."""
    codes, lower = all_of.codes, all_of.mask(LOWER)
    stops, ends = among(codes, STOPS), among(codes, ENDS)
    blank = all_of.mask(SPACE) & (codes != ord(BREAK))
    behind_letter = moved(lower, -1) & stops
    marks = (
        (stops & moved(stops, -1) & ~moved(stops, -2))  # `??`, `...`
        | among(codes, DOTS)
        | (behind_letter & moved(blank, 1) & moved(lower, 2))  # `so. he`
        | (behind_letter & moved(all_of.mask(ALPHA), 1))  # `so.he`
        | (among(codes, ":;)") & moved(among(codes, ")"), 1))  # `:)`
    )
    careless = np.minimum(all_of.counted(marks), MOST)
    calls = np.minimum(all_of.counted(among(codes, EXCLAIMED)), MOST)
    sentences = np.maximum(all_of.counted(ends & ~moved(ends, -1)), 1)
    length = np.asarray(np.rint(stack.words * TENTHS), np.int64) // sentences
    still = (stack.decided == 0).astype(np.int64)
    total = stack.summed(np.array([careless * still, calls * still, np.ones(len(still), np.int64), length * stack.ends, stack.ends]))
    near, close, far = (stack.window(total, reach) for reach in (NEAR, CLOSE, FAR))
    return {
        "careless": careless,
        "careless_near": share(near[0], near[2]),
        "careless_far": share(far[0], far[2]),
        "calls": calls,
        "calls_far": share(far[1], far[2]),
        "sentence_words": length,
        "sentence_words_near": share(close[3], close[4]),
    }


def talking(texts: Sequence[str], short: Flags, stems: Sequence[str]) -> Flags:
    """Which of the short lines hold a word for comments."""
    asked = np.flatnonzero(short)
    lines = [texts[at].lower() for at in asked.tolist()]
    ends = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)) + 1)
    whole, places = BREAK.join(lines), list[int]()
    for stem in stems:
        at = whole.find(stem)
        while at >= 0:
            places.append(at)
            at = whole.find(stem, at + 1)
    found = np.zeros(len(texts), bool)
    found[asked[np.searchsorted(ends, np.array(places, np.int64), "right")]] = True
    return found


def formed(stack: Stack, all_of: Characters, short: Flags) -> Flags:
    """Which short lines a template made: several of their text read the same but for figures, or begin or end alike."""
    within = np.repeat(short, all_of.ends + 1 - all_of.starts)
    within[all_of.ends] = False
    digits = all_of.mask(DIGIT)
    places = np.flatnonzero(within & ~(digits & moved(digits, -1)))
    codes = lowered(all_of.codes[places]).astype(np.uint64)
    codes[digits[places]] = ord("0")
    letters = np.append(all_of.mask(ALPHA)[places], True)
    starts, stops = np.searchsorted(places, all_of.starts), np.searchsorted(places, all_of.ends)
    sizes = stops - starts
    texts = stack.text.astype(np.uint64)
    whole = alike(texts, spelled(codes, starts, stops), sizes > 0)
    tails = alike(texts, spelled(codes, stops - TAIL, stops), (sizes > TAIL) & ~stack.ends)
    heads = alike(texts, spelled(codes, starts, starts + HEAD), (sizes > HEAD) & ~letters[starts])
    return whole | tails | heads


def spelled(codes: Numbers, starts: Integers, stops: Integers) -> Numbers:
    """A number for what each stretch of characters spells; of what lies out of bounds nothing counts."""
    low, high = np.clip(starts, 0, len(codes)), np.clip(stops, 0, len(codes))
    sizes = np.maximum(high - low, 0)
    ends = np.cumsum(sizes)
    offset = np.arange(int(sizes.sum())) - np.repeat(ends - sizes, sizes)
    mixed = codes[np.repeat(low, sizes) + offset] * STEP
    power = STEP ** np.arange(int(sizes.max(initial=0)) + 1, dtype=np.uint64)
    total = np.zeros(len(offset) + 1, np.uint64)
    np.cumsum((mixed ^ (mixed >> HALF)) * power[offset], out=total[1:])
    return np.asarray(total[ends] - total[ends - sizes])


def alike(texts: Numbers, spelling: Numbers, asked: Flags) -> Flags:
    """Which of the lines asked for are spelled as several of their text are."""
    at = np.flatnonzero(asked)
    keys = spelling[at] ^ (texts[at] + np.uint64(1)) * STEP
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    sizes = np.searchsorted(ranked, keys, "right") - np.searchsorted(ranked, keys, "left")
    found = np.zeros(len(asked), bool)
    found[at] = sizes >= ENOUGH
    return found

"""What the line model sees of a line's company: what passes found near it, and whether it speaks of what the story speaks of.

No language assumed: words compare by their beginnings, scripts without spaces by pairs of characters.
"""

import numpy as np
import numpy.typing as npt

from tasks.strip.characters import WIDE, WORD, Characters, lowered
from tasks.strip.stack import Column, Flags, Integers, Stack, share

Numbers = npt.NDArray[np.uint64]
Columns = dict[str, npt.NDArray[np.generic]]
GROUPS = (
    ("comments",),
    ("timestamp",),
    ("related",),
    ("newsletter", "donation", "paywall", "social", "consent"),
    ("share",),
    ("caption", "credit"),
    ("copyright", "author-bio", "syndication"),
    ("navigation",),
    ("byline",),
    ("headline",),
)
GROUP_OF = {kind: at for at, group in enumerate(GROUPS) for kind in group}
CLOSE, MOST, LONG_AGO = 3, 3, 60  # lines to each side; times that a group counts; lines after which it no longer matters
SHORTEST = 4  # letters of the words that compare, by their first five
PRIMES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9), np.uint64(0x27D4EB2F165667C5))
COMMON = 5  # lines of the story that take a word up, at most counted
NEXT = 2  # lines to each side that are next to a line
ALL_BITS, LINE_BITS, STEM_BITS = np.uint64(64), np.uint64(25), np.uint64(27)  # of a number that holds text, stem and line


def found_around(stack: Stack) -> Columns:
    """For each group of debris how much of it stands near, before and behind each line, and how long ago it stood last."""
    marks = np.zeros((len(GROUPS), len(stack.kinds)), bool)
    for index, kind in enumerate(stack.kinds):
        if (group := GROUP_OF.get(kind)) is not None:
            marks[group, index] = True
    at, total = stack.at, stack.summed(marks)
    last = np.maximum.accumulate(np.where(marks, at, -1), axis=1)
    tables = {
        "near": stack.window(total, CLOSE),
        "before": np.minimum(total[:, :-1] - total[:, stack.first], MOST),
        "behind": np.minimum(total[:, stack.stop] - total[:, 1:], MOST),
        "since": np.where(last >= stack.first, np.minimum(at - last, LONG_AGO), LONG_AGO),
    }
    return {f"{group[0]}_{side}": values[row] for side, values in tables.items() for row, group in enumerate(GROUPS)}


def stems(all_of: Characters) -> tuple[Integers, Numbers]:
    """The stems of all lines: lines and numbers of stems, in no order and with repetitions."""
    letters, wide = all_of.mask(WORD), all_of.mask(WIDE)
    begins = np.flatnonzero(letters[1:] & ~letters[:-1]) + 1
    begins = np.concatenate((np.zeros(int(letters[:1].sum()), np.int64), begins))
    ends = np.flatnonzero(letters[:-1] & ~letters[1:]) + 1  # the last character of all is a line break
    long = ends - begins >= SHORTEST
    codes = lowered(all_of.codes).astype(np.uint64)
    at, fifth = begins[long], begins[long] + np.minimum(ends[long] - begins[long], SHORTEST + 1) - 1
    letters_of = [codes.take(at + letter) * PRIMES[letter] for letter in range(SHORTEST)]
    words = letters_of[0] ^ letters_of[1] ^ letters_of[2] ^ letters_of[3] ^ codes.take(fifth)
    pairs = np.flatnonzero(wide[:-1] & wide[1:])
    both = np.concatenate((at, pairs))
    return np.searchsorted(all_of.ends, both), np.concatenate((words, codes[pairs] * PRIMES[0] ^ codes[pairs + 1] * PRIMES[1]))


def topics(stack: Stack, all_of: Characters, story: Flags, head: Flags) -> Columns:
    """How much of each line other lines of the story take up, its head, the lines next to it; how much of the headline it holds."""
    where, named = stems(all_of)
    texts = stack.text[where].astype(np.uint64)
    keys = np.sort(texts << (STEM_BITS + LINE_BITS) | named >> (ALL_BITS - STEM_BITS) << LINE_BITS | where.astype(np.uint64))
    pairs = keys[np.concatenate((np.ones(min(1, len(keys)), bool), keys[1:] != keys[:-1]))]
    lines = (pairs & ((np.uint64(1) << LINE_BITS) - np.uint64(1))).astype(np.int64)
    return taken_up(len(stack.first), lines, pairs >> LINE_BITS, story, head, stack.headline)


def taken_up(count: int, lines: Integers, named: Numbers, story: Flags, head: Flags, headline: Integers) -> Columns:
    """The same, from pairs of line and stem, sorted by stem and line."""
    starts = np.flatnonzero(np.concatenate((np.ones(min(1, len(named)), bool), named[1:] != named[:-1])))
    sizes = np.diff(np.concatenate((starts, [len(named)])))

    def others(flags: Flags) -> Integers:
        own = flags[lines].astype(np.int64)
        return np.asarray((np.repeat(np.add.reduceat(own, starts), sizes) if len(starts) else own) - own)

    def mean(values: npt.NDArray[np.generic]) -> Column:
        return share(np.bincount(lines, weights=values, minlength=count), size)

    size = np.bincount(lines, minlength=count)
    follows = (named[1:] == named[:-1]) & (lines[1:] - lines[:-1] <= NEXT)
    beside = np.zeros(len(lines), bool)
    beside[1:] |= follows
    beside[:-1] |= follows
    told = others(story)
    titled = np.bincount(lines, weights=others(headline == np.arange(count)) > 0, minlength=count)
    return {
        "title_words": share(titled, size[headline]),
        "topic": mean(told > 0),
        "topic_often": mean(np.minimum(told, COMMON)),
        "topic_head": mean(others(head) > 0),
        "topic_next": mean(beside),
        "stems": size,
    }

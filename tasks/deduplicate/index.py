"""The inverted index in parts by hash: which texts are worth comparing, and which shingles are common.

A part is a range of hashes and knows nothing of the others, so each can be made by another task or machine.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tasks.deduplicate.arrays import load, save
from tasks.deduplicate.characters import Index
from tasks.deduplicate.knowledge import load_rules
from tasks.deduplicate.overlaps import HALF, LOW, Texts, load_texts
from tasks.deduplicate.words import MASK, Hashes, among

NEXT, LONGEST = 2, 2  # each text of a list is compared with so many next longer ones and so many of the longest
BLOCK = 1 << 12  # texts whose shingles are looked through together
PIECE = 1 << 17  # entries of the index that are paired together


def bounds(part: int, parts: int, sample: int) -> tuple[int, int]:
    """The first hash of a part and the first one behind it."""
    top = (MASK // sample >> 32) + 1
    return top * part // parts, top * (part + 1) // parts


def _entries(texts: Texts, low: int, high: int) -> Iterator[Hashes]:
    """Entries of the index, as hash << 32 | text, of some texts after another."""
    for first in range(0, len(texts), BLOCK):
        last = min(first + BLOCK, len(texts))
        hashes = texts.hashes[texts.offsets[first] : texts.offsets[last]]
        owner = np.repeat(np.arange(first, last, dtype=np.uint64), np.diff(texts.offsets[first : last + 1]))
        mine = (hashes >= low) & (hashes < high)
        if not mine.all():
            hashes, owner = hashes[mine], owner[mine]
        yield hashes.astype(np.uint64) << HALF | owner


def entries(texts: Texts, low: int, high: int) -> Hashes:
    """The index over hashes from `low` up to before `high`: sorted hash << 32 | text."""
    key = np.concatenate([np.zeros(0, np.uint64), *_entries(texts, low, high)])
    key.sort()
    return key


def _pieces(key: Hashes) -> Iterator[Hashes]:
    """Sorted entries in pieces that no list reaches over; lists of one text are left out."""
    cuts = np.searchsorted(key, key[PIECE::PIECE] >> HALF << HALF)
    for piece in np.split(key, np.unique(cuts)):
        same = (piece[1:] ^ piece[:-1]) <= LOW
        shared = np.zeros(len(piece), np.bool_)
        shared[1:] |= same
        shared[:-1] |= same
        yield piece[shared]


def pairs(key: Hashes) -> Hashes:
    """Each text of a list with the next longer ones and with the longest of the list, as a << 32 | b."""
    last = np.flatnonzero(np.diff(key >> HALF, append=np.uint64(1 << 33)) != 0)
    end = np.repeat(last, np.diff(last, prepend=-1))
    at, text = np.arange(len(key)), key & LOW
    other = [at + step for step in range(1, NEXT + 1)] + [end - step for step in range(LONGEST)]
    kept = [(j <= end) if step < NEXT else (j > at + NEXT) for step, j in enumerate(other)]
    return np.concatenate([(text[ok] << HALF) | text[j[ok]] for j, ok in zip(other, kept, strict=True)])


def index_part(folder: Path, part: int, parts: int, config: Path) -> None:
    """Write a part of the index: the pairs of texts that meet in it (`pairs`), in how many lists they do (`met`), and entries.

    Those are of the shingles that several texts have (`postings`), and of those that are common in earlier runs (`familiar`).
    """
    key = entries(load_texts(folder), *bounds(part, parts, load_rules(config).shingles.sample))
    pieces = [*_pieces(key)]
    met = np.concatenate([pairs(piece) for piece in pieces])
    met.sort()
    first = np.flatnonzero(np.diff(met, prepend=~met[:1]) != 0)
    for name, array in (
        ("postings", np.concatenate(pieces)),
        ("pairs", met[first]),
        ("met", np.diff(first, append=len(met)).astype(np.int32)),
        ("familiar", key[among(key >> HALF, load(folder, "familiar").astype(np.uint64))]),
    ):
        save(folder, f"{name}-{part}", array)


def counted(keys: Hashes, counts: Index) -> tuple[Hashes, Index]:
    """The distinct keys, sorted, and the sum of the counts of each."""
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint64(1)) != 0)
    return keys[first], np.add.reduceat(counts, first) if len(first) else counts


def candidates(folder: Path, parts: int, low: int, high: int) -> tuple[Hashes, Index]:
    """The pairs of which the shorter text is `low` or one up to before `high`, and in how many lists of the index they meet."""
    keys, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for part in range(parts):
        found = load(folder, f"pairs-{part}")
        one, two = np.searchsorted(found, np.array([low, high], np.uint64) << HALF)
        keys.append(found[one:two])
        counts.append(load(folder, f"met-{part}")[one:two])
    if parts == 1:
        return keys[1], counts[1]
    return counted(np.concatenate(keys), np.concatenate(counts))


def _runs(values: Hashes) -> Index:
    """How often each value of a sorted array occurs, at each of its places."""
    first = np.flatnonzero(np.diff(values, prepend=~values[:1]) != 0)
    lengths = np.diff(first, append=len(values))
    return np.repeat(lengths, lengths)


def common(key: Hashes, groups: Index, least: int) -> Hashes:
    """The entries of shingles that occur in at least so many groups; `groups` has a number for each text."""
    key = key[_runs(key >> HALF) >= least]
    grouped = (key >> HALF << HALF) | groups[(key & LOW).astype(np.int64)].astype(np.uint64)
    grouped.sort()
    hashes = grouped[np.diff(grouped, prepend=~grouped[:1]) != 0] >> HALF
    hashes = hashes[_runs(hashes) >= least]
    return key[among(key >> HALF, hashes)]


def _located(texts: Texts, text: Index, hashes: NDArray[np.uint32]) -> Index:
    """Where the hashes stand among the shingles of their texts."""
    low, high = texts.offsets[text], texts.offsets[text + 1]
    while (low < high).any():
        middle = (low + high) >> 1
        right = texts.hashes[np.minimum(middle, len(texts.hashes) - 1)] < hashes
        low, high = np.where((low < high) & right, middle + 1, low), np.where((low < high) & ~right, middle, high)
    return low


def common_part(folder: Path, part: int, groups: Index, least: int) -> None:
    """Write which common shingles of a part each text has, as text << 32 | hash (`common`), and where they stand in it (`standing`)."""
    key, texts = common(load(folder, f"postings-{part}"), groups, least), load_texts(folder)
    key = np.union1d(key, load(folder, f"familiar-{part}"))
    key = np.sort((key & LOW) << HALF | key >> HALF)
    at = _located(texts, (key >> HALF).astype(np.int64), (key & LOW).astype(np.uint32))
    save(folder, f"common-{part}", key)
    save(folder, f"standing-{part}", texts.places[at])

"""An article and one of its copies, paragraph by paragraph: what was cut, added, reworded. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # scripts without spaces go by characters
WORD = re.compile(rf"[{_IDEOGRAPH}]|(?:(?![{_IDEOGRAPH}])\w)+\s*|[^\w\s]\s*|\s+")
SHAPES = str.maketrans(dict.fromkeys("‘’‚‛“”„‟«»", "'") | {'"': "'", "–": "-", "—": "-"})
ALIKE = 0.4  # share of words that two paragraphs have in common to be one, reworded
MOST_WORDS = 600  # of a paragraph that is compared word by word
REPEATS = 20  # matches for each word, on average, beyond which two texts say the same few words over and over: those are marked whole

Piece = tuple[bool, str]  # whether it differs, and the text


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of the comparison: `same`, `cut` (left only), `added` (right only) or `changed` (both, with the differing words marked)."""

    kind: str
    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows, and how many paragraphs and words were cut and added on the way from the article to the copy."""

    pairs: tuple[Pair, ...]
    cut: int
    added: int
    words_cut: int
    words_added: int


def words_of(text: str) -> list[str]:
    """The text cut into words and single other characters, each with the white space after it; joined they give the text back."""
    return WORD.findall(text)


def _key(text: str) -> str:
    """What is compared of a word or a paragraph: neither the shape of its quotes and dashes nor the white space at its end."""
    return text.rstrip().translate(SHAPES)


def _matcher(left: Sequence[str], right: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [_key(word) for word in left], [_key(word) for word in right], autojunk=False)


def _costly(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether difflib would take for ever: its time goes by the pairs of equal words, and by their runs on top."""
    if list(map(_key, left)) == list(map(_key, right)):
        return False
    theirs = Counter(map(_key, right))
    pairs = sum(count * theirs[word] for word, count in Counter(map(_key, left)).items())
    return pairs > REPEATS * (len(left) + len(right))


def _pieces(parts: Sequence[str], differs: Sequence[bool]) -> tuple[Piece, ...]:
    pieces: list[tuple[bool, list[str]]] = []
    for part, other in zip(parts, differs, strict=True):
        if pieces and pieces[-1][0] == other:
            pieces[-1][1].append(part)
        else:
            pieces.append((other, [part]))
    return tuple((other, "".join(texts)) for other, texts in pieces)


def compare_words(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts with the words marked that the other one does not have there."""
    a, b = words_of(left), words_of(right)
    if len(a) > MOST_WORDS or len(b) > MOST_WORDS or _costly(a, b):
        return ((left != right, left),), ((left != right, right),)
    mine, theirs = [True] * len(a), [True] * len(b)
    for at, to, size in _matcher(a, b).get_matching_blocks():
        mine[at : at + size] = [False] * size
        theirs[to : to + size] = [False] * size
    return _pieces(a, mine), _pieces(b, theirs)


def _alike(left: str, right: str) -> bool:
    a, b = words_of(left)[:MOST_WORDS], words_of(right)[:MOST_WORDS]
    if _costly(a, b):
        return True
    matcher = _matcher(a, b)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _aligned(left: Sequence[str], right: Sequence[str]) -> Iterator[Pair]:
    """Rows for paragraphs of which none is the same: each finds the next one like it, what is between is cut or added."""
    at = 0
    for paragraph in left:
        match = next((to for to in range(at, min(at + 4, len(right))) if _alike(paragraph, right[to])), None)
        if match is None:
            yield Pair("cut", ((True, paragraph),), ())
            continue
        yield from (Pair("added", (), ((True, text),)) for text in right[at:match])
        yield Pair("changed", *compare_words(paragraph, right[match]))
        at = match + 1
    yield from (Pair("added", (), ((True, text),)) for text in right[at:])


def _opcodes(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    if list(map(_key, left)) == list(map(_key, right)):
        return [("equal", 0, len(left), 0, len(right))]
    return list(_matcher(left, right).get_opcodes())


def _pairs(left: Sequence[str], right: Sequence[str]) -> Iterator[Pair]:
    if _costly(left, right):
        yield Pair("changed", ((True, "\n\n".join(left)),), ((True, "\n\n".join(right)),))
        return
    for tag, a, b, c, d in _opcodes(left, right):
        if tag == "equal":
            yield from (Pair("same", ((False, one),), ((False, other),)) for one, other in zip(left[a:b], right[c:d], strict=True))
        else:
            yield from _aligned(left[a:b], right[c:d])


def _words(pieces: Sequence[Piece]) -> int:
    return sum(word[0].isalnum() for other, text in pieces if other for word in words_of(text))


def compare(left: str, right: str) -> Comparison:
    """Two bodies (paragraphs with a blank line between) side by side."""
    pairs = tuple(_pairs(left.split("\n\n"), right.split("\n\n")))
    return Comparison(
        pairs,
        cut=sum(pair.kind == "cut" for pair in pairs),
        added=sum(pair.kind == "added" for pair in pairs),
        words_cut=sum(_words(pair.left) for pair in pairs),
        words_added=sum(_words(pair.right) for pair in pairs),
    )

"""Which of a page's titles is the printed headline: a logistic ranking of few readable features, its weights a small file.

Nothing in it reads words: only where a title stands, who else says the same, and how the titles hold one another.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.text import name_key

FILE = "headlines.csv"
BAR = re.compile(r"\s[|·•»›‹«~]\s|[|｜]")
WORD = re.compile(r"\w+")
PARTED = re.compile(r"[:|/–—-]\s*\Z")
LONG = 15  # characters from which one title that stands in another tells something


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a page: its text, where it stands (`h1`, `og`, `json-ld` …), what the plain rule has against it, whether it was cut."""

    text: str
    places: frozenset[str]
    doubts: frozenset[str] = frozenset()
    cut: bool = False

    @property
    def key(self) -> str:
        return name_key(self.text)


def merged(titles: Sequence[Title]) -> list[Title]:
    """Titles that are the same but for case and accents as one that stands in all of their places; it counts as whole where one is."""
    found: dict[str, Title] = {}
    for title in titles:
        known = found.get(title.key)
        found[title.key] = _joined(known, title) if known else title
    return list(found.values())


def _joined(one: Title, other: Title) -> Title:
    return replace(one, places=one.places | other.places, doubts=one.doubts | other.doubts, cut=one.cut and other.cut)


def features(titles: Sequence[Title], usual: str | None) -> list[dict[str, float]]:
    """What speaks for and against each title; `usual` is the key of the one that the plain rule takes."""
    keys = [title.key for title in titles]
    words = [set(WORD.findall(key)) for key in keys]
    headings = [i for i, title in enumerate(titles) if "h1" in title.places]
    kickers = _kickers(titles, keys)
    return [
        _places(title)
        | _kin(i, keys)
        | kickers[i]
        | _shape(title, keys[i])
        | {
            "usual": float(keys[i] == usual),
            "only-h1": float(headings == [i]),
            "first-h1": float(headings[:1] == [i]),
            "part-of-shared": float(any({"h1", "og"} <= whole.places and "h1-part" in title.places for whole in titles)),
            "shared": max((_shared(words[i], words[j]) for j in range(len(titles)) if j != i), default=0.0),
            "like-h1": max((_shared(words[i], words[j]) for j in headings if j != i), default=0.0),
        }
        for i, title in enumerate(titles)
    ]


def _places(title: Title) -> dict[str, float]:
    count = len(title.places)
    several = {f"places-{least}": float(count >= least) for least in (2, 3, 4)}
    return {f"at-{place}": 1.0 for place in title.places} | {f"doubt-{doubt}": 1.0 for doubt in title.doubts} | several


def _kin(index: int, keys: Sequence[str]) -> dict[str, float]:
    """How a title holds others or stands in them, at their start or their end."""
    own, others = keys[index], [key for i, key in enumerate(keys) if i != index]
    return {
        "starts-other": float(any(len(own) >= LONG and key.startswith(own) for key in others)),
        "ends-other": float(any(len(own) >= LONG and key.endswith(own) for key in others)),
        "holds-start": float(any(len(key) >= LONG and own.startswith(key) for key in others)),
        "holds-end": float(any(len(key) >= LONG and own.endswith(key) for key in others)),
    }


def _kickers(titles: Sequence[Title], keys: Sequence[str]) -> list[dict[str, float]]:
    """Which title stands behind a kicker in another one, whether a colon or a bar parts the two, whether it is a part of the heading."""
    rows: list[dict[str, float]] = [{} for _ in titles]
    for i, whole in enumerate(titles):
        if "kicker" not in whole.doubts:
            continue
        for j in (j for j, key in enumerate(keys) if j != i and len(key) > LONG and keys[i].endswith(key)):
            parted = PARTED.search(keys[i][: -len(keys[j])]) is not None
            rows[j] |= {"behind-kicker": 1.0, "behind-colon": float(parted), "kicker-part": float("h1-part" in titles[j].places)}
            rows[i] |= {"before-colon": float(parted)}
    return rows


def _shape(title: Title, key: str) -> dict[str, float]:
    count = len(key.split())
    return {
        "words-1": float(count < 2),
        "words-3": float(count < 4),
        "words-5": float(count < 6),
        "words-20": float(count > 20),
        "bar": float(bool(BAR.search(title.text))),
        "capitals": float(title.text.isupper()),
        "cut": float(title.cut),
    }


def _shared(one: set[str], two: set[str]) -> float:
    return len(one & two) / len(one | two) if one and two else 0.0


def scores(titles: Sequence[Title], usual: str | None, ranking: Mapping[str, float]) -> list[float]:
    """How well each title does, in logits: only their differences mean something."""
    return [round(sum(ranking.get(name, 0.0) * value for name, value in row.items()), 4) for row in features(titles, usual)]

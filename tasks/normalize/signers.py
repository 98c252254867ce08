"""Which of the places that name people is believed, or none: a logistic ranking of few readable features, its weights a small file.

Nothing in it knows a name: only where one stands, who else says the same, whether its words are used as words by the page, and
whether the page states somebody who is no person (an agency, an outlet, a desk).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.text import name_key

FILE = "people/ranking.csv"
LEAST = -1.5  # logits from which a name is believed: a right one is worth more than a false one costs
EVEN = 0.0  # where nothing says that the lines it stands on are names
STATED = -3.0  # in a list that the page states, or prints behind `By`, and whose best name is believed
UNLIKE = "less like somebody who signed"
BEHIND = " behind the story"
ARTICLE = re.compile(r"(?:Article|Posting|Report|Review|Recipe|NewsArticle)\.author")
WORD = re.compile(r"[^\W\d_]+")
INITIAL = re.compile(r"\b[A-Z]\.")
LOWER = re.compile(r"(?<![\w.@/#-])[^\W\d_]+")
PROSE = 4  # blanks from which a line is more than a menu's or a byline's
FAMILIES = ("json-ld", "meta", "element", "print")
MARKS = ("rel=author", "itemprop=author", ".author", ".byline", ".autor")
LONE = ("line.alone", "line.beside-date", "line.signature", "line.dated")  # nothing says that these lines are names
POSTED = "inline.published-by"  # `Posted on 14 April by ada`: a pen name may follow
PRINTS = ("span.byline", "span.name", "line.led", "line.alone", "line.beside-date", "line.dated", "line.signature", "paragraph.led")


@dataclass(frozen=True, slots=True)
class Place:
    """People that one place names, in its order: where it is (`source` and `rule` of its candidates), whether the plain rule takes it."""

    source: str
    rule: str
    names: tuple[str, ...]
    usual: bool = False

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(map(name_key, self.names))

    @property
    def family(self) -> str:
        """Who speaks: the page's data, its head, its markup, or print."""
        known = {"json-ld": "json-ld", "meta": "meta", "byline-element": "element", "microdata": "element"}
        return known.get(self.source, "print")


@dataclass(frozen=True, slots=True)
class Scene:
    """What of a page speaks for or against a name: words that it writes small, words of its headlines, of its site; its story."""

    small: frozenset[str]
    headline: frozenset[str]
    site: str
    story: str
    roles: frozenset[str]  # words of which roles consist
    nobody: frozenset[str]  # families that state somebody who is no person


def scene_of(text: str, headlines: Sequence[str], site: Sequence[str], story: str, roles: frozenset[str], nobody: frozenset[str]) -> Scene:
    """The scene of a page: its whole text, its headlines, keys of its site's names, its story."""
    prose = "\n".join(line for line in text.splitlines() if line.count(" ") >= PROSE)
    small = frozenset(name_key(word) for word in set(LOWER.findall(prose)) if word.islower())
    titled = frozenset(word for line in headlines for word in WORD.findall(name_key(line)))
    return Scene(small, titled, " ".join(site), name_key(story), roles, nobody)


def features(places: Sequence[Place], scene: Scene) -> dict[str, dict[str, float]]:
    """What speaks for and against each name, by key, in the order in which they are named."""
    found: dict[str, list[Place]] = {}
    for place in places:
        for key in place.keys:
            found.setdefault(key, []).append(place)
    order = dict.fromkeys(name_key(name) for place in places for name in place.names)
    names = {name_key(name): name for place in reversed(places) for name in place.names}
    rows = {}
    for key in order:
        posted = any(place.rule == POSTED for place in found[key])
        lone = all(place.rule in LONE for place in found[key])
        rows[key] = _where(key, found[key]) | _company(key, places, scene) | _likeness(key, names[key], scene, names, posted, lone)
    return rows


def _where(key: str, places: Sequence[Place]) -> dict[str, float]:
    """Where a name stands, and in what company there."""
    near = [place for place in places if not place.rule.endswith(BEHIND)]
    families = {place.family for place in near}
    fewest = min(len(place.names) for place in places)
    row = {f"at-{_kind(place)}": 1.0 for place in near}
    row |= {f"families-{least}": float(len(families) >= least) for least in (2, 3)}
    row |= {f"among-{least}": float(fewest >= least) for least in (2, 3, 5)}
    return row | {
        "usual": float(any(place.usual for place in places)),
        "first": float(any(name_key(place.names[0]) == key for place in places)),
        "behind": float(len(near) < len(places)),
        "behind-alone": float(not near),
    }


def _kind(place: Place) -> str:
    rule = place.rule.removesuffix(BEHIND)
    if place.source == "json-ld":
        return "article" if ARTICLE.search(rule) else "creator" if "creator" in rule else "json-ld"
    if place.source == "meta":
        return "meta-author" if rule.endswith(("=author]", ":author]")) else "meta"
    if place.family == "element":
        return next((mark for mark in MARKS if rule.startswith(mark) or rule.endswith(f"[{mark}]")), "element")
    return rule if rule in PRINTS else "inline"


def _company(key: str, places: Sequence[Place], scene: Scene) -> dict[str, float]:
    """Which families name others and not this one, and which name somebody who is no person."""
    near = [place for place in places if not place.rule.endswith(BEHIND)]
    own = {place.family for place in near if key in place.keys}
    others = {place.family for place in near if place.names} - own
    row = {f"not-in-{family}": 1.0 for family in others}
    row |= {f"nobody-in-{family}": 1.0 for family in scene.nobody - own - others}
    return row | {f"none-in-{family}": 1.0 for family in ("json-ld", "meta") if family not in own | others | scene.nobody}


def _likeness(key: str, name: str, scene: Scene, names: Mapping[str, str], posted: bool, lone: bool) -> dict[str, float]:
    """Whether a name looks like that of a person who writes, by how the page uses its words."""
    words = WORD.findall(key)
    small = sum(word in scene.small for word in words) / max(1, len(words))
    long = [word for word in words if len(word) > 2]
    return {
        "bias": 1.0,
        "one-word": float(" " not in key),
        "one-word-posted": float(" " not in key and posted),
        "one-word-only": float(" " not in key and len(names) == 1),
        "extends": float(any(" " not in other and key.startswith(f"{other} ") for other in names)),
        "part-of-name": float(any(f" {key} " in f" {other} " for other in names if other != key)),
        "holds-name": float(any(f" {other} " in f" {key} " for other in names if other != key)),
        "four-words": float(key.count(" ") > 2),
        "small": small,
        "small-alone": small * float(lone),
        "role": float(any(word in scene.roles for word in words)),
        "in-headline": float(any(word in scene.headline for word in long)),
        "in-site": float(any(word in scene.site for word in long)),
        "in-story": float(key in scene.story),
        "initial": float(bool(INITIAL.search(name))),
        "lower-case": float(name.islower()),
    }


def scores(places: Sequence[Place], scene: Scene, weights: Mapping[str, float]) -> dict[str, float]:
    """How surely each name, by key, is that of somebody who signed, in logits."""
    rows = features(places, scene)
    return {key: round(sum(weights.get(name, 0.0) * value for name, value in row.items()), 4) for key, row in rows.items()}


def believed(places: Sequence[Place], score: Mapping[str, float]) -> Place | None:
    """The place that is believed, with the names in it that are: that of the plain rule if one of its names is, else the best one's."""
    usual = next((place for place in places if place.usual), None)
    best = max(places, key=lambda place: max(map(score.__getitem__, place.keys)), default=None)
    said = {key for place in places if place.rule not in LONE for key in place.keys}
    for place in (usual, best):
        if place and _held(place, score, said, LEAST):
            listed = place is usual and (place.family in ("json-ld", "meta") or place.rule == "span.byline")
            return replace(place, names=_held(place, score, said, STATED if listed else LEAST))
    return None


def _held(place: Place, score: Mapping[str, float], said: Collection[str], least: float) -> tuple[str, ...]:
    """The names of a place that have the score they need: `least` where some place says that they are names, `said`, else EVEN."""
    return tuple(name for name in place.names if score[key := name_key(name)] >= (least if key in said else EVEN))

"""Wire stories and who carried them: which groups and copies are worth the room, and what each copy did to the story. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.write.report.compare import Comparison, compare

GROUPS = 24
COPIES = 6  # of a group
LONGEST = 20_000  # characters of a body that are compared
RELATIONS = ("near", "extended", "excerpt", "version", "exact")  # what there is to see in them, most first


@dataclass(frozen=True, slots=True)
class Carried:
    """A copy, without its text."""

    story: str
    document: str
    relation: str
    outlet: str | None


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy beside its article."""

    row: Mapping[str, Any]
    headline_differs: bool
    comparison: Comparison
    cut_short: bool  # one of the bodies is longer than what was compared


def largest(stories: "np.ndarray[Any, np.dtype[np.bytes_]]", most: int = GROUPS) -> list[str]:
    """The articles with most copies, from the `copy_of` of all copies; ties by id."""
    ids, counts = np.unique(stories, return_counts=True)
    return [story.decode() for story in ids[np.argsort(-counts, kind="stable")[:most]].tolist()]


def chosen_copies(carried: Iterable[Carried], most: int = COPIES) -> list[tuple[str, int, list[str]]]:
    """(article, documents in the group, copies to show) for each story, the largest first: an outlet's first copy before its second."""
    groups: dict[str, list[Carried]] = defaultdict(list)
    for copy in carried:
        groups[copy.story].append(copy)
    found = [(story, len(copies) + 1, _shown(copies, most)) for story, copies in groups.items()]
    return sorted(found, key=lambda group: (-group[1], group[0]))


def _shown(copies: Sequence[Carried], most: int) -> list[str]:
    ordered = sorted(copies, key=lambda copy: (RELATIONS.index(copy.relation), copy.document))
    seen: dict[str | None, int] = defaultdict(int)
    ranked: list[tuple[int, int, str]] = []
    for copy in ordered:
        ranked.append((seen[copy.outlet], len(ranked), copy.document))
        seen[copy.outlet] += copy.outlet is not None
    return [document for _, _, document in sorted(ranked)[:most]]


def beside(article: Mapping[str, Any], copy: Mapping[str, Any]) -> Copy:
    """A copy compared with its article (rows of the two datasets)."""
    bodies = article["body"], copy["body"]
    return Copy(
        row=copy,
        headline_differs=(article["headline"] or "") != (copy["headline"] or ""),
        comparison=compare(*(body[:LONGEST] for body in bodies)),
        cut_short=any(len(body) > LONGEST for body in bodies),
    )


def when(row: Mapping[str, Any]) -> tuple[str, str]:
    """When a document was published, as far as that is known, and what the date is: (`2024-03-14 09:20`, `published`)."""
    if row["published_local"] and row["published_date"]:
        return row["published_local"].replace("T", " "), "published"
    if row["published_date"]:
        return str(row["published_date"]), "published"
    if row["published_earliest"] and row["published_latest"]:
        return f"{row['published_earliest']} to {row['published_latest']}", "published between"
    if row["published_earliest"] or row["published_latest"]:
        return (str(row["published_earliest"]), "not before") if row["published_earliest"] else (str(row["published_latest"]), "not after")
    return (f"{row['fetched_at']:%Y-%m-%d %H:%M}", "fetched") if row["fetched_at"] else ("date unknown", "")


def outlet_of(row: Mapping[str, Any]) -> str:
    """The outlet's name, or what else is known of it, or the place in the bundle."""
    return str(row["outlet_name"] or row["outlet_domain"] or row["source_member"])

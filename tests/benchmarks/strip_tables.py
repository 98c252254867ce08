"""The tables of `strip.py`: quality by source and language, lines that trafilatura leaves, confidence, gains and losses."""

import collections
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.settings import CONFIG
from tasks.strip.knowledge import load_rules
from tests.train.pages import flat, shingles, words_of

SOURCES = ("aeb", "fundus", "waddle", "wcxb")
NAMES = {"scrapinghub/article-extraction-benchmark": "aeb", "flairNLP/fundus": "fundus", "rundimeco/waddle": "waddle"}
CHANGED, LISTED = 0.02, 15  # F1 of a page by which it counts as changed; pages that are listed each way
Row = dict[str, Any]


def quality(found: Mapping[str, Row], speeds: Mapping[str, float]) -> Iterator[str]:
    """A row for each tool: F1 (precision / recall) by source, segments, pages a processor second."""
    yield f"| tool | {' | '.join(SOURCES)} | segments present / absent | wcxb's segments | pages a processor second |\n|{'---|' * (len(SOURCES) + 4)}"
    for tool, scores in found.items():
        cells = [f"{one['f1']:.3f} ({one['precision']:.3f} / {one['recall']:.3f})" for source in SOURCES if (one := scores.get(source))]
        cells += [
            f"{one['present']:.3f} / {one['absent']:.3f}" for name in ("trafilatura", "wcxb") if (one := scores.get(f"segments {name}"))
        ]
        yield f"| {tool} | {' | '.join(cells)} | {speeds[tool]:.1f} |"
    for tool in speeds.keys() - found.keys():
        yield f"\n{tool}: {speeds[tool]:.1f} pages a processor second"


def languages(found: Mapping[str, Row]) -> Iterator[str]:
    """A row for each source and language with five pages: F1 of each tool."""
    yield f"\n| pages | n | {' | '.join(found)} |\n|{'---|' * (len(found) + 2)}"
    keys = sorted({key for scores in found.values() for key in scores if " " in key and not key.startswith("segments")})
    for key in keys:
        counts = [scores[key]["n"] for scores in found.values()]
        cells = [f"{scores[key]['f1']:.3f}" for scores in found.values()]
        yield f"| {key} | {counts[0]} | {' | '.join(cells)} |"


def errors(body: str, gold: Row) -> tuple[int, int]:
    """Four-word shingles of a body that are not in the gold body, and the other way round."""
    got, want = shingles(words_of(body)), shingles(words_of(gold["body"]))
    return sum((got - want).values()), sum((want - got).values())


def score(body: str, gold: Row) -> float:
    """F1 of a body by four-word shingles."""
    got, want = shingles(words_of(body)), shingles(words_of(gold["body"]))
    both = sum((got & want).values())
    return 2 * both / max(1, sum(got.values()) + sum(want.values()))


def confidence(sure: Mapping[str, float], bodies: Mapping[str, str], gold: Sequence[Row]) -> Iterator[str]:
    """Errors by tenths of documents, the least confident first, beside what the worst tenth holds at most."""
    rows = [row for row in gold if row["id"] in sure and row.get("body") and "body" in row["tasks"]]
    found = sorted(
        ((sure[row["id"]], sum(errors(bodies[row["id"]], row)), 1 - score(bodies[row["id"]], row)) for row in rows), key=lambda one: one[0]
    )
    if not found:
        return
    total, loss = sum(one[1] for one in found), sum(one[2] for one in found)
    yield "\n| tenth by body_confidence | up to | share of wrong words | of lost F1 |\n|---|---|---|---|"
    for tenth in range(10):
        part = found[len(found) * tenth // 10 : len(found) * (tenth + 1) // 10]
        yield f"| {tenth + 1} | {part[-1][0]:.3f} | {sum(one[1] for one in part) / total:.3f} | {sum(one[2] for one in part) / loss:.3f} |"
    worst = len(found) // 10
    ideal = sum(sorted((one[1] for one in found), reverse=True)[:worst]) / total
    yield f"\nThe tenth with most wrong words holds {ideal:.3f} of them, the one with most lost F1 {sum(sorted((one[2] for one in found), reverse=True)[:worst]) / loss:.3f}."


def kind_of(text: str) -> str:
    """The class of the first rule that matches a line, for tables."""
    return next((rule.kind for rule in load_rules(CONFIG) if rule.find(text)), "no rule")


def debris_lines(pages: Sequence[Row], bodies: Mapping[str, str], gold: Sequence[Row]) -> Iterator[str]:
    """Of the lines that trafilatura leaves: debris gone and story words lost, by class and language."""
    spoken = {row["id"]: str(row.get("lang") or row.get("html_lang") or "?")[:2] for row in gold}
    counts: dict[str, list[float]] = collections.defaultdict(lambda: [0.0] * 4)
    for page in pages:
        if page["id"] not in spoken:
            continue
        body = bodies.get(page["id"], "")
        plain, known = flat(body), shingles(words_of(body), 3)
        for line, keep in zip(page["lines"], page["keep"], strict=True):
            text, words = flat(line), len(words_of(line))
            own = list(shingles(words_of(line), 3).elements())  # as the labels were made: half of a line's word 3-shingles
            there = 2 * sum(one in known for one in own) >= len(own) if words >= 3 else text in plain
            for key in ("all", f"language {spoken[page['id']]}", *(() if keep else (f"class {kind_of(text)}",))):
                one = counts[key]
                if keep:
                    one[2], one[3] = one[2] + words, one[3] + (0 if there else words)
                else:
                    one[0], one[1] = one[0] + 1, one[1] + (not there)
    yield "\n| lines that trafilatura leaves | debris lines | of them gone | story words | of them lost |\n|---|---|---|---|---|"
    for key, (lines, gone, words, lost) in sorted(counts.items(), key=lambda item: (item[0] != "all", item[0].split()[0], -item[1][0])):
        if lines >= 20:
            yield f"| {key} | {lines:.0f} | {gone / lines:.3f} | {words:.0f} | {f'{lost / words:.4f}' if words else '–'} |"


def changes(before: Sequence[Row], after: Sequence[Row], gold: Sequence[Row]) -> Iterator[str]:
    """Pages whose F1 moved, the largest losses and gains."""
    old, new = ({row["source_id"]: row["body"] for row in rows} for rows in (before, after))
    moved = []
    for row in gold:
        if row.get("body") and "body" in row["tasks"]:
            was, now = score(old.get(row["id"], ""), row), score(new.get(row["id"], ""), row)
            if abs(now - was) >= CHANGED:
                moved.append((now - was, was, now, row["id"]))
    moved.sort()
    yield f"\n{sum(one[0] > 0 for one in moved)} pages gained, {sum(one[0] < 0 for one in moved)} lost\n\n| page | before | now |\n|---|---|---|"
    for _, was, now, name in [*moved[:LISTED], *moved[-LISTED:]] if len(moved) > 2 * LISTED else moved:
        yield f"| {name} | {was:.3f} | {now:.3f} |"

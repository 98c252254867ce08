"""Where one text file holds several articles: the separator is recognised, and only believed when the parts look like articles.

The rule of confidence is told in docs/decisions/separators.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tasks.settings import CONFIG, ConfigurationError, read_yaml

KINDS = ("number", "banner", "end", "feed", "rule", "break")  # the more telling first
LONGEST = 240  # characters a separator line has at most
MARKUP = re.compile(r"^[ \t]{0,8}</?doc(?:[ \t][^<>\n]{0,200})?>[ \t]{0,8}\r?$", re.IGNORECASE | re.MULTILINE)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
WORD = re.compile(r"\w+")
DATED = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\bhttps?://|\([A-Z]{2,9}\)|^[A-Z][A-Z .,'-]{3,40} [-–—] "
    r"|^\s*(?:by|von|par|por|di|da|title|headline|date|published|source|author|byline|автор|дата)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of separator lines from `separators.yml`."""

    id: str
    kind: str
    pattern: re.Pattern[str]


class Line(NamedTuple):
    """A separator line: where it begins and ends (with its line end), its shape and its own words."""

    start: int
    end: int
    shape: str
    kind: str
    key: str


class Part(NamedTuple):
    """An article of a concatenated text, by its offsets in it."""

    start: int
    end: int


@cache
def shapes(folder: Path = CONFIG) -> tuple[Shape, ...]:
    """`separators.yml`. Raises ConfigurationError where an entry is incomplete or its pattern is wrong."""
    path = folder / "separators.yml"
    found = []
    for row in read_yaml(path):
        try:
            shape = Shape(row["id"], row["kind"], re.compile(row["pattern"], re.IGNORECASE))
        except (KeyError, TypeError, re.error) as error:
            raise ConfigurationError(f"{path}: {row!r}: {error}") from None
        if shape.kind not in KINDS:
            raise ConfigurationError(f"{path}: {shape.id}: no such kind: {shape.kind}")
        found.append(shape)
    return tuple(found)


def shape_of(line: str) -> tuple[Shape, re.Match[str]] | None:
    """The shape that a line has as a whole, the first in the configuration."""
    plain = line.strip()
    if not 3 <= len(plain) <= LONGEST:
        return None
    return next(((shape, m) for shape in shapes() if (m := shape.pattern.fullmatch(plain))), None)


def _may_separate(line: str) -> bool:
    plain = line.strip()
    return 3 <= len(plain) <= LONGEST and (not plain[0].isalpha() or plain[-1].isdigit() or len(plain) < 60)


def lines_of(text: str) -> list[Line]:
    """All separator lines of a text, in order; a form feed is one by itself, without what follows on its line."""
    found, at = [], 0
    for raw in text.splitlines(keepends=True) if "\f" not in text else _feeds(text):
        end = at + len(raw)
        if raw == "\f":
            found.append(Line(at, end, "feed", "feed", "\f"))
        elif _may_separate(raw) and (known := shape_of(raw)):
            shape, match = known
            key = match.groupdict().get("total") or "" if shape.kind == "number" else "" if shape.kind in ("banner", "end") else raw.strip()
            found.append(Line(at, end, shape.id, shape.kind, f"{shape.id}:{key}"))
        at = end
    return found


def _feeds(text: str) -> Iterator[str]:
    """The lines of a text, each form feed apart."""
    for piece in re.split("(\f)", text):
        if piece == "\f":
            yield piece
        else:
            yield from piece.splitlines(keepends=True)


def words(text: str) -> int:
    """The number of words, of scripts without spaces two characters for one."""
    return len(WORD.findall(CJK.sub(" ", text))) + len(CJK.findall(text)) // 2


def _opens(part: str) -> bool:
    """Whether a part begins as articles do: a line that is no sentence of running text, and more after it."""
    lines = [line.strip() for line in part[:4000].splitlines() if line.strip()]
    if len(lines) < 2:
        return False
    first = lines[0]
    titled = len(first) <= 160 and not first.endswith((".", "。", ",", ";", "…", ".”", '."')) and first[:1] not in "-–•*"
    return titled and any(len(line) > len(first) * 0.6 for line in lines[1:6])


def _marked(part: str) -> bool:
    """Whether a date, an address, a byline or a dateline stands near the beginning."""
    return bool(DATED.search("\n".join(line for line in part[:3000].splitlines() if line.strip())[:600]))


def _share(parts: Sequence[str], holds: Sequence[bool]) -> float:
    return sum(holds) / len(parts) if parts else 0.0


def _convincing(kind: str, parts: Sequence[str]) -> bool:
    """Whether the parts between separators of a kind look like articles; the weaker the kind, the more is asked."""
    if len(parts) < 2:
        return False
    full = _share(parts, [words(part) >= 25 for part in parts])
    opens = _share(parts[1:], [_opens(part) for part in parts[1:]])
    marked = _share(parts, [_marked(part) for part in parts])
    if kind in ("number", "banner"):
        return full >= 0.3
    if kind == "end":
        return full >= 0.5
    if kind == "feed":
        return full >= 0.6 and opens >= 0.6
    if kind == "rule":
        return full >= 0.6 and (opens >= 0.7 or (opens >= 0.5 and marked >= 0.8))
    return full >= 0.8 and opens >= 0.9 and (marked >= 0.6 or (len(parts) >= 4 and marked >= 0.3))


def _counted(lines: Sequence[Line], text: str) -> bool:
    """Whether numbered headers count up by one."""
    numbers = [int(m[1]) for line in lines if (m := re.search(r"(\d{1,6})", text[line.start : line.end]))]
    return len(numbers) >= 2 and all(b == a + 1 for a, b in pairwise(numbers))


def trim(text: str, start: int, end: int) -> Part:
    """The offsets without the blank lines and white space at both ends, which belong to the separators."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    indent = piece[:left].rpartition("\n")[2]
    return Part(start + left - len(indent), end - (len(piece) - len(piece.rstrip()))) if piece.strip() else Part(start, start)


def cut(text: str, lines: Sequence[Line]) -> list[Part]:
    """What lies between separator lines, without empty parts."""
    edges = [0, *(edge for line in lines for edge in (line.start, line.end)), len(text)]
    parts = [trim(text, edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    return [part for part in parts if part.end > part.start]


def _touch(text: str, one: Line, other: Line) -> bool:
    a, b = sorted((one, other))
    return b.start - a.end < 200 and not text[a.end : b.start].strip()


def choose(text: str) -> list[Line]:
    """The separator lines that part the articles of a text; none where it is one article.

    Lines with the same words are judged together, the more telling kinds first.
    """
    lines = lines_of(text)
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.key if line.kind in ("number", "rule", "break") else line.kind, []).append(line)
    for group in sorted(groups.values(), key=lambda g: (KINDS.index(g[0].kind), -len(g), g[0].start)):
        if group[0].kind == "number" and not _counted(group, text):
            continue
        merged = _neighbours(text, group, lines)
        parts = [text[part.start : part.end] for part in cut(text, merged)]
        if _convincing(group[0].kind, parts):
            return merged
    return []


def _neighbours(text: str, group: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The group and the separator lines around each of its lines, in order."""
    place = {line: i for i, line in enumerate(lines)}
    kept = set(group)
    for line in group:
        for step in (-1, 1):
            at = place[line]
            while 0 <= at + step < len(lines) and lines[at + step] not in kept and _touch(text, lines[at], lines[at + step]):
                at += step
                kept.add(lines[at])
    return sorted(kept)


def _marked_up(text: str) -> list[Part]:
    """What stands between `<DOC>` and `</DOC>`, where a file is made of such pairs."""
    tags = list(MARKUP.finditer(text))
    opens = [not tag[0].lstrip().startswith("</") for tag in tags]
    if True not in opens or text[: tags[opens.index(True)].start()].strip():
        return []
    parts = []
    for i, tag in enumerate(tags):
        if opens[i]:
            end = tags[i + 1].start() if i + 1 < len(tags) else len(text)
            parts.append(trim(text, tag.end(), end))
    return [part for part in parts if part.end > part.start]


def parts_of(text: str) -> list[Part]:
    """The articles of a concatenated text in order, empty where the text is one article."""
    if "<" in text and (marked := _marked_up(text)):
        return marked
    lines = choose(text)
    return cut(text, lines) if lines else []


def whole_parts(text: str) -> tuple[list[Part], int]:
    """The articles of the beginning of a longer text that are whole, whatever follows, and where the rest of it begins (0: none is)."""
    if "<" in text and _marked_up(text):
        edge = max(tag.start() for tag in MARKUP.finditer(text) if not tag[0].lstrip().startswith("</"))
        return _marked_up(text[:edge]), edge
    lines = choose(text)
    return (cut(text[: lines[-1].start], lines[:-1]), lines[-1].start) if lines else ([], 0)

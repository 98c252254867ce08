"""Pictures by pygal, as SVG that takes its colours and letters from the page's style sheet."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from tasks.write.words import visible

WIDTH = 600
LONGEST = 26  # characters of a label
BARS_WITH_FIGURES = 16
LABELS = 7  # along time
# What pygal adds for pictures that stand alone: style and script that the page's policy forbids, and parts that only its script moves.
ALONE = frozenset({"style", "script", "desc"})
OVERLAYS = frozenset({"plot tooltip-overlay", "plot overlay"})

Bars = Sequence[tuple[str, float]]


def _library() -> Any:
    """pygal, without the finder of modules that it leaves behind: it is of a kind that Python 3.11 warns of and 3.12 passes over."""
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal


def short(label: str) -> str:
    """A label that has room beside its bar."""
    label = " ".join(visible(label).split())
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"


def _prune(node: Any) -> None:
    for child in list(node):
        if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in ALONE or child.get("class") in OVERLAYS:
            node.remove(child)
        else:
            _prune(child)
    node.attrib.pop("id", None)  # the same in each picture
    for name, value in node.items():
        if name in ("x", "y", "width", "height", "cx", "cy") and "." in value:
            node.set(name, f"{float(value):.1f}")


def _drawn(chart: Any, name: str) -> str:
    from lxml import etree

    chart.uuid = name
    root = chart.render_tree()
    _prune(root)
    root.set("id", f"{name}-picture")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    root.set("focusable", "false")
    return etree.tostring(root, encoding="unicode")


def _options(kind: str, height: int, **more: Any) -> dict[str, Any]:
    from pygal.style import Style

    style = Style(value_font_size=12, label_font_size=14, major_label_font_size=14, legend_font_size=13)
    return {
        "js": [], "css": [], "classes": ("pygal-chart", kind), "style": style, "width": WIDTH, "height": height, "margin": 4,
        "show_legend": False, "print_values": True, "print_zeroes": False, "rounded_bars": 2, "spacing": 6, "truncate_label": LONGEST + 2,
    } | more  # fmt: skip


def rows(name: str, bars: Bars, shown: Callable[[float], str] = "{:,.0f}".format, top: float | None = None) -> str:
    """Horizontal bars, the first one on top, each with its figure at its end; `top` is the value of a full bar."""
    highest = top or max((count for _, count in bars), default=1) or 1
    options = _options("rows", 16 + 25 * len(bars), print_values_position="top", range=(0, highest * 1.14), formatter=shown)
    chart = _library().HorizontalBar(**options, show_x_labels=False, show_x_guides=False, show_y_guides=False)
    # pygal draws upwards, people read downwards.
    chart.x_labels = [short(label) for label, _ in reversed(bars)]
    chart.add("", [count for _, count in reversed(bars)])
    return _drawn(chart, name)


def stack(name: str, labels: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Horizontal bars of several parts each, with a legend; a part too narrow for its figure goes without."""
    options = _options("stack", 60 + 30 * len(labels), show_y_guides=False, show_legend=True, legend_at_bottom=True)
    chart = _library().HorizontalStackedBar(**options, legend_at_bottom_columns=len(parts), formatter="{:,.0f}".format, show_x_labels=False)
    chart.x_labels = [short(label) for label in reversed(labels)]
    widest = max((sum(counts) for counts in zip(*(counts for _, counts in parts), strict=True)), default=0)
    for title, counts in parts:
        chart.add(title, [_figured(count, widest) for count in reversed(counts)])
    return _drawn(chart, name)


def _figured(count: int, widest: int) -> dict[str, Any]:
    room = len(f"{count:,}") * 0.018 * widest
    return {"value": count} if count > room else {"value": count, "formatter": _nothing}


def _nothing(_: float) -> str:
    return ""


def steps(name: str, bars: Bars) -> str:
    """Upright bars along time; labels for some of them where there are many."""
    highest = int(max((count for _, count in bars), default=1))
    few = len(bars) <= BARS_WITH_FIGURES
    options = _options("steps", 240, print_values=few, print_values_position="top", formatter="{:,.0f}".format, margin_right=24)
    chart = _library().Bar(**options, show_minor_x_labels=False, range=(0, highest * (1.12 if few else 1)))
    chart.x_labels = [short(label) for label, _ in bars]
    every = -(-len(bars) // LABELS)
    chart.x_labels_major = [short(label) for label, _ in bars[::every]]
    chart.y_labels = [{"value": tick, "label": f"{tick:,}"} for tick in _ticks(highest)]
    chart.add("", [count for _, count in bars])
    return _drawn(chart, name)


def _ticks(highest: int) -> list[int]:
    """About four whole numbers from 0 to the highest, at round distances."""
    rough = max(highest / 4, 1)
    magnitude = 10 ** (len(str(int(rough))) - 1)
    distance = next(step * magnitude for step in (1, 2, 5, 10) if step * magnitude >= rough)
    return list(range(0, highest + 1, distance))

"""Each regular expression of the room alone, in the way it is used, on text made to lead it astray: linear time.

Four times the text may take four times as long, a square takes sixteen. Processor time is compared with itself, only where it can
be told from noise, and a pattern fails only if each of several tries says so.
"""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

import tasks.normalize
from tasks.normalize.knowledge import Knowledge, load_knowledge
from tasks.settings import CONFIG
from tests.normalize.test_hostile_text import UNITS

SIZE, FACTOR = 2000, 4
BOUND = 10.0  # times the small text's time that the large one may take
FLOOR = 0.05  # processor seconds below which nothing can be told
LONGEST = 2.0  # processor seconds after which a pattern is given up
TRIES = 3
USE = re.compile(r"\b(\w+)\.(match|search|fullmatch|finditer|findall|sub|split)\(")
Uses = dict[str, set[str]]
Found = dict[re.Pattern[str], tuple[str, tuple[str, ...]]]


class _TooLongError(Exception):
    pass


def _give_up(number: int, frame: FrameType | None) -> None:
    raise _TooLongError


def modules() -> Iterator[Any]:
    """The modules of the room but for its faces."""
    for found in pkgutil.walk_packages(tasks.normalize.__path__, "tasks.normalize."):
        if not found.name.endswith((".task", ".shard")):
            yield importlib.import_module(found.name)


def uses_in(module: Any) -> Uses:
    """By which methods a module asks its patterns, by their names."""
    uses: Uses = defaultdict(set)
    for name, method in USE.findall(inspect.getsource(module)):
        uses[name].add(method)
    return uses


def patterns() -> Found:
    """Every pattern of the modules and of config/, with where it stands and how it is asked; `search` where that is not seen."""
    found: Found = {}
    everywhere: Uses = defaultdict(set)
    for module in modules():
        uses = uses_in(module)
        for name, methods in uses.items():
            everywhere[name] |= methods
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found.setdefault(value, (f"{module.__name__}.{name}", tuple(sorted(uses.get(name, {"search"})))))
    for path, pattern in _held(load_knowledge(CONFIG), "knowledge", set()):
        name = path.rpartition(".")[2].rstrip("[]")
        found.setdefault(pattern, (path, tuple(sorted(everywhere.get(name, {"search"})))))
    return found


def _held(thing: Any, path: str, seen: set[int]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that a value holds, however deep."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, re.Pattern):
        yield path, thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from _held(getattr(thing, field.name), f"{path}.{field.name}", seen)
    elif isinstance(thing, dict):
        for part in (*thing, *thing.values()):
            yield from _held(part, f"{path}[]", seen)
    elif isinstance(thing, (list, tuple, set, frozenset)):
        for part in thing:
            yield from _held(part, f"{path}[]", seen)


def seconds(pattern: re.Pattern[str], methods: tuple[str, ...], text: str) -> float:
    """Processor time of asking a pattern in all of its ways; LONGEST where it takes longer."""
    before = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        for method in methods:
            answer = pattern.sub("", text) if method == "sub" else getattr(pattern, method)(text)
            if method == "finditer":
                list(answer)
    except _TooLongError:
        return LONGEST
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - before


def grows(pattern: re.Pattern[str], methods: tuple[str, ...], unit: str) -> bool:
    """Whether time grows faster than text, in each of several tries."""
    small, large = (unit * (size // len(unit)) + "!" for size in (SIZE, SIZE * FACTOR))
    for _ in range(TRIES):
        spent = seconds(pattern, methods, large)
        if spent < FLOOR or spent < BOUND * seconds(pattern, methods, small):
            return False
    return True


PATTERNS = patterns()


def test_patterns_are_found(knowledge: Knowledge) -> None:
    assert len(PATTERNS) > 100
    assert knowledge.lexicon.lead in PATTERNS


@pytest.mark.parametrize("pattern", PATTERNS, ids=[name for name, _ in PATTERNS.values()])
def test_each_pattern_takes_linear_time(pattern: re.Pattern[str]) -> None:
    usual = signal.signal(signal.SIGPROF, _give_up)
    try:
        slow = [unit for unit in UNITS if grows(pattern, PATTERNS[pattern][1], unit)]
    finally:
        signal.signal(signal.SIGPROF, usual)
    assert not slow


def test_a_pattern_that_takes_a_square_is_found() -> None:
    usual = signal.signal(signal.SIGPROF, _give_up)
    try:
        assert grows(re.compile(r"(?:a|b)*\d+(?:a|b)*c|[ab]+x"), ("search",), "ab")
    finally:
        signal.signal(signal.SIGPROF, usual)

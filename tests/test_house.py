"""The house rules that a machine can hold: which way imports go, where Prefect may be, how large things get."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VERBS = ("split", "strip", "normalize", "deduplicate", "write")
SHARED = {f"tasks.{name}" for name in ("records", "shards", "settings", "text", "guard", "turned_away")}
MODULES = sorted(path for folder in ("flows", "tasks") for path in (ROOT / folder).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in MODULES]


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of what a module imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("name", NAMES)
def test_imports_go_one_way(name: str) -> None:
    place = name.split("/")
    for module in imported(ast.parse((ROOT / name).read_text())):
        parts = module.split(".")
        if parts[0] == "prefect":
            assert place[0] == "flows" or place[-1] == "task.py", f"{name} imports {module}"
        if place[0] == "tasks":
            assert parts[0] != "flows", f"{name} imports {module}"
        if place[0] == "tasks" and parts[0] == "tasks" and len(parts) > 1 and place[1] in VERBS:
            own, shared = parts[1] == place[1], any(f"{module}.".startswith(f"{one}.") for one in SHARED)
            assert own or shared, f"{name} imports {module}"


@pytest.mark.parametrize("name", NAMES)
def test_modules_and_functions_stay_small(name: str) -> None:
    text = (ROOT / name).read_text()
    assert len(text.splitlines()) <= 400, name
    for function in functions(ast.parse(text)):
        assert (function.end_lineno or 0) - function.lineno < 60, f"{name}: {function.name}"


def test_most_functions_are_short() -> None:
    lengths = [
        (function.end_lineno or 0) - function.body[0].lineno + 1 for path in MODULES for function in functions(ast.parse(path.read_text()))
    ]
    assert sorted(lengths)[len(lengths) // 2] <= 10
    assert sum(length < 30 for length in lengths) >= 0.9 * len(lengths)


def test_named_worker_functions_are_there() -> None:
    """The flow names functions as text, so that its process need not import the rooms: each name must lead somewhere."""
    named = [
        node.value
        for verb in VERBS
        for node in ast.walk(ast.parse((ROOT / "tasks" / verb / "task.py").read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("tasks.") and ":" in node.value
    ]
    assert len(named) >= 10
    for target in named:
        module, function = target.split(":")
        defined = {f.name for f in functions(ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text()))}
        assert function in defined, target

"""docs/gallery.md tells the truth: each snippet prints what stands below it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_readme import FENCE, ROOT, shows

BLOCKS = [(match[1], match[2]) for match in FENCE.finditer((ROOT / "docs/gallery.md").read_text(encoding="utf-8"))]


def test_each_snippet_is_followed_by_what_it_prints() -> None:
    assert len(BLOCKS) >= 8
    assert [kind for kind, _ in BLOCKS] == ["python", "text"] * (len(BLOCKS) // 2)
    for tool in ("duckdb", "pandas", "polars"):
        assert any(f"import {tool}" in code for _, code in BLOCKS)


@pytest.mark.parametrize("at", range(0, len(BLOCKS), 2))
def test_snippet_prints_what_stands_below_it(at: int, tmp_path: Path, seeds_output: Path) -> None:
    (tmp_path / "data").symlink_to(seeds_output)
    done = subprocess.run([sys.executable, "-W", "error", "-c", BLOCKS[at][1]], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert BLOCKS[at + 1][1].strip()
    assert shows(BLOCKS[at + 1][1], done.stdout), done.stdout

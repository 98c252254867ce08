"""The environment of the tools that benchmarks compare with: they are not in the lock files."""

import subprocess
import venv
from collections.abc import Sequence
from pathlib import Path


def peers_python(folder: Path, packages: Sequence[str]) -> Path:
    """The Python of an environment that has these packages, made where it is missing; one that cannot be had is left out."""
    python, made = folder / "bin" / "python", folder / "made"
    if not python.exists():
        venv.create(folder, with_pip=True)
    done = made.read_text().split() if made.exists() else []
    for name in packages:  # one by one: their requirements contradict one another, which hurts none of what is used here
        if name not in done:
            subprocess.run([python, "-m", "pip", "install", "-q", name], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made.write_text("\n".join(dict.fromkeys([*done, *packages])))
    return python

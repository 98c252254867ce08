"""Arrays that lie in files, so that they are read where they are needed and take no memory of their own."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write an array under a name."""
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def blank(folder: Path, name: str, count: int, kind: Any) -> NDArray[Any]:
    """An array of zeros that lies in a file and is filled there."""
    if not count:  # an empty file cannot be mapped
        made: NDArray[Any] = np.zeros(0, kind)
        save(folder, name, made)
        return made
    return np.asarray(np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=kind, shape=(count,)))


def load(folder: Path, name: str) -> NDArray[Any]:
    """The array that was written under a name, mapped from its file, read-only."""
    path = folder / f"{name}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="r"))
    except ValueError:  # an empty one
        return np.asarray(np.load(path))


def sliced(values: NDArray[Any], offsets: NDArray[np.int64], which: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Of values in runs (run i from offsets[i] to offsets[i + 1]) the named runs one after another, and where each begins."""
    lengths = (offsets[1:] - offsets[:-1])[which]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    at = np.arange(ends[-1]) + np.repeat(offsets[which] - ends[:-1], lengths)
    return values[at], ends

"""Local files that must not change while they are read."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from tasks.split.errors import Refused


class _Stable(io.FileIO):
    """A file that refuses (changed) to come to its end if it was written to since it was opened, and tells of each read."""

    def __init__(self, descriptor: int, told: Callable[[], None]) -> None:
        super().__init__(descriptor, "rb")
        self._opened = self._state()
        self._told = told

    def _state(self) -> tuple[int, int]:
        found = os.fstat(self.fileno())
        return found.st_size, found.st_mtime_ns

    def _check(self) -> None:
        if self._state() != self._opened:
            raise Refused("changed", "the file was written to while it was read")

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._told()
        size = super().readinto(buffer) or 0
        if size < len(buffer):
            self._check()
        return size

    def read(self, size: int | None = -1) -> bytes:
        self._told()
        piece = super().read(-1 if size is None else size)
        if size is None or size < 0 or len(piece) < size:
            self._check()
        return piece

    def readall(self) -> bytes:
        piece = super().readall()
        self._check()
        return piece


def open_stable(path: Path, told: Callable[[], None] = lambda: None) -> BinaryIO:
    """Open a regular file for reading, never waiting for a pipe; `told` is called before each read. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    return cast(BinaryIO, io.BufferedReader(_Stable(descriptor, told), 1 << 16))

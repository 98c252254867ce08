"""What members of archives have in common: names that are safe, kinds that are files, budgets that are kept."""

import io
import re
from collections.abc import Callable
from typing import BinaryIO, cast

from tasks.split.budget import Budget
from tasks.split.errors import Refused
from tasks.split.source import Refusal, Source

DRIVE = re.compile(r"[A-Za-z]:")


def why_unsafe(name: str) -> str | None:
    """Why a name leads out of its archive, or None. Nothing is ever written under such a name; it is refused all the same."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or DRIVE.match(plain):
        return "the name is absolute"
    if "\0" in name:
        return "the name holds a zero byte"
    return "the name leads out of the archive" if ".." in plain.split("/") else None


def link_refusal(source: Source, member: str, target: str) -> Refusal:
    """The refusal of a link in an archive, by where it leads."""
    leads_out = why_unsafe(target)
    if leads_out:
        return Refusal(source.bundle, member, "unsafe-path", "a link that leads out of the archive", 0, meta=source.meta)
    return Refusal(source.bundle, member, "not-a-file", "a link; what it leads to is read under its own name", 0, meta=source.meta)


def plain_member(source: Source, name: str) -> str:
    """The locator of a member: `a.zip/b.txt`."""
    shown = name.replace("\\", "/").removeprefix("./").encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"{source.member}/{shown}"


class Member(io.RawIOBase):
    """The bytes of one member, `take(n)` giving the next of them; what it raises comes as Refused."""

    def __init__(self, take: Callable[[int], bytes], budget: Budget | None, damaged: tuple[type[Exception], ...]) -> None:
        self._take = take
        self._budget = budget
        self._damaged = damaged

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes as they come, all for -1. Raises Refused."""
        if size is None or size < 0:
            return self.readall()
        try:
            piece = self._take(size)
        except self._damaged as error:
            raise Refused("corrupt", f"the member is damaged: {error}") from None
        if self._budget:
            self._budget.spend(len(piece))
        return piece

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def member_stream(take: Callable[[int], bytes], budget: Budget | None = None, damaged: tuple[type[Exception], ...] = ()) -> BinaryIO:
    """A stream over one member, which hands on pieces as they come: whoever looks into it first (`peek`) buffers it."""
    return cast(BinaryIO, Member(take, budget, damaged))

"""gzip through fastwarc and through zlib: whatever is wrong with a file, both ways find the same."""

import gzip
import io
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.settings import Limits
from tasks.split.finish import finish
from tasks.split.registry import documents
from tasks.split.source import Source
from tests.split.conftest import page, story
from tests.split.test_warcs import record


class OneWay(io.BytesIO):
    """Bytes that cannot be read twice, as those of a member of an archive: only zlib reads them."""

    def seekable(self) -> bool:
        return False

    def seek(self, *place: Any) -> int:
        raise io.UnsupportedOperation("seek")


def outcome(stream: io.BytesIO, name: str) -> list[tuple[Any, ...]]:
    """What becomes of each document."""
    size = len(stream.getvalue())
    records = [finish(item, Limits()) for item in documents(Source("b", name, name, stream, 0, size), Limits())]  # type: ignore[arg-type]
    return [(one.source_member, one.source_sha256, getattr(one, "reason", None)) for one in records]


def rows(count: int) -> bytes:
    return b"".join(json.dumps({"text": story(number)}).encode() + b"\n" for number in range(count))


FILES: dict[str, bytes] = {
    "a.warc.gz": b"".join(gzip.compress(record(number)) for number in range(6)),
    "whole.warc.gz": gzip.compress(b"".join(record(number) for number in range(6))),
    "a.jsonl.gz": gzip.compress(rows(40)),
    "many.jsonl.gz": b"".join(gzip.compress(rows(4)) for _ in range(8)),
    "a.html.gz": gzip.compress(page(3).encode()),
}
DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "none": lambda data, chance: data,
    "cut": lambda data, chance: data[: chance.randrange(20, len(data))],
    "cut in the length": lambda data, chance: data[: -chance.randrange(1, 9)],
    "flipped": lambda data, chance: flipped(data, chance.randrange(12, len(data)), 1 << chance.randrange(8)),
    "hole": lambda data, chance: hole(data, chance.randrange(12, len(data)), chance.randrange(1, 300)),
    "rubbish behind": lambda data, chance: data + chance.randbytes(chance.randrange(1, 200)),
    "one byte behind": lambda data, chance: data + b"\x1f",
    "padded": lambda data, chance: data + bytes(chance.randrange(1, 2000)),
    "twice": lambda data, chance: data + data,
    "a cut one before a good one": lambda data, chance: data[: chance.randrange(20, len(data))] + data,
}


def flipped(data: bytes, place: int, bits: int) -> bytes:
    return data[:place] + bytes([data[place] ^ bits]) + data[place + 1 :]


def hole(data: bytes, place: int, size: int) -> bytes:
    return data[:place] + bytes(len(data[place : place + size])) + data[place + size :]


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damage=st.sampled_from(sorted(DAMAGES)), seed=st.integers(0, 1 << 30))
def test_both_ways_find_the_same(name: str, damage: str, seed: int) -> None:
    data = DAMAGES[damage](FILES[name], random.Random(seed))
    assert outcome(io.BytesIO(data), name) == outcome(OneWay(data), name)


@pytest.mark.parametrize("name", FILES)
def test_good_files_are_read_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The careful way is not taken where nothing is wrong: zlib would say so by this failure."""

    def never(*_: Any) -> Any:
        raise AssertionError("read again")

    monkeypatch.setattr("tasks.split.warcs._careful", never)
    monkeypatch.setattr("tasks.split.compressed.Unpacked", never)
    assert all(reason is None for _, _, reason in outcome(io.BytesIO(FILES[name]), name))

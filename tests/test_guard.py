"""Documents that hang in C, wait for ever, eat memory or kill the process: each is broken for its true reason, the others come out as ever."""

import ctypes
import os
import re
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tasks.guard import Beat, Crash, Rows, Together, guarded, resident, supervised
from tasks.normalize import shard as normalizing
from tasks.records import ParsedDocument, RawDocument, Reject
from tasks.settings import CONFIG, Limits
from tasks.shards import read_records, records_of, write_records
from tasks.strip import shard as stripping

LIMITS = Limits(seconds=1, clock_seconds=120, memory_megabytes=200)  # by the clock a busy machine is slow, so only who waits is told by it
WAITING = Limits(seconds=1, clock_seconds=5, memory_megabytes=200)
ROOMS = Limits(seconds=3, clock_seconds=120, memory_megabytes=200)  # a room's first document loads what the room knows
STORY = "The ferry came back to the harbour on Monday after nine winters away, and the whole town stood on the quay. " * 3


@dataclass(frozen=True, slots=True)
class Word:
    """What the work makes of a number."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What becomes of a number that breaks it."""

    number: int
    reason: str
    detail: str


def hang_in_c() -> None:
    re.match(r"(a+)+$", "a" * 60 + "b")  # exponential, and deaf to signals that Python handles


def loop() -> None:
    while True:
        pass


def swallow() -> None:
    """A loop that takes every exception for its own."""
    while True:
        try:
            loop()
        except BaseException:
            continue


def wait() -> None:
    time.sleep(3600)


def grow() -> None:
    held = []
    while True:
        held.append(bytearray(1 << 20))


def grow_at_once() -> None:
    bytearray(1 << 40)


def grow_below_python() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    while True:
        if block := libc.malloc(1 << 20):
            ctypes.memset(block, 1, 1 << 20)


def segfault() -> None:
    ctypes.string_at(0)


def abort() -> None:
    os.abort()


def leave() -> None:
    os._exit(7)


def exit_nicely() -> None:
    raise SystemExit(0)


def fail() -> None:
    raise ValueError("no such thing")


def recurse() -> None:
    recurse()


DEADLY: list[tuple[Callable[[], None], str]] = [
    (hang_in_c, "timeout"),
    (loop, "timeout"),
    (swallow, "timeout"),
    (wait, "timeout"),
    (grow, "out-of-memory"),
    (grow_at_once, "out-of-memory"),
    (grow_below_python, "out-of-memory"),
    (segfault, "crashed"),
    (abort, "crashed"),
    (leave, "crashed"),
    (exit_nicely, "crashed"),
    (fail, "crashed"),
    (recurse, "crashed"),
]


def walked(
    deeds: dict[int, Callable[[], None]], count: int = 8, limits: Limits = LIMITS, at_once: int = 1
) -> tuple[list[Word], list[Failure]]:
    """Numbers through the guard, some of them with a deed, so many of them together."""

    def work(number: int) -> Rows:
        deeds.get(number, lambda: None)()
        return (Word(number, f"word {number}"),), ()

    def broken(number: int, crash: Crash) -> Rows:
        return (), (Failure(number, crash.reason, crash.detail),)

    together = Together(lambda numbers: [work(number) for number in numbers], lambda _number: 1 / at_once) if at_once > 1 else None
    words, failures = guarded(work, broken, range(count), (Word, Failure), limits, together)
    return list(records_of(words, Word)), list(records_of(failures, Failure))


@pytest.mark.parametrize(("deed", "reason"), DEADLY, ids=[deed.__name__ for deed, _ in DEADLY])
def test_of_a_group_the_one_is_broken_and_the_others_come_out(deed: Callable[[], None], reason: str) -> None:
    words, failures = walked({4: deed}, limits=WAITING if deed is wait else LIMITS, at_once=3)
    assert [word.number for word in words] == [0, 1, 2, 3, 5, 6, 7]
    assert [(failure.number, failure.reason) for failure in failures] == [(4, reason)]


def test_groups_are_filled_up_to_their_weight() -> None:
    def together(numbers: Sequence[int]) -> list[Rows]:
        return [((Word(number, f"{len(numbers)} together"),), ()) for number in numbers]

    def alone(number: int) -> Rows:
        return (Word(number, "alone"),), ()

    weights = [0.5, 0.5, 0.25, 0.25, 0.75, 2.0, 0.5]
    tables = guarded(alone, lambda _number, _crash: ((), ()), range(7), (Word, Failure), LIMITS, Together(together, weights.__getitem__))
    seen = list(records_of(tables[0], Word))
    assert [word.text for word in seen] == ["2 together"] * 2 + ["2 together"] * 2 + ["alone"] * 3
    assert [word.number for word in seen] == list(range(7))


@pytest.mark.parametrize(("deed", "reason"), DEADLY, ids=[deed.__name__ for deed, _ in DEADLY])
def test_the_one_is_broken_and_the_others_come_out(deed: Callable[[], None], reason: str) -> None:
    words, failures = walked({5: deed}, limits=WAITING if deed is wait else LIMITS)
    assert [word.number for word in words] == [0, 1, 2, 3, 4, 6, 7]
    assert [(one.number, one.reason) for one in failures] == [(5, reason)]


def test_several_in_a_row_and_at_both_ends() -> None:
    words, failures = walked({0: segfault, 3: fail, 4: segfault, 5: loop, 7: abort})
    assert [word.number for word in words] == [1, 2, 6]
    assert [(one.number, one.reason) for one in failures] == [
        (0, "crashed"), (3, "crashed"), (4, "crashed"), (5, "timeout"), (7, "crashed"),
    ]  # fmt: skip


def test_time_is_each_documents_own() -> None:
    def half() -> None:
        end = time.process_time() + 0.45
        while time.process_time() < end:
            pass

    words, failures = walked(dict.fromkeys(range(4), half), count=4)
    assert [word.number for word in words] == [0, 1, 2, 3]
    assert failures == []


def test_memory_of_a_child_stays_near_the_limit() -> None:
    def most_so_far() -> int:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

    def work(beat: Beat) -> Iterator[int]:
        beat.at(0)
        yield 1
        grow_below_python()

    before, child = max(most_so_far(), resident(os.getpid())), supervised(work, LIMITS)
    assert next(child) == 1
    with pytest.raises(StopIteration) as ended:
        next(child)
    assert ended.value.value.crash.reason == "out-of-memory"
    assert most_so_far() < before + 1.2 * LIMITS.memory_megabytes * (1 << 20)


def test_a_child_that_finds_no_memory_died_of_that_at_its_place() -> None:
    """The kernel's limit may say no before this process has looked: that is the same death."""

    def work(beat: Beat) -> Iterator[int]:
        beat.at(0)
        yield 1
        beat.at(7, 3)
        raise MemoryError

    child = supervised(work, LIMITS)
    assert next(child) == 1
    with pytest.raises(StopIteration) as ended:
        next(child)
    assert ended.value.value.crash.reason == "out-of-memory"
    assert ended.value.value.place[:2] == (7, 3)


def test_rows_that_make_no_table_break_their_document_alone() -> None:
    def work(number: int) -> Rows:
        return (Word(number, "\ud800" if number == 2 else "fine"),), ()

    def broken(number: int, crash: Crash) -> Rows:
        return (), (Failure(number, crash.reason, crash.detail),)

    words, failures = guarded(work, broken, range(4), (Word, Failure), LIMITS)
    assert words["number"].to_pylist() == [0, 1, 3]
    assert failures["number"].to_pylist() == [2]
    assert "surrogates not allowed" in failures["detail"][0].as_py()


def test_a_table_that_kills_the_process_breaks_its_document_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import tasks.guard

    real = tasks.guard.table_of

    def deadly(records: Any, kind: type) -> Any:
        if any(isinstance(record, Word) and record.number == 2 for record in records):
            os.kill(os.getpid(), signal.SIGSEGV)
        return real(records, kind)

    monkeypatch.setattr(tasks.guard, "table_of", deadly)
    words, failures = walked({}, count=4)
    assert [word.number for word in words] == [0, 1, 3]
    assert [(one.number, one.reason) for one in failures] == [(2, "crashed")]


def test_what_the_work_itself_raises_comes_through_and_leaves_no_child() -> None:
    def work(beat: Beat) -> Iterator[int]:
        yield 1
        raise KeyError("a fault of ours")

    child = supervised(work, LIMITS)
    assert next(child) == 1
    with pytest.raises(KeyError, match="a fault of ours"):
        next(child)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_reader_who_leaves_ends_the_child() -> None:
    def work(beat: Beat) -> Iterator[int]:
        yield os.getpid()
        wait()

    child = supervised(work, LIMITS)
    pid = next(child)
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def raw(number: int) -> RawDocument:
    text = f"Ferry {number}\n\n{STORY}"
    return RawDocument(f"{number:032d}", f"path:b/{number}", "b", f"{number}.txt", None, "0" * 64, "text/plain", "utf-8", text, None, None)


def test_rooms_reject_the_document_and_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that end the process, in the rooms that parse and strip; the rest of the shard is what it is without them."""
    write_records(tmp_path / "documents.parquet", [raw(n) for n in range(6)], RawDocument)
    real = stripping.parse

    def deadly(document: RawDocument, config: Path) -> ParsedDocument:
        {"2": segfault, "4": hang_in_c}.get(document.document_id[-1], lambda: None)()
        return real(document, config)

    monkeypatch.setattr(stripping, "parse", deadly)
    monkeypatch.setattr(stripping, "load_settings", lambda config: real_settings(config))
    stripping.parse_shard(tmp_path, CONFIG, None)
    assert [one.document.document_id[-1] for one in read_records(tmp_path / "parsed.parquet", ParsedDocument)] == ["0", "1", "3", "5"]
    rejects = read_records(tmp_path / "rejects-parse.parquet", Reject)
    assert [(r.document_id[-1], r.stage, r.reason) for r in rejects] == [("2", "parse", "crashed"), ("4", "parse", "timeout")]
    assert rejects[0].detail == "the process ended with SIGSEGV"
    assert rejects[1].detail == "no end after 3 s of processor time"


def real_settings(config: Path) -> Any:
    from tasks.settings import load_settings

    settings = load_settings(config)
    return settings.model_copy(update={"pipeline": settings.pipeline.model_copy(update={"limits": ROOMS})})


def test_normalize_stands_under_the_same_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.normalize.test_shard import document

    write_records(tmp_path / "stripped.parquet", [document(1), document(2)], type(document(1)))
    monkeypatch.setattr(normalizing, "normalize_document", lambda stripped, knowledge: segfault())
    normalizing.normalize_shard(tmp_path, CONFIG)
    rejects = read_records(tmp_path / "rejects-normalize.parquet", Reject)
    assert [(r.stage, r.reason) for r in rejects] == [("normalize", "crashed")] * 2

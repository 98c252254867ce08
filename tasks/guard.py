"""Work on documents that may hang, eat memory or crash: a child does it, and what becomes of the child is a value.

`supervised` runs a generator in a forked child and passes on what it yields. The child says where it is (`Beat.at`),
which also winds up its clocks: kernel timers end it where one document takes too long, and this process ends it where
it grows too large. `guarded` walks documents in such a child and makes tables of what comes out; a document that ends
the child is broken, a new child goes on behind it. Nothing is sent for a document alone, so ordinary ones cost nothing
but the fork. Documents that are worked on together share the limits of one; where that goes wrong, each is done by itself.
"""

import contextlib
import errno
import gc
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from mmap import mmap
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import pyarrow as pa

from tasks.settings import Limits
from tasks.shards import schema_of, table_of

Subject = TypeVar("Subject")
Rows = tuple[Sequence[Any], ...]  # what comes of one document: the records for each table

LOOK = 0.05  # seconds between looks at the child's memory
CHUNK = 1.0  # processor seconds of work that are sent together, and done again where a document ends the child
ROOM = 1.125  # of address space for each byte of memory that is allowed: the kernel's word, where looking comes too late
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # no fault of a document: libraries write to the temporary folder
MEBIBYTE = 1 << 20
SPENT = 77  # the status of a child that found no memory left: its parent looks for that too, and either may be first
REST = -1  # the place of a child that is at no document
SENT, RAISED = b"0", b"1"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Crash:
    """Why the work on a document broke: a reason of `rejects` and what was seen."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended before its work did, and the place it had given last."""

    crash: Crash
    place: tuple[int, ...]


class Beat:
    """The place a child is at, in memory that it shares with its parent, and the clocks that run while it is there."""

    FORM = struct.Struct("6q")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._shared = mmap(-1, self.FORM.size)
        self._counting = False
        self.mark(REST)

    def mark(self, *place: int) -> None:
        """Say the place alone."""
        self.FORM.pack_into(self._shared, 0, *place, *[0] * (6 - len(place)))

    def place(self) -> tuple[int, ...]:
        """The place that was given last, filled up with zeros."""
        return self.FORM.unpack_from(self._shared, 0)

    def wind(self) -> None:
        """Let the clocks start again: something was achieved."""
        signal.setitimer(signal.ITIMER_PROF, self._limits.seconds)
        signal.setitimer(signal.ITIMER_REAL, self._limits.clock_seconds)

    def at(self, *place: int) -> None:
        """Say the place and begin to count its time; memory is counted since the child rested last."""
        self.mark(*place)
        self.wind()
        if not self._counting:
            _allow(int(self._limits.memory_megabytes * MEBIBYTE * ROOM))
            self._counting = True

    def rest(self) -> None:
        """No document is worked on: no clock runs, and memory is not counted."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _allow(None)
        self._counting = False


def _allow(more: int | None) -> None:
    """Let this process's address space grow by so many bytes and no further (None: as it was allowed to begin with)."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = hard
    if more is not None and (held := _sizes(os.getpid())):
        limit = held[0] + more if hard == resource.RLIM_INFINITY else min(hard, held[0] + more)
    with contextlib.suppress(ValueError, OSError):  # not every system keeps such a limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _sizes(pid: int) -> tuple[int, int] | None:
    """Bytes of address space and of memory that a process holds, None where nothing tells."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()
        return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return None


def resident(pid: int) -> int:
    """Bytes of memory that a process holds, 0 where nothing tells."""
    if held := _sizes(pid):
        return held[1]
    if sys.platform == "linux":
        return 0
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
    return int(told.stdout.strip() or 0) * 1024


def supervised(work: Callable[[Beat], Iterator[Any]], limits: Limits) -> Generator[Any, None, Death | None]:
    """What `work` yields in a child of this process, whose memory it sees as it is now.

    Returns None when the work is done, else how the child died. Raises what the work raises, but for MemoryError, which is
    a death.
    """
    beat = Beat(limits)
    _load()
    receiver, sender = Pipe(duplex=False)
    gc.freeze()  # what lives now is not looked through again in the child, so its pages stay shared
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads that only wait for work of their own do no harm here
        pid = os.fork()
    if not pid:
        _work_and_end(work, beat, sender)
    gc.unfreeze()
    sender.close()
    child = _Child(pid, receiver, limits)
    try:
        yield from child.messages()
    except BaseException:  # whoever reads the messages wants no more of them, or the work raised
        child.kill()
        raise
    finally:
        status = child.ended()
    return Death(child.crash(status), beat.place()) if status else None


@cache
def _load() -> None:
    """Load here what each child would have to load anew: the C library's face, and what Arrow imports with its first arrays."""
    import pyarrow.compute  # noqa: F401 - with the first array of records

    with contextlib.suppress(ImportError):
        import ctypes  # noqa: F401
    pa.array([""])


def _work_and_end(work: Callable[[Beat], Iterator[Any]], beat: Beat, sender: Connection) -> NoReturn:
    """All that happens in the child."""
    status = 1
    try:
        _prepare()
        for value in work(beat):
            _send(sender, SENT, value)
        status = 0
    except MemoryError:  # the place is kept: whoever is there is to blame, as where the parent saw it grow
        status = SPENT
    except BaseException as error:
        beat.rest()
        _send(sender, RAISED, error)
    finally:
        os._exit(status)


def _send(sender: Connection, kind: bytes, value: Any) -> None:
    try:
        data = pickle.dumps(value, protocol=5)
    except Exception:
        data = pickle.dumps(RuntimeError(f"{type(value).__name__}: {value}"))
    sender.send_bytes(kind)
    sender.send_bytes(data)


def _prepare() -> None:
    """What a process needs that may be ended at any moment: no handlers, no core files, and an end with its parent."""
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    if handler := sys.modules.get("faulthandler"):
        handler.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(Exception):  # elsewhere than on Linux its clock ends a child that nobody waits for
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass(slots=True)
class _Child:
    """A child as its parent sees it."""

    pid: int
    receiver: Connection
    limits: Limits
    held: int = 0  # bytes when it came to rest last
    most: int = 0  # by how much it grew since, as far as was seen

    def messages(self) -> Iterator[Any]:
        self.held = resident(self.pid)
        while self._arrived():
            try:
                kind, data = self.receiver.recv_bytes(), self.receiver.recv_bytes()
            except (EOFError, OSError):
                return
            value = pickle.loads(data)  # noqa: S301 - written by our own child
            if kind == RAISED:
                raise value
            self.held, self.most = resident(self.pid), 0
            yield value

    def _arrived(self) -> bool:
        """Wait for a message or for the child's end; whether it was not ended for its memory meanwhile."""
        while not self.receiver.poll(LOOK):
            self.most = max(self.most, resident(self.pid) - self.held)
            if self.most > self.limits.memory_megabytes * MEBIBYTE:
                self.kill()
                return False
        return True

    def kill(self) -> None:
        """End the child, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self) -> int:
        """Wait for the child's end, which is near; its status, 0 where all was well."""
        self.receiver.close()
        return os.waitpid(self.pid, 0)[1]

    def crash(self, status: int) -> Crash:
        """What a status other than 0 means."""
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        memory = self.limits.memory_megabytes
        spent = os.WIFEXITED(status) and os.WEXITSTATUS(status) == SPENT
        if spent or number == signal.SIGKILL or self.most > 0.75 * memory * MEBIBYTE:
            return Crash("out-of-memory", f"it took more than {memory:g} MB of memory, or more than the machine had")
        if number == signal.SIGPROF:
            return Crash("timeout", f"no end after {self.limits.seconds:g} s of processor time")
        if number == signal.SIGALRM:
            return Crash("timeout", f"no end after {self.limits.clock_seconds:g} s")
        what = signal.Signals(number).name if number else f"status {os.WEXITSTATUS(status)}"
        return Crash("crashed", f"the process ended with {what}")


@dataclass(frozen=True, slots=True)
class Together(Generic[Subject]):
    """Work that is cheaper on several documents at once: groups are filled until their weights exceed 1."""

    work: Callable[[Sequence[Subject]], Sequence[Rows]]
    weight: Callable[[Subject], float]


@dataclass(slots=True)
class _Walk(Generic[Subject]):
    """The way through the documents, as far as it has come, and those that are known to end a child."""

    work: Callable[[Subject], Rows]
    broken: Callable[[Subject, Crash], Rows]
    subjects: Sequence[Subject]
    kinds: Sequence[type]
    together: Together[Subject] | None = None
    start: int = 0
    known: dict[int, Crash] = field(default_factory=dict)
    apart: set[int] = field(default_factory=set)  # documents of groups that ended a child
    single: bool = False  # each document is sent by itself: the making of a table ended a child

    def chunks(self, beat: Beat) -> Iterator[tuple[int, list[pa.Table]]]:
        """Tables of some documents each, with the place behind them. Runs in the child."""
        rows: list[tuple[int, Rows]] = []
        since = time.process_time()
        index = self.start
        while index < len(self.subjects):
            group = self._group(index)
            rows.extend(self._rows_of(group, beat))
            index = group.stop
            if self.single or time.process_time() - since > CHUNK:
                if not self.single:
                    beat.at(REST)
                tables = self._tables(rows)
                beat.rest()
                yield index, tables
                rows, since = [], time.process_time()
        beat.at(REST)
        yield len(self.subjects), self._tables(rows)

    def _group(self, start: int) -> range:
        """The documents from one on that are worked on together: that one alone where nothing else is known to be safe."""
        weight, index = 0.0, start
        while index < len(self.subjects) and index not in self.known and index not in self.apart and self.together and not self.single:
            weight += self.together.weight(self.subjects[index])
            if weight > 1:
                break
            index += 1
        return range(start, max(index, start + 1))

    def _rows_of(self, group: range, beat: Beat) -> list[tuple[int, Rows]]:
        """What comes of the documents of a group."""
        if self.together and len(group) > 1:
            beat.at(group.start, group.stop)
            with contextlib.suppress(BaseException):  # whatever it is, each by itself will show it again
                return list(zip(group, self.together.work([self.subjects[index] for index in group]), strict=True))
        return [(index, self._rows(index, beat)) for index in group]

    def _rows(self, index: int, beat: Beat) -> Rows:
        """What comes of one document, or of its being broken."""
        beat.at(index)
        subject = self.subjects[index]
        if crash := self.known.get(index):
            return self.broken(subject, crash)
        try:
            return self.work(subject)
        except MemoryError as error:
            return self.broken(subject, Crash("out-of-memory", str(error) or "no memory left"))
        except OSError as error:
            if error.errno in FULL:
                raise
            return self.broken(subject, Crash("crashed", f"{type(error).__name__}: {error}"[:300]))
        except BaseException as error:  # a library that wants to leave is one that broke
            return self.broken(subject, Crash("crashed", f"{type(error).__name__}: {error}"[:300]))

    def _tables(self, rows: list[tuple[int, Rows]]) -> list[pa.Table]:
        """A table of each kind of record; a document whose records make none is broken."""
        try:
            return self._made([each for _, each in rows])
        except Exception:
            return self._made([self._sound(index, each) for index, each in rows])

    def _sound(self, index: int, rows: Rows) -> Rows:
        try:
            self._made([rows])
        except Exception as error:
            return self.broken(self.subjects[index], Crash("crashed", f"{type(error).__name__}: {error}"[:300]))
        return rows

    def _made(self, rows: Sequence[Rows]) -> list[pa.Table]:
        return [table_of([record for each in rows for record in each[i]], kind) for i, kind in enumerate(self.kinds)]

    def blame(self, death: Death) -> None:
        """Learn from a child's death. Raises RuntimeError where no document is to blame."""
        index, stop = death.place[:2]
        if index == REST and self.single:
            raise RuntimeError(f"a process without a document to work on died: {death.crash.detail}")
        if index == REST:
            self.single = True
        elif stop > index:
            self.apart.update(range(index, stop))
        else:
            self.known[index] = death.crash


def guarded(
    work: Callable[[Subject], Rows],
    broken: Callable[[Subject, Crash], Rows],
    subjects: Sequence[Subject],
    kinds: Sequence[type],
    limits: Limits,
    together: Together[Subject] | None = None,
) -> list[pa.Table]:
    """Walk the documents in a child; answers a table for each kind of record, in the documents' order.

    `work` gives a document's records, a sequence for each kind; `broken` those of a document on which the work
    failed, took too long, grew too large or ended the process. `together` says the same as `work`, of several documents.
    """
    walk, found = _Walk(work, broken, subjects, kinds, together), [[schema_of(kind).empty_table()] for kind in kinds]
    while walk.start < len(subjects):
        child = supervised(walk.chunks, limits)
        while True:
            try:
                walk.start, tables = next(child)
            except StopIteration as end:
                if end.value:
                    walk.blame(end.value)
                break
            for all_of_kind, table in zip(found, tables, strict=True):
                all_of_kind.append(table)
    return [pa.concat_tables(tables) for tables in found]

"""The processes that do the work: they never import Prefect, and Prefect's process never imports the rooms.

A fork server loads the rooms once, on another core while Prefect is being imported; each worker is
forked from it in milliseconds. Functions are named, not passed: `tasks.strip.shard:parse_shard`.
"""

import contextlib
import importlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from typing import Any

# One thread for each worker: as many workers as cores are busy already. What a worker frees it keeps for the next batch (glibc would
# give it back to the kernel and ask for it again, which took a third of the time of signing texts).
SINGLE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
          "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "268435456"}  # fmt: skip


LONGEST_FOLDER, SHORT_FOLDER = 60, "/tmp"  # noqa: S108 - a folder of its own is made there


class WorkerLostError(Exception):
    """A worker process ended in the middle of its work (killed, out of memory, crashed)."""


def perform(target: str, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """Call the function that `module:function` names. Runs in a worker process."""
    module, _, function = target.partition(":")
    return getattr(importlib.import_module(module), function)(*arguments, **options)


def end_with_parent() -> None:
    """Have this worker end when the process that hired it is gone, however that came; a worker without work would wait for ever."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, name="parent", daemon=True).start()


class Crew:
    """A pool of worker processes. Calling it runs a named function in one of them and waits for the value.

    A worker that dies takes the pool with it: the call raises WorkerLostError, the next one finds a new pool.
    """

    def __init__(self, workers: int, preload: tuple[str, ...] = ()) -> None:
        self.workers = workers
        self._lock = threading.Lock()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._pool = self._fresh()
        self._broken: list[ProcessPoolExecutor] = []

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=self._context, initializer=end_with_parent)

    def __call__(self, target: str, *arguments: Any, **options: Any) -> Any:
        """Run `target` in a worker. Raises whatever the function raises, and WorkerLostError."""
        with self._lock:
            pool = self._pool
        try:
            return pool.submit(perform, target, arguments, options).result()
        except BrokenProcessPool:
            with self._lock:
                if self._pool is pool:
                    # Kept, for Python 3.13 locks itself up where a broken pool is collected while its thread still tidies it up.
                    self._broken.append(pool)
                    self._pool = self._fresh()
            raise WorkerLostError(f"a worker process died in {target}") from None

    def close(self) -> None:
        """Let the workers finish and end."""
        for pool in self._broken:
            pool.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End the workers now, whatever they do."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def crew(workers: int, preload: tuple[str, ...] = ()) -> Iterator[Crew]:
    """Workers for the time of a run. Enter it before Prefect is imported: the fork server inherits this environment."""
    with short_sockets():
        with environment(SINGLE), deaf_to_interrupts():
            hired = Crew(workers, preload)
            forkserver.ensure_running()  # it loads the rooms while this process goes on
        try:
            yield hired
        except BaseException:
            hired.kill()
            raise
        hired.close()
        # The private name of what the standard library offers no other way: wait for the fork server, so that nothing outlives the run.
        forkserver._forkserver._stop()  # type: ignore[attr-defined]


@contextlib.contextmanager
def short_sockets() -> Iterator[None]:
    """Processes talk through sockets whose whole path has room for some hundred characters; below a long TMPDIR they lie in /tmp."""
    if len(tempfile.gettempdir()) <= LONGEST_FOLDER or not os.access(SHORT_FOLDER, os.W_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="copydesk-", dir=SHORT_FOLDER) as folder:
        # The private name under which multiprocessing keeps the folder of its sockets; there is no public one.
        multiprocessing.current_process()._config["tempdir"] = folder  # type: ignore[attr-defined]
        yield


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes started in the block ignore Ctrl-C, which goes to the whole group: this one decides what becomes of them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """The environment with some variables set, those aside that stand already."""
    missing = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(missing)
    try:
        yield
    finally:
        for name in missing:
            del os.environ[name]

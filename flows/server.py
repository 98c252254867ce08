"""Prefect's API for the time of one run, served from a thread of the flow's own process.

Prefect would start a second Python for it, which costs another import of everything and can be too
slow for the flow that waits. Here the socket stands before anything is imported, so there is no port
to lose and nothing to wait for, and the server cannot outlive the run.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

from flows.home import HomeError

# What Prefect sets itself for the server of a single run: no page, no services of a long-lived server.
OWN = {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1", "PREFECT_UI_ENABLED": "0"}


@contextlib.contextmanager
def serving() -> Iterator[None]:
    """The API that the flow talks to: the server of PREFECT_API_URL, or one in a thread while the block lasts.

    To be entered before the first import of Prefect, inside `flows.home.lodging`. Raises HomeError.
    """
    if url := os.environ.get("PREFECT_API_URL", "").strip():
        with _named(url):
            yield
        return
    with socket.create_server(("127.0.0.1", 0), backlog=256) as door:
        os.environ.update(OWN, PREFECT_API_URL=f"http://127.0.0.1:{door.getsockname()[1]}/api")
        with _running(door):
            yield


@contextlib.contextmanager
def _named(url: str) -> Iterator[None]:
    """Prefect tells of a server that is not there by a bare RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        if not str(error).startswith("Failed to reach API"):
            raise
        raise HomeError(f"no Prefect server answers at {url}; start it, or unset PREFECT_API_URL to run without one") from error


@contextlib.contextmanager
def _running(door: socket.socket) -> Iterator[None]:
    import uvicorn
    from prefect.server.api.server import create_app

    settings = uvicorn.Config(create_app, factory=True, log_level="critical", lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, name="prefect-api", daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=5)


def _wait(server: object, thread: threading.Thread) -> None:
    while not getattr(server, "started", False):
        thread.join(timeout=0.01)
        if not thread.is_alive():
            raise HomeError("Prefect's embedded API did not start; run with --debug to see why, or name a server in PREFECT_API_URL")

"""The log on stderr: plain lines for people, or one JSON object a line; each carries run, shard and document where it has one."""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

LOGGER = logging.getLogger("copydesk")
PLACE = ("run", "shard", "document", "stage", "counts")


class Plain(logging.Formatter):
    """The message, behind shard and document where it has them."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        place = " ".join(f"{name} {record.__dict__[name]}" for name in ("shard", "document") if name in record.__dict__)
        return f"{place}: {record.getMessage()}" if place else record.getMessage()


class Json(logging.Formatter):
    """One JSON object: `time` (UTC), `level`, `message`, and `run`, `shard`, `document`, `stage`, `counts` where they are known."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        place = {name: record.__dict__[name] for name in PLACE if name in record.__dict__}
        message = " ".join(record.getMessage().split())
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": message, **place}, ensure_ascii=False)


class OfRun(logging.Filter):
    """Adds the run to each record."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self.run = run

    def filter(self, record: logging.LogRecord) -> bool:
        """Nothing is held back."""
        record.run = self.run
        return True


def start_logging(form: str) -> None:
    """Log to stderr from now on; `form` is `plain` (what people need to know) or `json` (every rejected document too)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Plain())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.DEBUG if form == "json" else logging.INFO)
    LOGGER.propagate = False


def in_json() -> bool:
    """Whether lines are logged to stderr as JSON."""
    return any(isinstance(handler.formatter, Json) for handler in LOGGER.handlers)


class ToPrefect(logging.Handler):
    """Passes records on to the logger of a flow run, behind shard and document where they have them."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger
        self.setFormatter(Plain())

    def emit(self, record: logging.LogRecord) -> None:
        """Log it there, too."""
        self._logger.log(record.levelno, "%s", self.format(record))


def log_to_prefect(logger: Any) -> None:
    """Log into a flow run of a Prefect server from now on."""
    LOGGER.handlers[:] = [ToPrefect(logger)]
    LOGGER.setLevel(logging.DEBUG)
    LOGGER.propagate = False


@contextlib.contextmanager
def also_logged(logger: Any) -> Iterator[None]:
    """While the block lasts, log into a flow run of a Prefect server as well."""
    handler = ToPrefect(logger)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)


def log_run(run: str) -> None:
    """Have every record from now on carry the id of the flow's run."""
    LOGGER.filters[:] = [OfRun(run)]


def tell(message: str, *arguments: Any, level: int = logging.INFO, **place: Any) -> None:
    """Log a message; `place` holds shard, document, stage and counts where it has them."""
    LOGGER.log(level, message, *arguments, extra=place)

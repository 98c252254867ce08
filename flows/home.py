"""Where Prefect lives during a run: a home of its own, prepared, private and short-lived.

Prefect's embedded API migrates its database on the first start, which takes longer than the flow
waits for it. So a migrated database is made once for each version of Prefect and kept in the cache
directory; every run copies it into a home of its own and removes that home in the end. Neither the
user's profile nor the user's database is read or written.

Nothing here imports Prefect: the settings have to stand before the first import of it.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

DATABASE = "prefect.db"
START_SECONDS = 180

# Services of a server that lives as long as one flow run: nothing is scheduled, late, triggered or vacuumed.
NEEDLESS = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "DB_VACUUM",
    "EVENT_LOGGER",
    "EVENT_PERSISTER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TASK_RUN_RECORDER",
    "TRIGGERS",
)

ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}

# A server that stays shows our log on the run's page, and Prefect's own lines of the flow; on stderr they would be a second voice.
SHOWN = {"PREFECT_LOGGING_TO_API_ENABLED": "true", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
LEVEL, LEVEL_SHOWN = "PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_LOGGERS_PREFECT_FLOW_RUNS_LEVEL"

EMBEDDED = {
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
    "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in NEEDLESS},
}


class HomeError(Exception):
    """Prefect's home could not be prepared; the message is one line that says what to do."""


def environment(home: Path, base: Mapping[str, str]) -> dict[str, str]:
    """The variables Prefect is to see: those of `base` without any of its own that could lead elsewhere.

    With PREFECT_API_URL in `base`, what speaks of that server and of the client is kept and no server is started.
    """
    server = base.get("PREFECT_API_URL", "").strip()
    kept = ("PREFECT_API_", "PREFECT_CLIENT_") if server else ()
    clean = {k: v for k, v in base.items() if not k.startswith("PREFECT_") or k.startswith(kept or ("\0",))}
    own = {"PREFECT_HOME": str(home), "PREFECT_PROFILES_PATH": str(home / "profiles.toml")}
    if server:
        return {**clean, **ALWAYS, **SHOWN, LEVEL_SHOWN: base.get(LEVEL, "INFO"), **own}
    database = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / DATABASE}"}
    return {**clean, **ALWAYS, **EMBEDDED, **database, **own}


def caches(fallback: Path) -> Iterator[Path]:
    """Where the prepared database may be kept, best first."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    with contextlib.suppress(RuntimeError):  # no home directory is known
        yield (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "copydesk"
    yield fallback / ".cache"


def usable(database: Path) -> bool:
    """Whether a file is a migrated and unharmed database."""
    if not database.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            migrated = connection.execute("select count(*) from alembic_version").fetchone()[0]
            return bool(migrated) and connection.execute("pragma quick_check").fetchone()[0] == "ok"
    except sqlite3.Error:
        return False


def migrate(target: Path) -> None:
    """Have Prefect make its database in a child process and keep it, compact, as `target`. Raises HomeError."""
    with tempfile.TemporaryDirectory(prefix="copydesk-prefect-") as scratch:
        home = Path(scratch)
        command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        own = environment(home, os.environ | {"PREFECT_API_URL": ""})
        done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode or not (home / DATABASE).is_file():
            last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
            raise HomeError(f"Prefect could not prepare its database ({last}); remove .venv and run `make pipeline` again")
        with contextlib.closing(sqlite3.connect(home / DATABASE)) as connection:
            connection.execute("vacuum into ?", (str(target),))


def store(cache: Path) -> Path:
    """The prepared database below `cache`, made when it is missing or harmed. Raises OSError and HomeError.

    It is written beside its place and moved there, so two runs that prepare it at once do not meet.
    """
    kept = cache / f"prefect-{version('prefect')}" / DATABASE
    if not usable(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=kept.parent) as scratch:
            migrate(Path(scratch) / DATABASE)
            (Path(scratch) / DATABASE).replace(kept)
    return kept


def prepared(fallback: Path) -> Path:
    """The prepared database, in the first cache directory that can be written. Raises HomeError."""
    reason = ""
    for cache in caches(fallback):
        try:
            return store(cache)
        except OSError as error:
            reason = f"{error.filename or cache}: {error.strerror}"
    raise HomeError(f"no place to keep Prefect's database ({reason}); set XDG_CACHE_HOME to a folder that can be written")


@contextlib.contextmanager
def lodging(fallback: Path) -> Iterator[Path]:
    """A home for one run, with Prefect's settings in the environment while it lasts. Raises HomeError."""
    before = dict(os.environ)
    home = Path(tempfile.mkdtemp(prefix="copydesk-prefect-")).resolve()
    try:
        if not before.get("PREFECT_API_URL", "").strip():
            shutil.copyfile(prepared(fallback), home / DATABASE)
        os.environ.clear()
        os.environ.update(environment(home, before))
        yield home
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Prepare the database ahead of the first run. Where that fails the run tries again and says what to do, so this is no failure."""
    with contextlib.suppress(HomeError, OSError):
        store(next(caches(Path())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

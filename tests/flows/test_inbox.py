"""What waits in an inbox: new and changed entries, not what is hidden, half written or still fresh."""

import os
import shutil
from pathlib import Path

import pytest

from flows.inbox import InboxError, waiting
from flows.published import shaped_by
from tasks.write.runs import library_versions
from tests.conftest import Run

OLD = 1_600_000_000


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Two bundles that were left alone for years, and what is no bundle yet."""
    folder = tmp_path / "inbox"
    (folder / "day").mkdir(parents=True)
    for name in ("a.txt", "day/b.txt", ".hidden.txt", "c.jsonl.part"):
        (folder / name).write_text(
            f"A story of {name}, told in some twenty words so that it is long enough to be one, and more besides, of course.\n"
        )
        os.utime(folder / name, (OLD, OLD))
    os.utime(folder / "day", (OLD, OLD))
    return folder


def names(found: tuple[str, ...]) -> list[str]:
    return [Path(one).name for one in found]


def test_entries_wait_until_they_are_left_alone(inbox: Path, tmp_path: Path) -> None:
    assert names(waiting(inbox, tmp_path / "data", 60)) == ["a.txt", "day"]
    os.utime(inbox / "day/b.txt", (OLD + 100, OLD + 100))
    assert names(waiting(inbox, tmp_path / "data", 60, now=OLD + 120)) == ["a.txt"]
    assert names(waiting(inbox, tmp_path / "data", 60, now=OLD + 161)) == ["a.txt", "day"]


def test_what_was_cleaned_waits_again_once_it_changed(copydesk: Run, inbox: Path, tmp_path: Path) -> None:
    done = copydesk("run", *waiting(inbox, tmp_path / "data", 60), "--out", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert waiting(inbox, tmp_path / "data", 0) == ()
    shutil.copy(inbox / "a.txt", inbox / "day/new.txt")
    assert names(waiting(inbox, tmp_path / "data", 0)) == ["day"]


def test_an_output_tells_what_shaped_it(copydesk: Run, seeds_output: Path, tmp_path: Path) -> None:
    assert shaped_by(tmp_path) is None
    digest, versions = shaped_by(seeds_output) or ("", ())
    assert len(digest) == 64
    assert versions == library_versions()


def test_no_inbox_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InboxError, match=r"inbox: No such file or directory; make the folder"):
        waiting(tmp_path / "inbox", tmp_path / "data", 0)

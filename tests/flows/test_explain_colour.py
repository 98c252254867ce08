"""`copydesk explain` on a terminal: what was removed stands there in colour, what was kept does not."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pyarrow.parquet as pq

from tests.conftest import COPYDESK, ROOT

COLUMNS = 4000  # no line is wrapped
STYLE = re.compile(r"\x1b\[([\d;]*)m")


def shown_on_a_terminal(command: list[str]) -> str:
    """What a command prints where its output is a pseudo-terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 60, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm-256color"}
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    said = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    _, errors = child.communicate()
    assert (child.returncode, errors) == (0, b"")
    return said.decode("utf-8").replace("\r\n", "\n")


def coloured(text: str) -> str:
    """The characters of a terminal's text that stand in a colour of their own, a line break where the style changes."""
    found, style, at = [], "", 0
    for match in STYLE.finditer(text):
        found.append(text[at : match.start()] if any(code not in ("", "0", "1", "2") for code in style.split(";")) else "\n")
        style, at = match[1], match.end()
    return "".join(found)


def test_what_was_removed_is_in_colour(seeds_output: Path) -> None:
    removed = pq.read_table(seeds_output / "removed").to_pylist()
    spans = [span for span in removed if span["class"] not in ("whitespace", "control") and "\n" not in span["text"]]
    document = spans[0]["document_id"]
    mine = [span for span in spans if span["document_id"] == document]
    body = next(row["body"] for row in pq.read_table(seeds_output / "articles").to_pylist() if row["document_id"] == document)
    command = [*COPYDESK, "explain", document, "--out", str(seeds_output)]
    shown = shown_on_a_terminal(command)
    bright, plain = coloured(shown), STYLE.sub("", shown)
    assert mine and all(span["text"] in bright for span in mine)
    assert all(f"‹{span['class']} {span['rule']}›" in plain for span in mine)
    paragraphs = body.split("\n\n")
    assert all(paragraph in plain and paragraph not in bright for paragraph in paragraphs)
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "\x1b" not in piped

"""The command at a real terminal: its width, its colours, and a pipe beside it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

COLOURS = re.compile(r"\x1b\[[0-9;]*\b(3[0-7]|9[0-7])m")
STYLES = re.compile(r"\x1b\[[0-9;]*m")


def at_terminal(columns: int, *words: str, **environment: str) -> str:
    """What a command prints at a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    inherited = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "framewell_cli.main", *words],
        stdin=slave, stdout=slave, stderr=slave,
        env={**inherited, "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(slave)
    printed = b""
    try:
        while block := os.read(master, 1 << 16):
            printed += block
    except OSError:  # Linux says so when the last writer has closed its end
        pass
    finally:
        os.close(master)
    assert process.wait(60) == 0, printed
    return printed.decode()


@pytest.mark.parametrize("columns", [40, 100])
def test_a_table_is_as_wide_as_the_terminal_at_most(columns: int) -> None:
    lines = STYLES.sub("", at_terminal(columns, "events", "describe")).splitlines()
    assert max(map(len, lines)) <= columns
    whole = subprocess.run(
        [sys.executable, "-m", "framewell_cli.main", "events", "describe"],
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert max(map(len, whole.splitlines())) > 100, "a pipe gets all, whatever COLUMNS says"


def test_columns_outrank_the_size_of_the_terminal() -> None:
    lines = STYLES.sub("", at_terminal(200, "events", "describe", COLUMNS="60")).splitlines()
    assert max(map(len, lines)) <= 60


def test_no_color_is_followed() -> None:
    assert COLOURS.search(at_terminal(80, "models", "--help"))
    assert not COLOURS.search(at_terminal(80, "models", "--help", NO_COLOR="1"))

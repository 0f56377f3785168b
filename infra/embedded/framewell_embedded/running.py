"""Run one server for as long as a block of code lasts; what tests and tools use.

The mesh itself is supervised by the `framewell` command, which restarts what dies.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from framewell_embedded.errors import CannotStart

READY_WITHIN_SECONDS: Final = 180.0
"""A server takes seconds to start; on a machine with ten programs a core, a minute and more."""

_PR_SET_PDEATHSIG: Final = 1
"""Linux prctl(2): the signal a child gets when the thread that started it ends."""


class Server(Protocol):
    """What the broker and the database have in common."""

    def prepare(self) -> None:
        """Lay out the server's folder; changes nothing the second time."""

    def command(self) -> tuple[str, ...]:
        """Return the command line that runs the server in the foreground."""

    def ready(self) -> bool:
        """Return whether clients can connect."""


def start(server: Server, log: Path) -> subprocess.Popen[bytes]:
    """Start a prepared server; it dies with this process (on Linux even if that is killed)."""
    with log.open("ab") as output:
        return subprocess.Popen(
            server.command(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(),  # noqa: PLW1509 - one system call, looked up before the fork
        )


def wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path, *, seconds: float) -> None:
    """Return when the server accepts connections; CannotStart with the end of its log if it does not."""
    deadline = time.monotonic() + seconds
    while not server.ready():
        if process.poll() is not None:
            raise CannotStart(f"{_name(server)} ended with status {process.returncode}: {_last_lines(log)}")
        if time.monotonic() > deadline:
            raise CannotStart(f"{_name(server)} was not ready after {seconds:.0f} s: {_last_lines(log)}")
        time.sleep(0.05)


@contextmanager
def running(
    server: Server, log: Path, *, seconds: float = READY_WITHIN_SECONDS
) -> Iterator[subprocess.Popen[bytes]]:
    """Prepare and start the server, yield it once it is ready, and end it when the block is left."""
    server.prepare()
    process = start(server, log)
    try:
        wait_until_ready(server, process, log, seconds=seconds)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def die_with_parent() -> Callable[[], None] | None:
    """Have the child killed when the thread that started it ends (a `preexec_fn`). Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # resolved here: between fork and exec nothing may take a lock

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return ask_kernel


def _name(server: Server) -> str:
    return f"the embedded {type(server).__name__.lower()}"


def _last_lines(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    messages = [line for line in lines if not line.lstrip().startswith("at ")]  # the frames of a Java stack
    return " | ".join(messages[-5:]) or "it logged nothing"

"""What no broken file may reach: a listener on loopback, and a film that belongs to somebody else."""

from __future__ import annotations

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hostile.crafted import Traps

_IN_OPEN: Final = 0x20  # linux/inotify.h
_NON_BLOCKING: Final = os.O_NONBLOCK
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Surroundings:
    """The traps, and who went into them."""

    traps: Traps
    watch: int
    callers: list[str] = field(default_factory=list)

    def canary_was_opened(self) -> bool:
        """Return whether anybody opened the canary since this was last asked."""
        try:
            return bool(os.read(self.watch, 1 << 16))
        except BlockingIOError:
            return False


@contextmanager
def surroundings(canary: Path) -> Iterator[Surroundings]:
    """Listen on loopback for TCP and UDP, and watch the canary."""
    watch = _libc.inotify_init1(_NON_BLOCKING)
    if watch < 0 or _libc.inotify_add_watch(watch, os.fsencode(canary), _IN_OPEN) < 0:
        raise OSError(ctypes.get_errno(), "the canary cannot be watched")
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
    ):
        port = listener.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        found = Surroundings(Traps(str(canary), f"127.0.0.1:{port}"), watch)
        threads = [
            threading.Thread(target=_record, args=(receive, found.callers), daemon=True)
            for receive in (lambda: listener.accept()[1], lambda: datagrams.recvfrom(100)[1])
        ]
        for thread in threads:
            thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            os.close(watch)


def _record(receive: object, callers: list[str]) -> None:
    try:
        while True:
            callers.append(str(receive()))  # type: ignore[operator]
    except OSError:
        return

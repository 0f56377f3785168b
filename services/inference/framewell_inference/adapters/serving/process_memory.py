"""What a process holds in memory of its own, and when what runs leave behind is given back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 0.2
"""How often is looked: that costs some 20 µs."""

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def own_bytes(pid: int | None = None) -> int:
    """Return the bytes of a process, by default this one, that are no pages of files; 0 of one that ended."""
    try:
        resident, shared = Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE_BYTES


@dataclass(slots=True)
class Growth:
    """Says when this process has grown too much: the arena of all its sessions keeps what it once needed.

    `most_bytes` is how much it may grow beside what `elsewhere` says that other processes hold.
    """

    most_bytes: int
    elsewhere: Callable[[], int] = field(default=lambda: 0)
    _first: int = field(default_factory=own_bytes)
    _looks_at: float = 0.0
    _over: bool = False

    def over(self) -> bool:
        """Return whether the next run is to give back what the arena holds and does not need."""
        if (now := time.monotonic()) >= self._looks_at:
            self._looks_at = now + LOOK_SECONDS
            self._over = own_bytes() - self._first + self.elsewhere() > self.most_bytes
        return self._over

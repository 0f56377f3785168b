"""Whether a process can be sent to, by what the kernel lists of its sockets (proc(5))."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_LISTENS_OR_CONNECTED: Final = {"0A", "01"}
"""States of TCP in /proc/net/tcp; a UDP socket that is listed is bound."""
_STATE, _INODE = 3, 9


def is_open(pid: int) -> bool:
    """Return whether a process listens at a port or is connected; False for one that is gone."""
    inodes = set[str]()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                inodes.add(target[len("socket:[") : -1])
        return any(_inodes_of(pid, table) & inodes for table in ("udp", "udp6", "tcp", "tcp6"))
    except OSError:
        return False


def _inodes_of(pid: int, table: str) -> set[str]:
    """Return the inodes of a table's sockets that bytes may arrive at."""
    path = Path(f"/proc/{pid}/net/{table}")
    rows = [line.split() for line in path.read_text().splitlines()[1:]] if path.exists() else []
    is_udp = table.startswith("udp")
    return {row[_INODE] for row in rows if is_udp or row[_STATE] in _LISTENS_OR_CONNECTED}

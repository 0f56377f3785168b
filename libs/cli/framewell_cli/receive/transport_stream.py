"""Whether a transport stream that was cut off holds anything to be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKET: Final = 188
_SYNC: Final = 0x47
_START: Final = b"\x00\x00\x01"


def holds_an_access_unit(path: Path) -> bool:
    """Return whether a whole picture or frame of sound is in a file: a second one begins on its PID.

    Packets are those of ISO/IEC 13818-1, section 2.4.3. A file that is none, or is not there, holds nothing.
    """
    begun = set[int]()
    try:
        with path.open("rb") as file:
            while len(packet := file.read(_PACKET)) == _PACKET and packet[0] == _SYNC:
                pid = (packet[1] & 0x1F) << 8 | packet[2]
                payload = 5 + packet[4] if packet[3] & 0x20 else 4
                if packet[1] & 0x40 and packet[payload : payload + 3] == _START:
                    if pid in begun:
                        return True
                    begun.add(pid)
    except FileNotFoundError:
        return False
    return False

"""Whether the loopback of this mesh is trusted: a file that is there while it is.

The gateway, which knows whether there are users, makes and removes the file (`framewell up` makes it for a
mesh without any data). The other services look for it at every call, so that the first administrator ends the
trust everywhere at once; a file that is gone, or that cannot be seen, means that nobody is trusted.
"""

import os
import stat
from pathlib import Path
from typing import Final

_SAYS: Final = (
    "While this file is here, every program on this machine may call the mesh's services and do everything.\n"
    "The gateway removes it with the first user; do not make it by hand.\n"
)


class LocalMode:
    """The file at a path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def is_open(self) -> bool:
        """Return whether who calls from this machine is believed."""
        try:
            return stat.S_ISREG(os.stat(self.path).st_mode)  # noqa: PTH116 - asked at every call
        except OSError:
            return False

    def open(self) -> None:
        """Begin to trust the loopback. Raises OSError where the file cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(_SAYS, encoding="utf-8")
        self.path.chmod(0o600)

    def close(self) -> None:
        """Trust nobody any more. Raises OSError where the file cannot be removed: then nothing may go on."""
        self.path.unlink(missing_ok=True)

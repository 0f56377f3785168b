"""A full disk is a reason to wait, not a bug of the record at hand."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framewell_kit.outcomes import Busy

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOOK_AGAIN_SECONDS = 10.0


@contextmanager
def full_disk_is_busy(what: str, folder: Path) -> Iterator[None]:
    """Raise Busy where the block runs out of room for `what` in `folder`; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        reason = f"no room left for {what} at {folder}: free some disk space"
        raise Busy(reason, retry_after=LOOK_AGAIN_SECONDS) from error

"""Copies of objects on a local disk, for what can read only files.

All who read the same object at once read one copy, and a copy stays a minute after its last reader: the
chunks of an asset are made one after the other from one original, which is not to be fetched for each. Copies
that nobody reads go sooner, the longest unread one first, when the disk is full or when all together take
more than they may; the one that was read last stays.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

from framewell_kit.full_disk import full_disk_is_busy

KEEP_SECONDS = 60.0
"""An object that is deleted is gone here, too, after this time."""
MOST_BYTES = 64 << 30

Download = Callable[[Path], Awaitable[None]]


@dataclass(slots=True)
class _Copy:
    path: Path
    readers: int = 0
    whole: bool = False
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    forgetting: asyncio.TimerHandle | None = None


class LocalCopies:
    """Copies in one folder, which must exist when the first is asked for and belong to this process alone.

    They take `most_bytes` of the disk, or as many as those that are being read, and the last one, need.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep_seconds: float = KEEP_SECONDS,
        prefix: str = "copy",
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._folder, self._keep_seconds, self._prefix = folder, keep_seconds, prefix
        self._most_bytes = most_bytes
        self._copies: dict[str, _Copy] = {}  # the longest unread one first
        self._numbers = count(1)  # no file is made under the name of one that is being removed

    @asynccontextmanager
    async def of(self, key: str, size: int, download: Download) -> AsyncIterator[Path]:
        """Yield a file with the object's content, written by `download` unless there is a copy already.

        `size` is in bytes: copies that nobody reads make room for it. Raises Busy for a full disk, and what
        `download` raises; then there is no copy.
        """
        if key not in self._copies:
            name = key.partition("/")[2] or key
            self._copies[key] = _Copy(self._folder / f"{self._prefix}-{next(self._numbers)}-{name}")
        copy = self._copies[key]
        copy.readers += 1
        if copy.forgetting:
            copy.forgetting.cancel()
        try:
            async with copy.making:
                if not copy.whole:
                    await self._make(copy, size, download)
            yield copy.path
        finally:
            copy.readers -= 1
            if not copy.readers:
                self._let_go(key, copy)

    def has(self, key: str) -> bool:
        """Return whether there is a copy already."""
        return key in self._copies and self._copies[key].whole

    async def _make(self, copy: _Copy, size: int, download: Download) -> None:
        while (idle := self._idle()) and not self._has_room(size):  # anew each time: one may be read by now
            await self._remove(*idle[0])
        with full_disk_is_busy("a copy of an object", self._folder):
            await download(copy.path)
        copy.whole = True

    def _let_go(self, key: str, copy: _Copy) -> None:
        if copy.whole and self._keep_seconds:
            loop = asyncio.get_running_loop()
            copy.forgetting = loop.call_later(self._keep_seconds, self._remove, key, copy)
            self._copies[key] = self._copies.pop(key)
            for other_key, other in self._idle()[:-1]:  # a copy may have grown while it was read
                if self._taken() <= self._most_bytes:
                    break
                self._remove(other_key, other)
        else:
            self._remove(key, copy)

    def _idle(self) -> list[tuple[str, _Copy]]:
        return [(key, copy) for key, copy in self._copies.items() if not copy.readers]

    def _has_room(self, size: int) -> bool:
        enough = shutil.disk_usage(self._folder).free >= size
        return enough and self._taken() + size <= self._most_bytes

    def _taken(self) -> int:
        """Return the bytes of the disk that the copies take; holes take none."""
        return sum(_allocated(copy.path) for copy in self._copies.values())

    def _remove(self, key: str, copy: _Copy) -> asyncio.Future[None]:
        if copy.forgetting:
            copy.forgetting.cancel()
        self._copies.pop(key, None)
        # In a thread: a file of hundreds of GB takes a while.
        return asyncio.get_running_loop().run_in_executor(None, partial(copy.path.unlink, missing_ok=True))


def _allocated(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except FileNotFoundError:
        return 0

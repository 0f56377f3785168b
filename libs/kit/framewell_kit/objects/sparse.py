"""Sparse copies: files as long as an object, with holes, of which only the bytes that are needed are fetched.

Whoever reads a chunk of a large original reads its head, its index and the chunk; the rest stays where it is.
A reader finds out by SEEK_HOLE (lseek(2)) that bytes are not there, so it never takes a hole for zeros.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from framewell_kit.full_disk import full_disk_is_busy

BLOCK_BYTES = 64 << 10
"""Bytes come in blocks of this length: larger than those in which file systems have holes."""
_MOST_PIECE_BYTES = 8 << 20
_MOST_SUPPLIES = 64

ReadRange = Callable[[int, int], Awaitable[bytes]]


@dataclass(slots=True)
class SparseCopy:
    """A file at `path` of which some bytes are there; `whole` once all are, and no byte is missing."""

    path: Path
    size: int
    read_range: ReadRange | None = None
    whole: bool = True
    fetched: int = 0
    """How many bytes were fetched for it."""
    _there: list[tuple[int, int]] = field(default_factory=list)
    _filling: asyncio.Lock = field(default_factory=asyncio.Lock)
    _supplies: int = 0
    _last: tuple[int, int] = (0, 0)

    async def fill(self, offset: int, length: int) -> None:
        """Fetch what is missing of these bytes. Raises as reading the object does, Busy for a full disk."""
        if self.whole:
            return
        async with self._filling:
            await self._fill(offset, offset + length)

    async def supply(self, offset: int, length: int) -> None:
        """Fetch the first of some bytes that a reader found missing: more each time it goes on behind them.

        Once half of the object is there, or a reader asks too often, or for what is there already (a file
        system without holes), all of it is fetched.
        """
        if self.whole:
            return
        async with self._filling:
            self._supplies += 1
            start, end = self._last
            goes_on = start <= offset <= end + BLOCK_BYTES
            wanted = min(length, BLOCK_BYTES // 2) if not goes_on else 2 * max(end - start, BLOCK_BYTES)
            missing = self._missing(offset, offset + 1)
            too_much = self.fetched + wanted > self.size // 2 or self._supplies > _MOST_SUPPLIES
            if too_much or not missing:
                await self._fill(0, self.size)
                self.whole = True
            else:
                await self._fill(offset, offset + wanted)
                self._last = (offset, offset + wanted)

    async def _fill(self, offset: int, end: int) -> None:
        first = max(offset, 0) // BLOCK_BYTES * BLOCK_BYTES
        last = min(-(-end // BLOCK_BYTES) * BLOCK_BYTES, self.size)
        for start, stop in self._missing(first, last):
            for at in range(start, stop, _MOST_PIECE_BYTES):
                await self._fetch(at, min(at + _MOST_PIECE_BYTES, stop))

    async def _fetch(self, start: int, stop: int) -> None:
        assert self.read_range is not None
        data = await self.read_range(start, stop - start)
        with full_disk_is_busy("a copy of an object", self.path.parent):
            await asyncio.to_thread(_write, self.path, data, start)
        self.fetched += len(data)
        self._there = _merged([*self._there, (start, stop)])

    def _missing(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the parts of [start, stop) that are not there."""
        there = [(begin, end) for begin, end in self._there if end > start and begin < stop]
        edges = [(start, start), *there, (stop, stop)]
        return [(left[1], right[0]) for left, right in pairwise(edges) if left[1] < right[0]]


def make_sparse(path: Path, size: int) -> bool:
    """Make a file of that length without content; return whether its file system shows holes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.ftruncate(descriptor, size)
        return not size or os.lseek(descriptor, 0, os.SEEK_HOLE) == 0
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes, offset: int) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written
    finally:
        os.close(descriptor)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged

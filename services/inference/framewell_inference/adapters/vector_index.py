"""The vectors of the archive as one replica sees them: mapped blocks, and the log behind them in memory."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from framewell_inference.domain.vector_blocks import BlockRef, LogEntry, Packed
from framewell_inference.domain.vector_search import nearest
from framewell_inference.domain.vector_views import Near, Part, SpaceView, VectorFilter
from framewell_inference.domain.vectors import Placed, VectorSpace, VectorTable, concatenated
from framewell_inference.ports.vectors import BlockStore, VectorLog
from framewell_kit.outcomes import NotFound

OPEN_TRIES = 5
"""So often blocks are looked up again that were packed anew while they were opened."""


@dataclass(slots=True)
class _Followed:
    """One space as it was read last."""

    packed: Packed = field(default_factory=Packed)
    position: int = 0
    parts: dict[BlockRef, Part] = field(default_factory=dict)
    newest: dict[str, VectorTable] = field(default_factory=dict)
    """Rows that the log behind the blocks brought, by set."""
    view: SpaceView = field(default_factory=SpaceView)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


def _threads() -> ThreadPoolExecutor:
    """Return threads that search blocks side by side, as many as there are cores."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="search")


@dataclass(frozen=True, slots=True)
class FollowedVectors:
    """VectorIndex that reads the log behind the last entry it knows, and blocks when they were replaced."""

    log: VectorLog
    blocks: BlockStore
    _at_once: ThreadPoolExecutor = field(default_factory=_threads)
    _spaces: dict[str, _Followed] = field(default_factory=lambda: defaultdict(_Followed))

    async def view(self, space: VectorSpace) -> SpaceView:
        followed = self._spaces[str(space)]
        async with followed.reading:
            packed = await self.log.packed(space)
            changed = packed.revision != followed.packed.revision
            if changed:
                packed = await self._open(space, followed, packed)
            entries = await self.log.entries(space, followed.position)
            if entries or changed:
                _apply(followed, entries)
            return followed.view

    async def nearest(self, query: Placed, count: int, wanted: VectorFilter) -> Sequence[Near]:
        view = await self.view(query.space)
        return await asyncio.to_thread(nearest, view, query.vector, count, wanted, self._at_once.map)

    async def _open(self, space: VectorSpace, followed: _Followed, packed: Packed) -> Packed:
        """Map the blocks of now, and forget what was read of the log, which is read anew behind them."""
        for attempt in range(OPEN_TRIES):
            try:
                parts = {
                    block: followed.parts.get(block) or await self.blocks.open(block)
                    for block in packed.blocks
                }
                break
            except NotFound:
                now = await self.log.packed(space)
                if attempt == OPEN_TRIES - 1 or now.revision == packed.revision:
                    raise
                packed = now
        followed.parts = {block: replace(part, gone=None) for block, part in parts.items()}
        followed.packed, followed.position = packed, packed.until
        followed.newest.clear()
        return packed


def _apply(followed: _Followed, entries: Sequence[LogEntry]) -> None:
    for entry in entries:
        followed.position = entry.number
        if entry.table is None:
            followed.newest.pop(entry.set_id, None)
        else:
            followed.newest[entry.set_id] = entry.table
    touched = {entry.set_id for entry in entries}
    for block, part in followed.parts.items():
        numbers = [part.table.numbers[one] for one in touched & part.table.numbers.keys()]
        if numbers:
            rows = part.table.of_sets(numbers)
            gone = rows if part.gone is None else rows | part.gone
            followed.parts[block] = replace(part, gone=gone)
    parts = list(followed.parts.values())
    if followed.newest:
        parts.append(Part(concatenated(list(followed.newest.values()))))
    followed.view = SpaceView(tuple(parts))

"""Fold the log of vectors into blocks, and take what is gone out of both."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell_inference.domain.vector_blocks import BlockRef, LogEntry, Packed
from framewell_inference.domain.vectors import VectorSpace, VectorTable, concatenated
from framewell_inference.ports.vectors import BlockStore, VectorLog
from framewell_kit.outcomes import NotFound

BLOCK_ROWS: Final = 65_536
"""Vectors of a full block: 16 MiB of faces. A block is written anew when something in it is erased, and a row
costs more in the graph of a larger one (75 µs of processor time at 32,768 faces, 390 at 262,144)."""

MERGED: Final = 4
"""A block is merged with the one before it unless that is so many times as large: a row is written about five
times on its way into a full block."""

PACK_EVERY: Final = 256
"""Entries of a log after which it is packed: what is behind the blocks is compared one by one."""


@dataclass(frozen=True, slots=True)
class PackVectors:
    """VectorPacking: one writer of several wins, and the others find nothing left to do.

    Objects are written before the document that names them, and released after it names others. What somebody
    leaves who dies in between, the next writer deletes.
    """

    log: VectorLog
    blocks: BlockStore

    async def pack(self, space: VectorSpace) -> None:
        while not await self._fold(space, graphs=True):
            pass

    async def purge(self) -> None:
        for space in await self.log.spaces():
            while await self.log.holds_what_is_gone(space):
                await self._fold(space, graphs=False)

    async def when_due(self, space: VectorSpace, number: int) -> None:
        """Pack when this many entries were written: whoever writes the last of them does it."""
        if number % PACK_EVERY == 0:
            await self.pack(space)

    async def _fold(self, space: VectorSpace, *, graphs: bool) -> bool:
        """Write the blocks of now; return False when somebody else did so first."""
        before = await self.log.packed(space)
        try:
            return await self._folded(space, before, graphs=graphs)
        except NotFound:  # somebody else may have put others in the place of blocks, and deleted these
            if (await self.log.packed(space)).revision == before.revision:
                raise
            return False

    async def _folded(self, space: VectorSpace, before: Packed, *, graphs: bool) -> bool:
        entries = await self.log.entries(space, before.until)
        blocks = await self._without(space, before, entries)
        newest = {entry.set_id: entry.table for entry in entries}
        tables = [table for table in newest.values() if table is not None]
        if tables:
            blocks = await self._merged(space, before, blocks, concatenated(tables))
        if graphs:
            blocks = [await self.blocks.with_graph(space, block, before.revision) for block in blocks]
        until = entries[-1].number if entries else before.until
        if not await self.log.replace(space, before, Packed(before.revision + 1, until, tuple(blocks))):
            await self.blocks.release([block for block in blocks if block not in before.blocks])
            return False
        # What is gone is in the log until nothing else holds it: whoever comes after a death looks there.
        await self.blocks.sweep(space, before.revision, blocks)
        await self.log.trim(space)
        return True

    async def _without(
        self, space: VectorSpace, before: Packed, entries: Sequence[LogEntry]
    ) -> list[BlockRef]:
        """Return the blocks without the sets that the log speaks of; empty ones are left out."""
        changed = {entry.set_id for entry in entries}
        left = []
        for block in before.blocks:
            table = (await self.blocks.open(block)).table
            numbers = [table.numbers[one] for one in changed & table.numbers.keys()]
            if not numbers:
                left.append(block)
                continue
            rest = await asyncio.to_thread(table.keep, ~table.of_sets(numbers))
            if len(rest):
                left.append(await self.blocks.write(space, rest, before.revision, graph=False))
        return left

    async def _merged(
        self, space: VectorSpace, before: Packed, blocks: Sequence[BlockRef], newest: VectorTable
    ) -> list[BlockRef]:
        """Return the blocks with the newest rows in one more, merged with small ones before it."""
        kept, table = list(blocks), newest
        while kept and kept[-1].rows < MERGED * len(table) and kept[-1].rows + len(table) <= BLOCK_ROWS:
            last = (await self.blocks.open(kept.pop())).table
            table = await asyncio.to_thread(concatenated, [last, table])
        return [*kept, await self.blocks.write(space, table, before.revision, graph=False)]

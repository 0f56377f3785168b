"""Vectors as they are kept for search: a log of changes, blocks that it is packed into, a view of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from framewell_inference.domain.vector_blocks import BlockRef, LogEntry, Packed
from framewell_inference.domain.vector_views import Near, Part, SpaceView, VectorFilter
from framewell_inference.domain.vectors import Placed, VectorSpace, VectorTable


class VectorLog(Protocol):
    """What changed in each space, in one order that every replica reads.

    Numbers of a space grow by one. Entries that are packed are deleted.
    """

    async def append(self, space: VectorSpace, set_id: str, table: VectorTable | None) -> int:
        """Note the rows that a set has from now on, None for none; return the number of the entry.

        An entry that takes rows away comes before the document or object that it speaks of goes, one that
        brings rows after the document that names them is there: whoever dies in between is followed by
        somebody who does both again.
        """
        ...

    async def entries(self, space: VectorSpace, after: int) -> Sequence[LogEntry]:
        """Return the entries behind a number in order, as far as none is missing between them."""
        ...

    async def spaces(self) -> Sequence[VectorSpace]:
        """Return every space that has ever had a vector."""
        ...

    async def packed(self, space: VectorSpace) -> Packed:
        """Return what lies in blocks."""
        ...

    async def replace(self, space: VectorSpace, before: Packed, after: Packed) -> bool:
        """Put other blocks in the place of these; return False when somebody else was first."""
        ...

    async def trim(self, space: VectorSpace) -> None:
        """Delete the entries that are packed, those that take rows away last."""
        ...

    async def holds_what_is_gone(self, space: VectorSpace) -> bool:
        """Return whether rows that were taken away may still lie in the log or in a block."""
        ...


class BlockStore(Protocol):
    """Blocks as objects that are mapped into memory.

    What is written notes the revision of the space that it was made from, so that it can be told from what a
    writer has in hand that may still win.
    """

    async def write(self, space: VectorSpace, table: VectorTable, revision: int, *, graph: bool) -> BlockRef:
        """Store a block, with a graph to search it by when it is large enough to need one."""
        ...

    async def with_graph(self, space: VectorSpace, block: BlockRef, revision: int) -> BlockRef:
        """Return the block with a graph, made now where it needs one and has none."""
        ...

    async def open(self, block: BlockRef) -> Part:
        """Map a block; what is mapped stays readable when its object is deleted. Raises NotFound."""
        ...

    async def sweep(self, space: VectorSpace, revision: int, named: Sequence[BlockRef]) -> None:
        """Delete all blocks that were made from this revision or older ones and are not among the named."""
        ...

    async def release(self, blocks: Sequence[BlockRef]) -> None:
        """Delete these blocks, unless others were written that have the same objects."""
        ...


class VectorIndex(Protocol):
    """The vectors of the archive as this replica sees them; every call first reads what changed."""

    async def view(self, space: VectorSpace) -> SpaceView:
        """Return all vectors of a space."""
        ...

    async def nearest(self, query: Placed, count: int, wanted: VectorFilter) -> Sequence[Near]:
        """Return the stored vectors nearest to one in its space, nearest first. Works on a thread."""
        ...


class VectorPacking(Protocol):
    """Keeps the log short and blocks free of what is gone."""

    async def pack(self, space: VectorSpace) -> None:
        """Fold the log of a space into blocks and make the graphs that are missing."""
        ...

    async def when_due(self, space: VectorSpace, number: int) -> None:
        """Pack when an entry of this number makes the log long enough; its writer calls this."""
        ...

    async def purge(self) -> None:
        """Return when no log and no block of any space holds rows that were taken away.

        Blocks that are written anew for it get their graphs at the next packing.
        """
        ...

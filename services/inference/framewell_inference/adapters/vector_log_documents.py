"""The log of every space as documents, and what of it lies in blocks.

    collection `vector_log`:    one document an entry, `_id` <space>#<number>
    collection `vector_spaces`: one document a space: its blocks, and up to which number they hold the log

The number of an entry is one more than that of another that is there, or than what is packed, and an id is
given out once: so no number is left out, whoever dies, and all replicas read one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from framewell_contracts.sentences import say
from framewell_inference.adapters.vector_tables import decode_table, encode_table
from framewell_inference.domain.vector_blocks import BlockRef, LogEntry, Packed
from framewell_inference.domain.vectors import VectorSpace, VectorTable
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import Busy
from framewell_models.manifest import ModelRef

LOG: Final = "vector_log"
SPACES: Final = "vector_spaces"

MOST_TRIES: Final = 1_000
"""So often a number is tried for that others take first."""


@dataclass(frozen=True, slots=True)
class VectorLogDocuments:
    """VectorLog on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index that entries are read by."""
        await self.documents.ensure_index(LOG, ["space", "number"])

    async def append(self, space: VectorSpace, set_id: str, table: VectorTable | None) -> int:
        entry: Document = {
            "space": str(space),
            "set": set_id,
            "gone": table is None,
            "rows": b"" if table is None else encode_table(table),
        }
        for _ in range(MOST_TRIES):
            number = await self._last(space) + 1
            document = {"_id": f"{space}#{number:012d}", "number": number, **entry}
            if not await self.documents.insert_once(LOG, document):
                continue
            if (await self.packed(space)).until < number:
                return number
            # Somebody took the number before, and it was packed and deleted meanwhile: nobody reads this one.
            await self.documents.delete(LOG, document["_id"])
        raise Busy(
            say("vector_log_busy", "the log of vectors {space} is written by too many at once", space=space),
            retry_after=1.0,
        )

    async def _last(self, space: VectorSpace) -> int:
        found = await self.documents.find(LOG, {"space": str(space)}, sort=[("number", -1)], limit=1)
        if found:
            return int(found[0]["number"])
        packed = await self.packed(space)
        if not packed.revision:
            fields = {"analyser": space.analyser, "model": str(space.model)}
            await self.documents.insert_once(
                SPACES, {"_id": str(space), "revision": 1, "until": 0, "blocks": [], **fields}
            )
        return packed.until

    async def entries(self, space: VectorSpace, after: int) -> Sequence[LogEntry]:
        query = {"space": str(space), "number": {"$gt": after}}
        found = await self.documents.find(LOG, query, sort=[("number", 1)])
        entries = []
        for number, document in enumerate(found, after + 1):
            if document["number"] != number:  # it is there, but was written while this was read
                break
            table = None if document["gone"] else decode_table(document["rows"])
            entries.append(LogEntry(number, document["set"], table))
        return entries

    async def spaces(self) -> Sequence[VectorSpace]:
        found = await self.documents.find(SPACES, {}, sort=[("_id", 1)])
        return [VectorSpace(one["analyser"], ModelRef.parse(one["model"])) for one in found]

    async def packed(self, space: VectorSpace) -> Packed:
        document = await self.documents.get(SPACES, str(space))
        if document is None:
            return Packed()
        blocks = tuple(BlockRef(**block) for block in document["blocks"])
        return Packed(int(document["revision"]), int(document["until"]), blocks)

    async def replace(self, space: VectorSpace, before: Packed, after: Packed) -> bool:
        change = {
            "revision": before.revision + 1,
            "until": after.until,
            "blocks": [asdict(block) for block in after.blocks],
        }
        expect = {"revision": before.revision}
        done = await self.documents.update(SPACES, str(space), {"$set": change}, expect=expect)
        return done is not None

    async def trim(self, space: VectorSpace) -> None:
        packed = {"space": str(space), "number": {"$lte": (await self.packed(space)).until}}
        for gone in (False, True):
            await self.documents.delete_where(LOG, {**packed, "gone": gone})

    async def holds_what_is_gone(self, space: VectorSpace) -> bool:
        until = (await self.packed(space)).until
        query = {"space": str(space), "$or": [{"gone": True}, {"number": {"$lte": until}}]}
        return bool(await self.documents.find(LOG, query, limit=1))

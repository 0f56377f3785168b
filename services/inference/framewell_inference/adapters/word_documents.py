"""WordIndex on documents: one a set, found by any of its words.

MongoDB's own text index knows one language an index and no order but its score's, and the embedded database
has none; an index over a list of words is one that both have, and serves pages in our order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell_inference.domain.search_words import SEARCHED, spellings
from framewell_inference.ports.search import IndexedSet
from framewell_kit.documents.protocol import Documents

COLLECTION: Final = "observation_words"

_LATEST_MS: Final = 10**14
_BATCH: Final = 25
"""Sets read at once: one of a whole programme has all that is said in it."""
_MOST_WORDS: Final = 50_000
"""Of one set: what is said in a day has fewer different ones."""


@dataclass(frozen=True, slots=True)
class WordDocuments:
    """`WordIndex` in the service's own database."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index that sets are found by."""
        await self.documents.ensure_index(COLLECTION, ["words", "place"])

    async def put(self, set_id: str, found: ObservationSet, *, asked_at: float, position: str) -> None:
        by_kind: dict[str, set[str]] = {}
        for one in found.observations:
            if one.kind in SEARCHED:
                by_kind.setdefault(one.kind, set()).update(spellings(one.text or one.label))
        every = sorted({word for listed in by_kind.values() for word in listed})[:_MOST_WORDS]
        if not every:
            await self.remove(set_id)
            return
        kept = {
            "asset_id": found.asset_id,
            "place": f"{_LATEST_MS - round(asked_at * 1000):015d}/{found.asset_id}/{position}/{set_id}",
            "kinds": sorted(by_kind),
            "words": every,
        }
        await self.documents.update(COLLECTION, set_id, {"$set": kept}, upsert=True)

    async def remove(self, set_id: str) -> None:
        await self.documents.delete(COLLECTION, set_id)

    async def sets(
        self, words: Sequence[str], kinds: Collection[str], asset_ids: Collection[str], *, after: str = ""
    ) -> AsyncIterator[IndexedSet]:
        # The longest word is looked up, as it is likely the rarest; the others are tested.
        first, *others = sorted(set(words), key=len, reverse=True)
        query: dict[str, Any] = {"words": first, "kinds": {"$in": sorted(kinds)}}
        if others:
            query["$and"] = [{"words": one} for one in others]
        if asset_ids:
            query["asset_id"] = {"$in": sorted(asset_ids)}
        while True:
            # In the order of the index alone: the embedded database then reads no more than a batch.
            batch = await self.documents.find(
                COLLECTION, {**query, "place": {"$gt": after}}, sort=[("place", 1)], limit=_BATCH
            )
            for document in batch:
                after = document["place"]
                yield IndexedSet(document["_id"], document["asset_id"], after)
            if len(batch) < _BATCH:
                return

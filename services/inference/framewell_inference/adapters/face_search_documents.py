"""Searches for faces in the document store: who and when, for as long as their facts take to leave and after.

collection `face_searches`: `_id` of the search, `at`, `by`. Why somebody looked stands in the fact alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Final

from framewell.face.v1.face_pb2 import FaceSearched
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox

COLLECTION: Final = "face_searches"


@dataclass(frozen=True, slots=True)
class FaceSearchDocuments:
    """FaceSearches on the outbox."""

    outbox: Outbox

    async def prepare(self) -> None:
        """Have the outbox sweep what a crash left behind."""
        self.outbox.register(COLLECTION)

    async def keep(self, search: FaceSearched, cause: Cause) -> None:
        at = search.actor.decided_at.ToDatetime(tzinfo=UTC)
        document = {"_id": search.search_id, "at": at, "by": search.actor.principal}
        await self.outbox.insert(COLLECTION, document, [Fact(search, id=search.search_id)], cause)

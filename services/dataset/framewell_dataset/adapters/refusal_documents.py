"""Why samples and assets are withheld, read along indexes: from one sentence to the next, never every row."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framewell.rights.v1.rights_pb2 import Purpose
from framewell_dataset.adapters.asset_documents import ASSETS, refusal_in, refused_field
from framewell_dataset.adapters.sample_documents import SAMPLES
from framewell_dataset.adapters.sample_mapping import sample_of
from framewell_dataset.domain.rights import PURPOSES
from framewell_dataset.domain.samples import State, Withdrawal
from framewell_dataset.ports.rights_changes import RefusalGroup, RefusedPlace
from framewell_kit.documents.protocol import Document, Documents

WITHHELD: Sequence[Mapping[str, Any]] = (
    {"state": str(State.WITHHELD), "withdrawal": str(Withdrawal.NONE)},
    {"state": str(State.WITHDRAWN), "withdrawal": str(Withdrawal.RIGHTS)},
)
"""Samples that rights keep from use: those never accepted, and those taken back."""
SAMPLE_GROUP = ("state", "withdrawal", "purpose", "reason")
MOST_GROUPS = 1000
"""Sentences of one kind that are told apart; nobody reads more of them."""


@dataclass(frozen=True, slots=True)
class RefusalDocuments:
    """`RefusalIndex` over the collections of samples and of assets."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(SAMPLES, [*SAMPLE_GROUP, "created_at"])
        await self.documents.ensure_index(SAMPLES, ["asset_id", "state"])
        for purpose in PURPOSES:
            await self.documents.ensure_index(ASSETS, [refused_field(purpose), "_id"])

    async def of_samples(self) -> Sequence[RefusalGroup]:
        counts: dict[tuple[Purpose.ValueType, str], int] = {}
        for withheld in WITHHELD:
            for purpose in PURPOSES:
                query: dict[str, Any] = {**withheld, "purpose": purpose}
                async for document in self._next(SAMPLES, query, "reason"):
                    reason = sample_of(document).reason
                    found = await self.documents.count(SAMPLES, {**query, "reason": str(reason)})
                    counts[purpose, reason] = counts.get((purpose, reason), 0) + found
        return [RefusalGroup("samples", *key, count) for key, count in counts.items()]

    async def of_assets(self, purpose: "Purpose.ValueType") -> Sequence[RefusalGroup]:
        name = refused_field(purpose)
        return [
            RefusalGroup(
                "assets",
                purpose,
                refusal_in(document, purpose),
                await self.documents.count(ASSETS, {name: document[name]}),
            )
            async for document in self._next(ASSETS, {}, name)
        ]

    async def places(self, group: RefusalGroup, limit: int) -> Sequence[RefusedPlace]:
        if group.kind == "assets":
            said = {refused_field(group.purpose): str(group.sentence)}
            found = await self.documents.find(ASSETS, said, sort=[("_id", 1)], limit=limit)
            return [RefusedPlace(each["_id"]) for each in found]
        samples = []
        for withheld in WITHHELD:
            query: dict[str, Any] = {**withheld, "purpose": group.purpose, "reason": str(group.sentence)}
            newest = [("created_at", -1)]
            samples += await self.documents.find(SAMPLES, query, sort=newest, limit=limit)
        samples.sort(key=lambda each: each["created_at"], reverse=True)
        return [RefusedPlace(one["asset_id"], one["_id"], one["start_pts"]) for one in samples[:limit]]

    async def accepted_of(self, asset_ids: Sequence[str]) -> int:
        query = {"asset_id": {"$in": list(asset_ids)}, "state": str(State.ACCEPTED)}
        return await self.documents.count(SAMPLES, query) if asset_ids else 0

    async def _next(self, collection: str, query: Mapping[str, Any], field: str) -> AsyncIterator[Document]:
        """Yield one document of each text of a field, in order, by one look at the index each."""
        last = ""
        for _ in range(MOST_GROUPS):
            behind = {**query, field: {"$gt": last}}
            found = await self.documents.find(collection, behind, sort=[(field, 1)], limit=1)
            if not found:
                return
            last = str(found[0][field])
            yield found[0]

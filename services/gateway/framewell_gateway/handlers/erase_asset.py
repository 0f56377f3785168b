"""erasure.planned with an asset: what the gateway keeps about it goes."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_gateway.ports import EventRepository, ProgressRepository, SummaryRepository


@dataclass(frozen=True, slots=True)
class EraseAsset:
    """Forget an asset's events, and all but that it was removed; return how many, by store.

    The gateway keeps events about assets only: nothing about a class but its id, and no crops, vectors or
    names. For other subjects it answers with no counts.
    """

    events: EventRepository
    progress: ProgressRepository
    summaries: SummaryRepository

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        await self.progress.forget(asset_id)
        await self.summaries.forget(asset_id)
        return {"events": await self.events.forget(asset_id)}

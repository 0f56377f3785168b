"""Appearances of people with what the gateway alone can say of them: programme, and how long they are."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.cluster_service_pb2 import ClusterAppearance
from framewell.media.v1.media_pb2 import Timeline
from framewell.media.v1.media_service_pb2 import GetTimelineRequest
from framewell_gateway.ports import Away, Services, SummaryRepository, methods
from framewell_kit.outcomes import Outcome

AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class AppearanceDetails:
    """Fills in titles and seconds; where a part of the mesh is away, what it knows is left out."""

    services: Services
    summaries: SummaryRepository

    async def fill_in(self, appearances: Iterable[ClusterAppearance]) -> None:
        """Set `title`, `seconds` and `start_seconds` of each appearance."""
        listed = list(appearances)
        asset_ids = {one.asset_id for one in listed}
        titles, timelines = await asyncio.gather(self.titles(asset_ids), self.timelines(asset_ids))
        for one in listed:
            one.title = titles.get(one.asset_id, "")
            timeline, span = timelines.get(one.asset_id, Timeline()), one.appearance.span
            one.seconds = seconds_of(span.end_pts - span.start_pts, timeline)
            one.start_seconds = seconds_of(span.start_pts - timeline.start_pts, timeline)

    async def titles(self, asset_ids: Collection[str]) -> Mapping[str, str]:
        """Return the titles of those of the assets that have one."""
        found = await asyncio.gather(*(self.summaries.get(each) for each in asset_ids))
        return {one.asset_id: one.title for one in found if one is not None and one.title}

    async def timelines(self, asset_ids: Collection[str]) -> Mapping[str, Timeline]:
        """Return the clocks of those of the assets that are known."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(asset_id: str) -> tuple[str, Timeline | None]:
            async with turns:
                try:
                    asked = GetTimelineRequest(asset_id=asset_id)
                    return asset_id, (await self.services.call(methods.GET_TIMELINE, asked)).timeline
                except (Outcome, Away):
                    return asset_id, None

        found = await asyncio.gather(*(one(each) for each in asset_ids))
        return {asset_id: timeline for asset_id, timeline in found if timeline is not None}


def seconds_of(ticks: int, timeline: Timeline) -> float:
    """Return ticks of an asset's clock in seconds; 0 where its base is not known."""
    base = timeline.time_base
    return ticks * base.numerator / base.denominator if base.denominator else 0.0

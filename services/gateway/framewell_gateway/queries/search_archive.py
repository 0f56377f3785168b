"""GET /v1/search: where something is read, said or seen, in the whole archive."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from framewell.gateway.v1.programme_pb2 import FoundInAsset, SearchResponse
from framewell.inference.v1.search_service_pb2 import FoundMoment, SearchMomentsRequest
from framewell.media.v1.media_pb2 import Timeline
from framewell.media.v1.media_service_pb2 import GetTimelineRequest
from framewell_contracts.sentences import say, wordings_of
from framewell_gateway.domain.clocks import seconds_of, timecode_of
from framewell_gateway.domain.missing_parts import part_missing
from framewell_gateway.domain.moments import duration
from framewell_gateway.ports import Away, Services, SummaryRepository
from framewell_gateway.ports.methods import GET_TIMELINE, SEARCH_MOMENTS
from framewell_kit.outcomes import Conflict, Gone, NotFound
from framewell_kit.tombstones import Tombstones, asset_subject


@dataclass(frozen=True, slots=True)
class SearchArchive:
    """A page of moments with the titles of their programmes and where in them they are.

    What was removed or erased is left out, whoever still says that it is there. While transcode is away the
    moments have no times but pts, and the page says so. Raises what inference raises.
    """

    services: Services
    summaries: SummaryRepository
    tombstones: Tombstones

    async def __call__(self, request: SearchMomentsRequest) -> SearchResponse:
        page = await self.services.call(SEARCH_MOMENTS, request)
        assets = list(dict.fromkeys(one.asset_id for one in page.moments))
        gone = {one for one in assets if await self.tombstones.find(asset_subject(one)) is not None}
        shown = [one for one in page.moments if one.asset_id not in gone]
        clocks, missing = await self._clocks([one for one in assets if one not in gone])
        titles = {one: await self._title(one) for one in assets if one not in gone}
        return SearchResponse(
            found=[_found(one, titles[one.asset_id], clocks) for one in shown],
            next_page_token=page.next_page_token,
            missing=missing,
            missing_wordings=wordings_of(missing),
        )

    async def _title(self, asset_id: str) -> str:
        summary = await self.summaries.get(asset_id)
        return "" if summary is None else summary.title

    async def _clocks(self, asset_ids: list[str]) -> tuple[Mapping[str, Timeline], list[str]]:
        asked = [
            self.services.call(GET_TIMELINE, GetTimelineRequest(asset_id=asset_id)) for asset_id in asset_ids
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        clocks, missing = dict[str, Timeline](), dict[str, None]()
        for asset_id, answer in zip(asset_ids, answers, strict=True):
            if isinstance(answer, Away):
                missing[part_missing(say("part.times", "times and timecodes"), answer)] = None
            elif isinstance(answer, BaseException):
                if not isinstance(answer, NotFound | Conflict | Gone):
                    raise answer
            else:
                clocks[asset_id] = answer.timeline
        return clocks, list(missing)


def _found(moment: FoundMoment, title: str, clocks: Mapping[str, Timeline]) -> FoundInAsset:
    found = FoundInAsset(moment=moment, title=title)
    clock = clocks.get(moment.asset_id)
    if clock is not None and clock.time_base.denominator:
        seconds = seconds_of(clock, moment.span.start_pts)
        found.start.CopyFrom(duration(timedelta(microseconds=round(max(seconds, Fraction(0)) * 10**6))))
        found.timecode = timecode_of(clock, moment.span.start_pts, moment.span.first_frame)
    return found

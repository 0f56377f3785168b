"""GET /v1/assets/{id}/poster: the picture that stands for a programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.gateway.v1.programme_pb2 import GetPosterRequest
from framewell.media.v1.media_pb2 import MediaEvent, Shot
from framewell.media.v1.media_service_pb2 import (
    GetFrameRequest,
    GetFrameResponse,
    ListMediaEventsRequest,
    ListShotsRequest,
)
from framewell_gateway.ports import Services
from framewell_gateway.ports.methods import GET_FRAME, LIST_MEDIA_EVENTS, LIST_SHOTS
from framewell_gateway.queries.asset_media import ReadAssetMedia
from framewell_gateway.queries.asset_progress import AssetProgress
from framewell_kit.outcomes import Conflict, NotFound

WIDTHS: Final = (160, 320, 640, 1280)
_FIRST: Final = 20
"""Shots among which the longest is taken: the beginning of a programme shows what it is."""


@dataclass(frozen=True, slots=True)
class ShowPoster:
    """The middle of the longest of the first shots that is not black, bars or held; else the first picture.

    Raises what a picture raises: NotFound, Gone, Conflict before there is one, Rejected for sound alone.
    """

    services: Services
    progress: AssetProgress

    async def __call__(self, request: GetPosterRequest) -> GetFrameResponse:
        frame = await self._frame(request.asset_id)
        width = next((one for one in WIDTHS if one >= (request.width or WIDTHS[1])), WIDTHS[-1])
        wanted = GetFrameRequest(asset_id=request.asset_id, frame=frame, width=width)
        return await ReadAssetMedia(self.services, self.progress, GET_FRAME)(wanted)

    async def _frame(self, asset_id: str) -> int:
        try:
            shots = await self.services.call(
                LIST_SHOTS, ListShotsRequest(asset_id=asset_id, page_size=_FIRST)
            )
            events = await self.services.call(LIST_MEDIA_EVENTS, ListMediaEventsRequest(asset_id=asset_id))
        except (NotFound, Conflict):  # not transcoded yet: what can be shown already is shown
            return 0
        return poster_frame(shots.shots, events.events)


def poster_frame(shots: Sequence[Shot], events: Sequence[MediaEvent]) -> int:
    """Return the index of the picture that stands for an asset."""
    lively = [shot for shot in shots if not any(_share(shot, event) for event in events)] or shots
    longest = max(lively, key=lambda shot: shot.span.frames, default=None)
    return 0 if longest is None else longest.span.first_frame + longest.span.frames // 2


def _share(shot: Shot, event: MediaEvent) -> bool:
    one, other = shot.span, event.span
    return bool(other.frames) and one.start_pts < other.end_pts and one.end_pts > other.start_pts

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
from framewell_gateway.steps.keep_posters import KeepPosters
from framewell_kit.outcomes import Conflict, Gone, NotFound
from framewell_kit.tombstones import Tombstones, asset_subject

WIDTHS: Final = (160, 320, 640, 1280)
LISTED_WIDTH: Final = 320
"""Of posters in lists."""
_FIRST: Final = 20
"""Shots among which the longest is taken: the beginning of a programme shows what it is."""


@dataclass(frozen=True, slots=True)
class ShowPoster:
    """The middle of the longest of the first shots that is not black, bars or held; else the first picture.

    Kept for the next who asks; whether the asset is still there is asked every time.

    Raises what a picture raises: NotFound, Gone, Conflict before there is one, Rejected for sound alone.
    """

    services: Services
    progress: AssetProgress
    kept: KeepPosters
    tombstones: Tombstones

    async def __call__(self, request: GetPosterRequest) -> GetFrameResponse:
        asset_id = request.asset_id
        width = next((one for one in WIDTHS if one >= (request.width or LISTED_WIDTH)), WIDTHS[-1])
        found = self.kept.get(asset_id, width)
        if found is None:
            frame = await self._frame(asset_id)
            wanted = GetFrameRequest(asset_id=asset_id, frame=frame or 0, width=width)
            found = await ReadAssetMedia(self.services, self.progress, GET_FRAME)(wanted)
            if frame is not None:
                self.kept.put(asset_id, width, found)
        gone = await self.tombstones.find(
            asset_subject(asset_id)
        )  # read last: nothing of it leaves after that
        if gone is not None:
            self.kept.forget(asset_id)
            raise Gone(gone.sentence)
        return found

    async def _frame(self, asset_id: str) -> int | None:
        """Return which picture stands for it, None while its shots are not known."""
        try:
            shots = await self.services.call(
                LIST_SHOTS, ListShotsRequest(asset_id=asset_id, page_size=_FIRST)
            )
            events = await self.services.call(LIST_MEDIA_EVENTS, ListMediaEventsRequest(asset_id=asset_id))
        except (NotFound, Conflict):  # not transcoded yet: what can be shown already is shown
            return None
        return poster_frame(shots.shots, events.events)


def poster_frame(shots: Sequence[Shot], events: Sequence[MediaEvent]) -> int:
    """Return the index of the picture that stands for an asset."""
    lively = [shot for shot in shots if not any(_share(shot, event) for event in events)] or shots
    longest = max(lively, key=lambda shot: shot.span.frames, default=None)
    return 0 if longest is None else longest.span.first_frame + longest.span.frames // 2


def _share(shot: Shot, event: MediaEvent) -> bool:
    one, other = shot.span, event.span
    return bool(other.frames) and one.start_pts < other.end_pts and one.end_pts > other.start_pts

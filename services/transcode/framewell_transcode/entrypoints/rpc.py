"""MediaService: translates calls into `ReadMedia` and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from framewell.media.v1 import media_service_pb2 as messages
from framewell.media.v1 import media_service_pb2_grpc as stubs
from framewell_kit.objects import Objects
from framewell_kit.outcomes import Rejected
from framewell_kit.rpc import Servicer
from framewell_media.messages import moment_message, timeline_message
from framewell_transcode.handlers.read_media import ReadMedia

_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class MediaServicer(stubs.MediaServiceServicer):
    """The gRPC face of transcode."""

    media: ReadMedia
    objects: Objects

    async def GetTimeline(
        self, request: messages.GetTimelineRequest, context: Any
    ) -> messages.GetTimelineResponse:
        progress = await self.media.progress(request.asset_id)
        ending = progress.ending
        return messages.GetTimelineResponse(
            timeline=ending.timeline if ending else timeline_message(progress.parts.plan.timeline),
            chunks_planned=len(progress.parts.plan.chunks),
            chunks_transcoded=progress.transcoded,
            chunks_failed=progress.failed,
            outcome=ending.outcome if ending else None,
            missing=ending.missing if ending else [],
        )

    async def GetFrame(self, request: messages.GetFrameRequest, context: Any) -> messages.GetFrameResponse:
        at = request.WhichOneof("at")
        picture = await self.media.picture(
            request.asset_id,
            pts=request.pts if at == "pts" else None,
            frame=request.frame if at == "frame" else None,
        )
        return messages.GetFrameResponse(
            jpeg=picture.jpeg, moment=moment_message(picture.moment), timecode=picture.timecode
        )

    async def ListShots(self, request: messages.ListShotsRequest, context: Any) -> messages.ListShotsResponse:
        shots, token = await self.media.shots(request.asset_id, request.page_size, request.page_token)
        return messages.ListShotsResponse(shots=shots, next_page_token=token)

    async def GetPlaylist(
        self, request: messages.GetPlaylistRequest, context: Any
    ) -> messages.GetPlaylistResponse:
        return messages.GetPlaylistResponse(playlist=await self.media.playlist(request.asset_id))

    async def ReadObject(
        self, request: messages.ReadObjectRequest, context: Any
    ) -> AsyncIterator[messages.ReadObjectResponse]:
        size = await self.objects.size(request.key)
        wanted = request.range if request.HasField("range") else None
        at, end = (wanted.offset, wanted.offset + wanted.length) if wanted else (0, size)
        if not 0 <= at <= end:
            raise Rejected(f"Bytes {at} to {end} are no range.", code="bad_range")
        while at < min(end, size):
            data = await self.objects.read_range(request.key, at, min(_PIECE, end - at))
            if not data:
                return
            yield messages.ReadObjectResponse(data=data)
            at += len(data)


def servicer(media: ReadMedia, objects: Objects) -> Servicer:
    """MediaService as the kit serves it."""
    return Servicer(
        "framewell.media.v1.MediaService",
        stubs.add_MediaServiceServicer_to_server,
        MediaServicer(media, objects),
    )

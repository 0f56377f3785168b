"""MediaService: translates calls into its queries and `TakePicture`, and back."""
# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell.media.v1 import media_service_pb2 as messages
from framewell.media.v1 import media_service_pb2_grpc as stubs
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import page_request
from framewell_kit.readable_objects import FindReadable
from framewell_kit.rpc import Servicer
from framewell_kit.tombstones import Tombstones
from framewell_media.messages import moment_message, timeline_message
from framewell_transcode.commands.take_picture import PictureAddress, TakePicture
from framewell_transcode.ports.wired import Ports
from framewell_transcode.queries.list_frame_runs import ListFrameRuns
from framewell_transcode.queries.play_recording import PlayRecording
from framewell_transcode.queries.read_media import ReadMedia
from framewell_transcode.queries.read_playlist import ReadPlaylist
from framewell_transcode.steps.find_picture_source import FindPictureSource

_PIECE: Final = 1 << 20
_DEFAULT_PAGE: Final = 500
_LARGEST_PAGE: Final = 5000
_MOST_RUNS: Final = 1000


@dataclass(frozen=True, slots=True)
class MediaServicer(stubs.MediaServiceServicer):
    """MediaService on its queries, `TakePicture` and the object store."""

    media: ReadMedia
    read_playlist: ReadPlaylist
    take_picture: TakePicture
    frame_runs: ListFrameRuns
    objects: Objects
    find: FindReadable

    async def GetTimeline(
        self, request: messages.GetTimelineRequest, context: Any
    ) -> messages.GetTimelineResponse:
        progress = await self.media.progress(request.asset_id)
        asset, end = progress.asset, progress.asset.end
        return messages.GetTimelineResponse(
            timeline=end.work.timeline if end else asset.work.timeline,
            chunks_planned=asset.chunk_count,
            chunks_transcoded=progress.transcoded,
            chunks_failed=progress.failed,
            outcome=end.outcome if end else None,
            missing=end.missing if end else [],
            missing_wordings=end.missing_wordings if end else [],
            captions=end.captions if end else [],
        )

    async def GetFrame(self, request: messages.GetFrameRequest, context: Any) -> messages.GetFrameResponse:
        at = request.WhichOneof("at")
        address = PictureAddress(**({at: getattr(request, at)} if at else {}))
        picture = await self.take_picture(request.asset_id, address, width=request.width, crop=request.crop)
        return messages.GetFrameResponse(
            jpeg=picture.jpeg,
            moment=moment_message(picture.moment),
            timecode=picture.timecode,
            key=picture.key,
        )

    async def ListShots(self, request: messages.ListShotsRequest, context: Any) -> messages.ListShotsResponse:
        wanted = page_request(request, default=_DEFAULT_PAGE, largest=_LARGEST_PAGE)
        page = await self.media.shots(request.asset_id, wanted)
        return messages.ListShotsResponse(
            shots=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def ListFrameRuns(
        self, request: messages.ListFrameRunsRequest, context: Any
    ) -> messages.ListFrameRunsResponse:
        wanted = page_request(request, default=_DEFAULT_PAGE, largest=_MOST_RUNS)
        start = request.from_pts if request.HasField("from_pts") else None
        table = await self.frame_runs(request.asset_id, start, wanted)
        return messages.ListFrameRunsResponse(
            timeline=timeline_message(table.timeline),
            runs=[messages.FrameRun(**asdict(run)) for run in table.runs],
            end_pts=table.end_pts,
            next_page_token=table.next_token,
        )

    async def ListMediaEvents(
        self, request: messages.ListMediaEventsRequest, context: Any
    ) -> messages.ListMediaEventsResponse:
        wanted = page_request(request, default=_DEFAULT_PAGE, largest=_LARGEST_PAGE)
        page = await self.media.events(request.asset_id, wanted)
        return messages.ListMediaEventsResponse(
            events=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def GetPlaylist(
        self, request: messages.GetPlaylistRequest, context: Any
    ) -> messages.GetPlaylistResponse:
        playlist = await self.read_playlist(request.asset_id, request.name)
        return messages.GetPlaylistResponse(playlist=playlist.master, text=playlist.text)

    async def ReadObject(
        self, request: messages.ReadObjectRequest, context: Any
    ) -> AsyncIterator[messages.ReadObjectResponse]:
        await self.find(request.asset_id, request.key)
        size = await self.objects.size(request.key)
        wanted = request.range if request.HasField("range") else None
        at, end = (wanted.offset, wanted.offset + wanted.length) if wanted else (0, size)
        if not 0 <= at <= end:
            raise Rejected(say("bad_range", "Bytes {at} to {end} are no range.", at=at, end=end))
        while at < min(end, size):
            data = await self.objects.read_range(request.key, at, min(_PIECE, end - at))
            if not data:
                return
            yield messages.ReadObjectResponse(data=data)
            at += len(data)


def servicer(ports: Ports, find: FindReadable, tombstones: Tombstones) -> Servicer:
    """Return MediaService as the kit serves it."""
    p = ports
    media = ReadMedia(p.progress, p.objects)
    playlists = ReadPlaylist(media, PlayRecording(p.recordings, p.progress, p.objects), p.objects)
    find_picture = FindPictureSource(p.progress, p.recordings, p.objects)
    take = TakePicture(find_picture, p.pictures, p.kept_pictures, p.references, p.objects, tombstones)
    return Servicer(
        "framewell.media.v1.MediaService",
        stubs.add_MediaServiceServicer_to_server,
        MediaServicer(media, playlists, take, ListFrameRuns(find_picture, p.tables), p.objects, find),
    )

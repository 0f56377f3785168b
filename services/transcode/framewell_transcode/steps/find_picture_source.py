"""Which file a single picture of an asset is in: its original, or a segment of the recording that it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import MediaIndex, Work
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Conflict, NotFound
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline
from framewell_transcode.domain.parts import AssetState
from framewell_transcode.domain.pictures import PictureSource, SegmentPlace, WantedPicture
from framewell_transcode.domain.recordings import RecordingClock, RecordingState
from framewell_transcode.ports.assets import AssetProgressRepository
from framewell_transcode.ports.recordings import RecordingRepository


@dataclass(frozen=True, slots=True)
class PicturedAsset:
    """An asset as far as its pictures can be taken now."""

    work: Work
    timeline: Timeline
    version: str
    """What changes whenever the same moment may come to show another picture."""
    state: AssetState | RecordingState


@dataclass(frozen=True, slots=True)
class FindPictureSource:
    """Read where the pictures of an asset are; of a recording under way, as far as it is laid."""

    progress: AssetProgressRepository
    recordings: RecordingRepository
    objects: Objects

    async def asset(self, asset_id: str) -> PicturedAsset:
        """Return an asset. Raises NotFound for an unknown one, Conflict before anything of it is there."""
        asset = await self.progress.latest(asset_id)
        recording = await self.recordings.get(asset_id)
        if recording is not None:
            return _recorded(recording, asset)
        if asset is None:
            raise NotFound(
                say(
                    "asset_unknown.transcode",
                    "Asset {asset_id} is not known here: it is not ingested yet, or was removed.",
                    asset_id=asset_id,
                )
            )
        version = str(asset.work.generation)
        return PicturedAsset(asset.work, timeline_value(asset.work.timeline), version, asset)

    async def source(self, asset: PicturedAsset, wanted: WantedPicture) -> PictureSource:
        """Return where a picture is. Raises Conflict for a segment that is not planned."""
        if isinstance(asset.state, RecordingState):
            return await self._segment(asset, asset.state, wanted)
        index = MediaIndex.FromString(await self.objects.read(asset.state.plan))
        starts = [(chunk.span.first_frame, chunk.span.start_pts) for chunk in index.chunks]
        table = index.frame_table if index.HasField("frame_table") else None
        return PictureSource(index.original, table, _last_before(starts, wanted), asset.timeline)

    async def sources(self, asset: PicturedAsset, wanted: WantedPicture) -> AsyncIterator[PictureSource]:
        """Yield where a picture is, and then the segments behind it where the asset is a recording."""
        source = await self.source(asset, wanted)
        yield source
        if not isinstance(asset.state, RecordingState) or source.segment is None:
            return
        laid = asset.state.layout.laid
        for number in sorted(laid):
            if laid[number].first_frame > source.segment.first_frame:
                behind = WantedPicture(laid[number].first_frame, None, 0)
                yield await self._segment(asset, asset.state, behind)

    async def _segment(
        self, asset: PicturedAsset, state: RecordingState, wanted: WantedPicture
    ) -> PictureSource:
        assert state.clock is not None
        laid = [state.layout.laid[number] for number in sorted(state.layout.laid)]
        spans = [state.clock.span(one.start, one.end, one.first_frame, one.end_frame) for one in laid]
        at = _last_before([(span.first_frame, span.start_pts) for span in spans], wanted)
        planned = await self.recordings.planned(asset.work.asset_id, laid[at].sequence)
        if planned is None:
            raise Conflict(
                say(
                    "segment_not_planned",
                    "Segment {sequence} of the recording is not planned.",
                    sequence=laid[at].sequence,
                )
            )
        span = spans[at]
        place = SegmentPlace(
            str(planned.clock.time_base), state.clock.canvas, span.start_pts, span.end_pts, span.first_frame
        )
        return PictureSource(planned.ingested.object, planned.table, 0, asset.timeline, place)


def _recorded(recording: RecordingState, asset: AssetState | None) -> PicturedAsset:
    clock, layout = recording.clock, recording.layout
    if clock is None or not layout.laid:
        raise Conflict(
            say(
                "recording_not_shown",
                "Nothing of the recording can be shown yet: its first segment is not laid.",
            )
        )
    ended = asset is not None and asset.work.generation == recording.work.generation
    timeline = (
        timeline_value(asset.work.timeline) if asset is not None and ended else _so_far(recording, clock)
    )
    version = f"{recording.work.generation}.{recording.revision}"
    return PicturedAsset(recording.work, timeline, version, recording)


def _so_far(recording: RecordingState, clock: RecordingClock) -> Timeline:
    last = max(recording.layout.laid)
    *_, ends = recording.layout.stretches(last)
    return clock.timeline(ends.end, ends.end_frame, has_gaps=len(recording.layout.laid) <= last)


def _last_before(starts: Sequence[tuple[int, int]], wanted: WantedPicture) -> int:
    """Return which is the last stretch that begins (frame, pts) at or before a picture, or the first."""
    if wanted.frame is not None:
        after = bisect_right(starts, wanted.frame, key=lambda start: start[0])
    else:
        after = bisect_right(starts, wanted.pts or 0, key=lambda start: start[1])
    return max(0, after - 1)

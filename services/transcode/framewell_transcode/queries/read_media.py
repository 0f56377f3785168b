"""What MediaService answers: clock, pictures, shots and playlist of an asset."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.media.v1.media_pb2 import MediaIndex, ObjectRef, Shot
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_kit.paging import Page, PageRequest, page_of
from framewell_media.timeline import Moment
from framewell_transcode.domain.parts import AssetState
from framewell_transcode.ports import AssetProgressRepository, MaterialRepository
from framewell_transcode.transcoding.bundle import SampledPicture, picture_at_or_before


@dataclass(frozen=True, slots=True)
class TranscodingProgress:
    """How far an asset has come."""

    asset: AssetState
    transcoded: int
    """Chunks that came out."""
    failed: int
    """Chunks that were given up."""


@dataclass(frozen=True, slots=True)
class ReadMedia:
    """Read what was made of an asset.

    Every method raises NotFound for an unknown asset and Conflict for what is not made yet.
    """

    assets: AssetProgressRepository
    materials: MaterialRepository
    objects: Objects

    async def progress(self, asset_id: str) -> TranscodingProgress:
        """Return clock and progress of the newest generation."""
        asset = await self._asset(asset_id)
        if asset.end is not None:
            return TranscodingProgress(asset, asset.chunk_count - asset.chunks_failed, asset.chunks_failed)
        parts = self.assets.arrived_chunks(asset, range(asset.chunk_count))
        made = [part.made async for part in parts]
        return TranscodingProgress(asset, sum(made), len(made) - sum(made))

    async def picture(self, asset_id: str, *, pts: int | None, frame: int | None) -> SampledPicture:
        """Return the sampled picture at or before the moment; at the very start, the first one.

        Raises Rejected when neither pts nor frame is given, and for a frame that the asset does not have.
        """
        asset = await self._asset(asset_id)
        wanted = _wanted(asset, pts, frame)
        plan = await self._index(asset.plan)
        if wanted.frame < 0:
            candidates = bisect_right(plan.chunks, wanted.pts, key=lambda chunk: chunk.span.start_pts)
        else:
            candidates = bisect_right(plan.chunks, wanted.frame, key=lambda chunk: chunk.span.first_frame)
        withheld = ""
        async for part in self.assets.arrived_chunks(asset, range(candidates - 1, -1, -1)):
            material = await self.materials.get(asset_id, asset.work.generation, str(part.index))
            if material is None or part.frames not in material.keys:
                withheld = withheld or part.withheld
                continue
            found = picture_at_or_before(await self.objects.read(part.frames), wanted)
            if found is not None:
                return found
        if withheld:
            raise Conflict(
                f"No picture of asset {asset_id!r} is kept: pictures are taken for analysis. {withheld}"
            )
        where = f"frame {wanted.frame}" if wanted.frame >= 0 else f"pts {wanted.pts}"
        raise Conflict(f"No picture of asset {asset_id!r} at or before {where} is made yet.")

    async def shots(self, asset_id: str, page: PageRequest) -> Page[Shot]:
        """Return a page of the final shots in order of time. Raises Rejected for a token of another list."""
        index = await self._index((await self._end(asset_id)).index)
        return page_of(index.shots, page, key=lambda shot: (shot.span.start_pts,), types=(int,))

    async def playlist(self, asset_id: str) -> ObjectRef:
        """Return the master playlist."""
        end = await self._end(asset_id)
        if not end.HasField("playlist"):
            raise Conflict(f"Asset {asset_id!r} has no proxy: {end.outcome.failed.detail}")
        return end.playlist

    async def _asset(self, asset_id: str) -> AssetState:
        asset = await self.assets.latest(asset_id)
        if asset is None:
            raise NotFound(f"Asset {asset_id!r} is not known here: it is not ingested yet, or was removed.")
        return asset

    async def _end(self, asset_id: str) -> AssetTranscoded:
        progress = await self.progress(asset_id)
        if progress.asset.end is None:
            done, of = progress.transcoded + progress.failed, progress.asset.chunk_count
            raise Conflict(f"Asset {asset_id!r} is still being transcoded ({done} of {of} chunks).")
        return progress.asset.end

    async def _index(self, ref: ObjectRef) -> MediaIndex:
        return MediaIndex.FromString(await self.objects.read(ref))


def _wanted(asset: AssetState, pts: int | None, frame: int | None) -> Moment:
    """Return the moment with -1 for what is not known: pts or frame is enough to compare by."""
    timeline = asset.work.timeline
    if pts is not None:
        return Moment(max(pts, timeline.start_pts), -1)
    if frame is None:
        raise Rejected("Say which picture is wanted: by pts or by frame.", code="missing_moment")
    if not 0 <= frame < max(1, timeline.frame_count):
        raise Rejected(
            f"There is no frame {frame}; the asset has {timeline.frame_count}.", code="no_such_frame"
        )
    return Moment(-1, frame)

"""What MediaService answers: clock, shots and playlist of an asset."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.media.v1.media_pb2 import MediaEvent, MediaIndex, ObjectRef, Shot
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Conflict, NotFound
from framewell_kit.paging import Page, PageRequest, page_of
from framewell_transcode.domain.parts import AssetState
from framewell_transcode.ports.assets import AssetProgressRepository


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
    objects: Objects

    async def progress(self, asset_id: str) -> TranscodingProgress:
        """Return clock and progress of the newest generation."""
        asset = await self._asset(asset_id)
        if asset.end is not None:
            return TranscodingProgress(asset, asset.chunk_count - asset.chunks_failed, asset.chunks_failed)
        parts = self.assets.arrived_chunks(asset, range(asset.chunk_count))
        made = [part.made async for part in parts]
        return TranscodingProgress(asset, sum(made), len(made) - sum(made))

    async def shots(self, asset_id: str, page: PageRequest) -> Page[Shot]:
        """Return a page of the final shots in order of time. Raises Rejected for a token of another list."""
        index = await self._index((await self._end(asset_id)).index)
        return page_of(index.shots, page, key=lambda shot: (shot.span.start_pts,), types=(int,))

    async def events(self, asset_id: str, page: PageRequest) -> Page[MediaEvent]:
        """Return a page of black, held pictures, colour bars, silence and tone, in order of time.

        Raises Rejected for a token of another list.
        """
        index = await self._index((await self._end(asset_id)).index)
        return page_of(index.events, page, key=lambda one: (one.span.start_pts, one.kind), types=(int, int))

    async def playlist(self, asset_id: str) -> ObjectRef:
        """Return the master playlist."""
        end = await self._end(asset_id)
        if not end.HasField("playlist"):
            raise Conflict(
                say(
                    "proxy_missing",
                    "Asset {asset_id} has no proxy: {why}",
                    asset_id=asset_id,
                    why=end.outcome.failed.detail,
                )
            )
        return end.playlist

    async def _asset(self, asset_id: str) -> AssetState:
        asset = await self.assets.latest(asset_id)
        if asset is None:
            raise NotFound(
                say(
                    "asset_unknown.transcode",
                    "Asset {asset_id} is not known here: it is not ingested yet, or was removed.",
                    asset_id=asset_id,
                )
            )
        return asset

    async def _end(self, asset_id: str) -> AssetTranscoded:
        progress = await self.progress(asset_id)
        if progress.asset.end is None:
            done, of = progress.transcoded + progress.failed, progress.asset.chunk_count
            raise Conflict(
                say(
                    "still_transcoded",
                    "Asset {asset_id} is still being transcoded ({done} of {of} chunks).",
                    asset_id=asset_id,
                    done=done,
                    of=of,
                )
            )
        return progress.asset.end

    async def _index(self, ref: ObjectRef) -> MediaIndex:
        return MediaIndex.FromString(await self.objects.read(ref))

"""An asset done again: asset.ingested with the next generation."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_ingest.domain.assets import Asset
from framewell_ingest.ports import AssetRepository, RecordingRepository, SegmentQueue
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class RaiseGeneration:
    """Raise the generation of an asset that was taken in, in one write with the fact that says so.

    A recording that was closed is closed again, for the new generation.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    queue: SegmentQueue

    async def __call__(self, asset: Asset, cause: Cause, *, rights_revision: int = 0) -> int | None:
        """Return the new generation, None when somebody else has raised it first.

        It is made by the rights decision of that revision or a later one. Raises Conflict for an asset that
        was not taken in.
        """
        if asset.ingested is None:
            raise Conflict(
                f"asset {asset.asset_id!r} is {asset.state}: only what was taken in can be done again"
            )
        again = AssetIngested()
        again.CopyFrom(asset.ingested)
        again.work.generation = asset.generation + 1
        again.revision = asset.revision + 1
        again.rights_revision = max(rights_revision, again.rights_revision)
        again.programme.CopyFrom(asset.programme)
        raised = await self.assets.reprocess(asset, again, cause)
        recording = await self.recordings.get(asset.asset_id) if asset.ingested.recording else None
        if recording is not None and recording.closings:
            await self.queue.close(asset.asset_id, recording.closings + 1, cause)
        return int(again.work.generation) if raised else None

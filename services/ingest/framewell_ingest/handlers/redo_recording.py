"""recording.moved → the recording done again, with every segment where the whole set has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.recording.v1.recording_pb2 import RecordingMoved
from framewell_ingest.ports import AssetRepository
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RedoRecording:
    """Raise the generation once: a redelivery finds a newer one and changes nothing."""

    assets: AssetRepository
    raise_generation: RaiseGeneration

    async def __call__(self, fact: RecordingMoved, cause: Cause) -> Sequence[Outgoing]:
        asset = await self.assets.get(fact.work.asset_id)
        if asset is not None and asset.ingested is not None and asset.generation == fact.work.generation:
            await self.raise_generation(asset, cause)
        return []

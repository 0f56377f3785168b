"""chunk.transcoded, audio.extracted → asset.transcoded, once everything has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_contracts.catalogue import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_transcode.domain.outcomes import failed
from framewell_transcode.domain.plans import AssetParts
from framewell_transcode.ports import AssetBoard, References
from framewell_transcode.stitching.compose import Composer


@dataclass(frozen=True, slots=True)
class Completion:
    """Publishes the end of an asset for whoever sees it complete, first time or redelivery.

    The fact's id comes from asset and generation, its content from the parts alone, so two who see
    completeness at the same moment say the same thing.
    """

    board: AssetBoard
    references: References
    composer: Composer

    async def of(self, parts: AssetParts | None) -> Sequence[Outgoing]:
        """The final fact, or nothing while something is still to come."""
        if parts is None or not parts.complete:
            return []
        ended, refs = await self.composer.compose(parts)
        await self.references.hold(ended.asset_id, refs)
        await self.board.ended(ended)
        return [_end(ended)]


def gave_up(part: ChunkTranscoded | AudioExtracted, reason: str) -> Sequence[Outgoing]:
    """The asset ends all the same when its last part cannot be put in place: as failed, with the reason."""
    ended = AssetTranscoded(
        asset_id=part.asset_id,
        outcome=failed("not_stitched", f"The proxy could not be put together: {reason}"),
        timeline=part.timeline,
        missing=[f"The whole asset is missing: its parts could not be put together ({reason})"],
        lane=part.lane,
        generation=part.generation,
    )
    return [_end(ended)]


def _end(ended: AssetTranscoded) -> Fact:
    """One event however often, and by whoever, the end is said."""
    return Fact(ended, id=fan_in_id(ended.asset_id, fact_type(AssetTranscoded).type, ended.generation))


@dataclass(frozen=True, slots=True)
class Stitch:
    """Note a chunk; whoever brings the last part ends the asset."""

    board: AssetBoard
    completion: Completion

    async def __call__(self, fact: ChunkTranscoded, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        return await self.completion.of(await self.board.chunk_arrived(fact))


@dataclass(frozen=True, slots=True)
class StitchAudio:
    """Note the sound; whoever brings the last part ends the asset."""

    board: AssetBoard
    completion: Completion

    async def __call__(self, fact: AudioExtracted, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        return await self.completion.of(await self.board.audio_arrived(fact))

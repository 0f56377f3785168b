"""chunk.transcoded, audio.extracted → asset.transcoded, once everything has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.stream.policy.retry import Reason
from framewell_transcode.domain.outcomes import end_fact, not_stitched
from framewell_transcode.domain.parts import CompleteAsset
from framewell_transcode.ports.assets import AssetProgressRepository, MaterialRepository
from framewell_transcode.transcoding.composer import Composer


@dataclass(frozen=True, slots=True)
class Stitch:
    """Note a chunk or the sound; whoever brings the last part ends the asset.

    The end is published by whoever sees the asset complete, at the first delivery or a redelivery: its id
    comes from asset and generation, its content from the parts alone, so two who see completeness at the
    same moment publish the same event.
    """

    progress: AssetProgressRepository
    materials: MaterialRepository
    references: ObjectReferences
    composer: Composer

    async def __call__(
        self,
        fact: ChunkTranscoded | AudioExtracted,
        cause: Cause,  # noqa: ARG002
    ) -> Sequence[Outgoing]:
        complete = await self._add(fact)
        if complete is None:
            return []
        materials = await self.materials.of(complete.work.asset_id)
        analysable = {key for one in materials for key in one.keys}
        composed = await self.composer.compose(complete, analysable)
        end = composed.end
        await self.references.hold(end.work.asset_id, composed.objects)
        failed = sum(not part.made for part in complete.chunks)
        await self.progress.record_end(end, chunks_failed=failed)
        scores = {part.scores for part in complete.chunks if part.scores}
        return [end_fact(end, is_partial=failed > 0 or not scores <= analysable)]

    async def _add(self, part: ChunkTranscoded | AudioExtracted) -> CompleteAsset | None:
        if isinstance(part, ChunkTranscoded):
            return await self.progress.add_chunk(part)
        return await self.progress.add_audio(part)


def gave_up(part: ChunkTranscoded | AudioExtracted, reason: Reason) -> Sequence[Outgoing]:
    """Return the failed end of the asset whose last part cannot be put in place; `reason` is a sentence."""
    return [end_fact(not_stitched(part.work, reason.sentence))]

"""asset.transcoded + every chunk.analysed + audio.analysed -> asset.analysed, whichever comes last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1.inference_pb2 import ChunkAnalysis
from framewell_inference.steps.conclude_analysis import SOUND, ConcludeAnalysis
from framewell_inference.steps.describe_archive import DescribeArchive
from framewell_inference.steps.make_up_skipped import MakeUpSkipped
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.fanin import FanIn, Whole

Part = AssetTranscoded | ChunkAnalysed | AudioAnalysed


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """Note a part; whoever sees the asset complete publishes, at first delivery or redelivery.

    What a live programme left no time for is looked at later, and so are faces by an embedding that came into
    force meanwhile. A later look at a chunk is no part: whoever
    looked says what the asset has come to.
    """

    fan_in: FanIn
    conclude: ConcludeAnalysis
    make_up: MakeUpSkipped
    describe: DescribeArchive

    async def __call__(self, fact: Part, cause: Cause) -> Sequence[Outgoing]:
        if isinstance(fact, ChunkAnalysed) and fact.revision:
            return []
        whole = await self._note(fact)
        if whole is None:
            return []
        ended = await self.conclude(whole)
        await self.make_up(whole.key, cause)
        await self.describe.asset(whole.key, cause)
        return [ended]

    async def _note(self, fact: Part) -> Whole | None:
        asset_id, generation = fact.work.asset_id, fact.work.generation
        if isinstance(fact, AssetTranscoded):
            return await self.fan_in.expect(
                asset_id,
                fact.chunk_count,
                fact.SerializeToString(),
                names=[SOUND] if fact.expects_audio else [],
                generation=generation,
            )
        if isinstance(fact, AudioAnalysed):
            return await self.fan_in.arrive(asset_id, SOUND, fact.SerializeToString(), generation)
        part = _chunk_analysis(fact).SerializeToString()
        return await self.fan_in.arrive(asset_id, fact.index, part, generation)


def _chunk_analysis(fact: ChunkAnalysed) -> ChunkAnalysis:
    return ChunkAnalysis(
        chunk_id=fact.chunk_id,
        index=fact.index,
        span=fact.span,
        outcome=fact.outcome,
        results=fact.results,
        frames=fact.frames if fact.HasField("frames") else None,
        provisional_cuts=fact.provisional_cuts,
        picture_count=fact.picture_count,
    )

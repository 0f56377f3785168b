"""asset.transcoded + every chunk.analysed + audio.analysed -> asset.analysed, whichever comes last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AnalyserTotal, AssetAnalysed, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis
from framewell.media.v1.media_pb2 import MediaIndex, ObjectRef
from framewell.mesh.v1.mesh_pb2 import Outcome
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_contracts.missing import bounded_missing
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.fanin import FanIn, Whole
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed, is_done

SOUND: Final = "sound"
"""The named part of an asset beside its numbered chunks."""

INDEX_MEDIA_TYPE: Final = "application/protobuf"

Part = AssetTranscoded | ChunkAnalysed | AudioAnalysed


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """Note a part; whoever sees the asset complete publishes, at first delivery or redelivery.

    The fact names one object, the asset's AnalysisIndex, which holds what grows with the asset. Index and
    fact are made from the parts alone and the fact's id from (asset, generation), so two replicas that both
    see the last part publish the same event.
    """

    fan_in: FanIn
    objects: Objects
    references: ObjectReferences

    async def __call__(self, fact: Part, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        whole = await self._note(fact)
        if whole is None:
            return []
        plan = AssetTranscoded.FromString(whole.expectation)
        silence = AudioAnalysed(outcome=done())
        sound = AudioAnalysed.FromString(whole.named[SOUND]) if plan.expects_audio else silence
        index = await self._index(plan, whole, sound)
        analysed = _asset_analysed(plan, sound, index, await self._keep(index))
        identity = fan_in_id(whole.key, fact_type(AssetAnalysed).type, whole.generation)
        return [Fact(analysed, id=identity)]

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

    async def _index(self, plan: AssetTranscoded, whole: Whole, sound: AudioAnalysed) -> AnalysisIndex:
        media = MediaIndex(missing=plan.missing)
        if plan.HasField("index"):
            media = MediaIndex.FromString(await self.objects.read(plan.index))
        chunks = [ChunkAnalysis.FromString(part) async for part in self.fan_in.parts(whole)]
        missing = [*media.missing, *(sentence for chunk in chunks for sentence in _missing_of(chunk))]
        if not is_done(sound.outcome):
            missing.append(f"sound: {sound.outcome.failed.detail}")
        return AnalysisIndex(
            work=plan.work,
            chunks=sorted(chunks, key=lambda chunk: (chunk.span.start_pts, chunk.index)),
            sound=sound.results,
            shots=media.shots,
            missing=dict.fromkeys(missing),
        )

    async def _keep(self, index: AnalysisIndex) -> ObjectRef:
        data = index.SerializeToString(deterministic=True)
        ref = await self.objects.put(data, media_type=INDEX_MEDIA_TYPE, suffix=".analysis.pb")
        await self.references.hold(index.work.asset_id, [ref])
        return ref


def _chunk_analysis(fact: ChunkAnalysed) -> ChunkAnalysis:
    return ChunkAnalysis(
        chunk_id=fact.chunk_id,
        index=fact.index,
        span=fact.span,
        outcome=fact.outcome,
        results=fact.results,
        frames=fact.frames if fact.HasField("frames") else None,
        provisional_cuts=fact.provisional_cuts,
    )


def _asset_analysed(
    plan: AssetTranscoded, sound: AudioAnalysed, index: AnalysisIndex, ref: ObjectRef
) -> AssetAnalysed:
    results = [*(result for chunk in index.chunks for result in chunk.results), *index.sound]
    outcomes = [plan.outcome, *(chunk.outcome for chunk in index.chunks), sound.outcome]
    missing = bounded_missing(index.missing)
    return AssetAnalysed(
        work=plan.work,
        outcome=_outcome(outcomes, results, missing),
        totals=_totals(results),
        chunk_count=len(index.chunks),
        index=ref,
        missing=missing,
    )


def _outcome(parts: Sequence[Outcome], results: Sequence[AnalyserResult], missing: Sequence[str]) -> Outcome:
    """Return done when anything was analysed, or when no part failed: there may be nothing to analyse."""
    if any(is_done(result.outcome) for result in results) or all(is_done(part) for part in parts):
        return done()
    return failed("nothing_analysed", "; ".join(missing) or "nothing could be analysed")


def _missing_of(chunk: ChunkAnalysis) -> list[str]:
    if chunk.outcome.HasField("failed") and not chunk.results:
        return [f"chunk {chunk.index}: {chunk.outcome.failed.detail}"]
    return [
        f"chunk {chunk.index}: {result.outcome.failed.detail}"
        for result in chunk.results
        if result.outcome.HasField("failed")
    ]


def _totals(results: Sequence[AnalyserResult]) -> list[AnalyserTotal]:
    totals: dict[tuple[str, str, str], AnalyserTotal] = {}
    for result in results:
        if not is_done(result.outcome):
            continue
        key = (result.analyser, result.model.name, result.model.version)
        total = totals.setdefault(key, AnalyserTotal(analyser=result.analyser, model=result.model))
        total.observation_count += result.observation_count
        total.chunk_count += 1
    return [totals[key] for key in sorted(totals)]

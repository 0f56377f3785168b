"""How the analysis of an asset ends: one index of all results, and one small fact that names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AnalyserTotal, AssetAnalysed, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed
from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis
from framewell.media.v1.media_pb2 import MediaIndex, ObjectRef
from framewell.mesh.v1.mesh_pb2 import Outcome
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_contracts.missing import bounded_missing, missing_of
from framewell_contracts.sentences import say, several, wordings_of
from framewell_inference.domain.campaigns import AnalysedAsset, look_name
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.steps.add_later_looks import AddLaterLooks, looks_of
from framewell_inference.steps.analyse_by_rights import WITHHELD, AnalyseByRights
from framewell_inference.steps.missing_analysis import missing_analysis
from framewell_inference.steps.observe_chunk import SKIPPED
from framewell_kit.facts import Fact, by_content
from framewell_kit.fanin import FanIn, Whole
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed, is_done
from framewell_kit.rights_decisions import Permission

SOUND: Final = "sound"
"""The named part of an asset beside its numbered chunks."""

INDEX_MEDIA_TYPE: Final = "application/protobuf"


@dataclass(frozen=True, slots=True)
class ConcludeAnalysis:
    """Make the fact that ends an asset, from its parts and the newest rights decision alone.

    Results of later looks are added. Results that were taken away for want of right are left out of the
    index, and the fact says why. Its id is made from asset, generation and content: whoever makes it, the
    same end is the same event, and an end after something came or went is another.
    """

    fan_in: FanIn
    objects: Objects
    references: ObjectReferences
    observations: ObservationRepository
    by_rights: AnalyseByRights
    assets: AnalysedAssets
    later: AddLaterLooks

    async def __call__(self, whole: Whole) -> Fact:
        """Return the end of an asset of which everything has arrived."""
        fact, _ = await self._end(whole)
        return fact

    async def again(self, asset_id: str, generation: int) -> list[Fact]:
        """Return the end of an asset that was looked at again; none when it was made anew meanwhile."""
        whole = await self.fan_in.newest(asset_id)
        return [await self(whole)] if whole is not None and whole.generation == generation else []

    async def without_withheld(self, asset_id: str) -> list[Fact]:
        """Return the end of an asset that had ended with more than may be analysed now; none of any other."""
        permission = await self.by_rights.permission(asset_id)
        if permission is None or not permission.withheld:
            return []
        whole = await self.fan_in.newest(asset_id)
        if whole is None:
            return []
        fact, left_out = await self._end(whole)
        return [fact] if left_out else []

    async def _end(self, whole: Whole) -> tuple[Fact, bool]:
        plan = AssetTranscoded.FromString(whole.expectation)
        silence = AudioAnalysed(outcome=done())
        sound = AudioAnalysed.FromString(whole.named[SOUND]) if plan.expects_audio else silence
        chunks = [ChunkAnalysis.FromString(part) async for part in self.fan_in.parts(whole)]
        if revision := await self.assets.look_revision(whole.key):
            await self.later.to_asset(whole.key, whole.generation, chunks, sound, revision)
        permission = await self.by_rights.permission(whole.key)
        left_out = permission is not None and await self._leave_out(whole.key, permission, chunks, sound)
        index = await self._index(plan, chunks, sound)
        ref = await self._keep(index)
        await self.assets.keep(_summary(index, sound))
        identity = fan_in_id(whole.key, fact_type(AssetAnalysed).type, whole.generation)
        return by_content(_asset_analysed(plan, sound, index, ref), identity), left_out

    async def _leave_out(
        self, asset_id: str, permission: Permission, chunks: Sequence[ChunkAnalysis], sound: AudioAnalysed
    ) -> bool:
        """Take the results out that are withheld and not kept any more; return whether there were any."""
        if not permission.withheld:
            return False
        kept = {stored.object_key async for stored in self.observations.sets(asset_id)}
        left_out = False
        for chunk in chunks:
            concerned = permission.withheld.within(chunk.span.start_pts, chunk.span.end_pts)
            if concerned and _without_results(chunk, kept, permission):
                chunk.ClearField("frames")
                chunk.ClearField("provisional_cuts")
                left_out = True
        return _without_results(sound, kept, permission) or left_out

    async def _index(
        self, plan: AssetTranscoded, chunks: Sequence[ChunkAnalysis], sound: AudioAnalysed
    ) -> AnalysisIndex:
        media = MediaIndex(missing=plan.missing, missing_wordings=plan.missing_wordings)
        if plan.HasField("index"):
            media = MediaIndex.FromString(await self.objects.read(plan.index))
        stated = missing_of(media)
        missing = list(dict.fromkeys([*stated, *missing_analysis(plan.work, chunks, sound, stated)]))
        return AnalysisIndex(
            work=plan.work,
            chunks=sorted(chunks, key=lambda chunk: (chunk.span.start_pts, chunk.index)),
            sound=sound.results,
            shots=media.shots,
            missing=missing,
            missing_wordings=wordings_of(missing),
        )

    async def _keep(self, index: AnalysisIndex) -> ObjectRef:
        data = index.SerializeToString(deterministic=True)
        ref = await self.objects.put(data, media_type=INDEX_MEDIA_TYPE, suffix=".analysis.pb")
        await self.references.hold(index.work.asset_id, [ref])
        return ref


def _summary(index: AnalysisIndex, sound: AudioAnalysed) -> AnalysedAsset:
    work, seen = index.work, [chunk for chunk in index.chunks if chunk.HasField("frames")]
    looked = [_looks(chunk.results) for chunk in seen]
    heard = _looks(index.sound)
    failures = [(one.analyser, one.outcome.failed.code) for chunk in seen for one in chunk.results]
    return AnalysedAsset(
        asset_id=work.asset_id,
        generation=work.generation,
        series=work.series,
        channel=work.channel,
        asked_at=work.requested_at.ToMilliseconds() / 1000,
        chunks=len(seen),
        last_index=max((chunk.index for chunk in index.chunks), default=-1),
        pictures=sum(chunk.picture_count for chunk in seen),
        sound_seconds=sound.duration.ToMilliseconds() / 1000 if sound.HasField("speech") else 0.0,
        looked=frozenset(set.intersection(*looked) if looked else ()) | heard,
        skipped=frozenset(analyser for analyser, code in failures if code == SKIPPED),
    )


def _looks(results: Iterable[AnalyserResult]) -> set[str]:
    return {look_name(*look) for one in results if is_done(one.outcome) for look in looks_of(one)}


def _without_results(part: ChunkAnalysis | AudioAnalysed, kept: set[str], permission: Permission) -> bool:
    """Take those results out of a part whose sets are not kept; return whether there were any."""
    there = [
        result
        for result in part.results
        if not result.HasField("observation_set") or result.observation_set.key in kept
    ]
    if len(there) == len(part.results):
        return False
    del part.results[:]
    part.results.extend(there)
    if not there:
        part.outcome.CopyFrom(failed(WITHHELD, permission.sentence))
    return True


def _asset_analysed(
    plan: AssetTranscoded, sound: AudioAnalysed, index: AnalysisIndex, ref: ObjectRef
) -> AssetAnalysed:
    results = [*(result for chunk in index.chunks for result in chunk.results), *index.sound]
    outcomes = [plan.outcome, *(chunk.outcome for chunk in index.chunks), sound.outcome]
    missing = bounded_missing(missing_of(index))
    return AssetAnalysed(
        work=plan.work,
        outcome=_outcome(outcomes, results, missing),
        totals=_totals(results),
        chunk_count=len(index.chunks),
        index=ref,
        missing=missing,
        missing_wordings=wordings_of(missing),
    )


def _outcome(parts: Sequence[Outcome], results: Sequence[AnalyserResult], missing: Sequence[str]) -> Outcome:
    """Return done when anything was analysed, or when no part failed: there may be nothing to analyse."""
    if any(is_done(result.outcome) for result in results) or all(is_done(part) for part in parts):
        return done()
    code = WITHHELD if any(part.failed.code == WITHHELD for part in parts) else "nothing_analysed"
    return failed(code, several(missing) or say("nothing_analysed", "nothing could be analysed"))


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

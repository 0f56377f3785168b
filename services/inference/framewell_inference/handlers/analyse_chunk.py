"""chunk.transcoded -> chunk.analysed: what every picture analyser observes in the sampled frames."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed, ChunkTranscoded
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.domain.tracks import FACES, face_tracks
from framewell_inference.ports.analysers import FrameBundles, PictureAnalyser
from framewell_inference.ports.calls import Call, Priority, calling
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
)
from framewell_inference.steps.analyse_by_rights import WITHHELD, AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.steps.look_at_frames import LookAtFrames, SkippedError
from framewell_inference.steps.name_faces import NameFaces
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed
from framewell_kit.rights_decisions import Passages, Permission

RETRIED: Final = 2
"""From this attempt on an analyser that fails is reported as failed; before, the record is retried."""

SKIPPED: Final = "skipped"
"""Code of the outcome of an analyser for which a live programme left no time."""


@dataclass(frozen=True, slots=True)
class AnalyseChunk:
    """Run the analysers over a chunk's frame bundle and keep what they observed.

    Pure in its fact, the bundle, the rights decision and what is forgotten: a redelivery finds its documents
    there and emits the same fact, or says in another event what it sees now. What is withheld from analysis
    is not looked at, and the fact says so. A chunk that could not be transcoded passes on as failed, so that
    the asset finishes. One analyser that fails twice is reported as failed, and the others stand. What a live
    programme's budget leaves out is reported as `skipped`.
    """

    choose: ChooseAnalysers
    look_at: LookAtFrames
    live_budget: LiveBudget
    bundles: FrameBundles
    objects: Objects
    observations: ObservationRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    name_faces: NameFaces
    people: ErasePeople
    by_rights: AnalyseByRights

    async def __call__(self, fact: ChunkTranscoded, cause: Cause) -> Sequence[Outgoing]:
        if fact.outcome.HasField("failed"):
            return [chunk_failed(fact, fact.outcome.failed.code, fact.outcome.failed.detail)]

        async def look(permission: Permission) -> tuple[Sequence[ChunkAnalysed], Passages]:
            key = _key(fact, permission.withheld)
            if not key.looked_at:
                return [chunk_failed(fact, WITHHELD, permission.sentence)], key.withheld
            if not fact.HasField("frames"):
                return [chunk_failed(fact, WITHHELD, fact.withheld)], key.withheld
            return [await self._analysed(fact, key, cause)], key.withheld

        return await self.by_rights(fact.work, fact.chunk_id, fact.rights_revision, look, cause)

    async def _analysed(self, fact: ChunkTranscoded, key: ChunkKey, cause: Cause) -> ChunkAnalysed:
        chosen = self.choose.pictures(fact.work)
        async with self.objects.local(fact.frames) as path:
            with calling(Call(Priority.LIVE if _live(fact) else Priority.ARCHIVE)):
                found = await asyncio.to_thread(self._look, path, fact, chosen.analysers, key.withheld, cause)
        forgotten = await self.people.forgotten()
        results = [*chosen.left_out]
        for analyser in chosen.analysers:
            outcome = found[analyser.name]
            if isinstance(outcome, Exception):
                results.append(_failed_result(analyser, outcome))
                continue
            result = await self.observations.keep(outcome, key, forgotten)
            results.append(result)
            if analyser.name == FACES:
                if await self.tracks.keep(key, result, face_tracks(outcome)):
                    await self.postings.forget(key.asset_id, key.chunk_id)
                await self.name_faces(fact.chunk_id)
        if (now := await self.people.forgotten()) != forgotten:
            await self.people.of_names_in(key.asset_id, now)
        return _analysed(fact, results)

    def _look(
        self,
        path: Path,
        fact: ChunkTranscoded,
        analysers: Sequence[PictureAnalyser],
        withheld: Passages,
        cause: Cause,
    ) -> Mapping[str, Findings | Exception]:
        """Return findings or error of every analyser. Runs on a thread."""
        return self.look_at(
            (frame for frame in self.bundles.frames(path, fact.span) if frame.pts not in withheld),
            analysers,
            still=fact.work.kind == MEDIA_KIND_STILL,
            tolerate=cause.attempt >= RETRIED,
            budget_seconds=self.live_budget.seconds(fact, cause.time),
        )


def chunk_failed(fact: ChunkTranscoded, code: str, detail: str) -> ChunkAnalysed:
    """Return the fact of a chunk that could not be analysed; also what a given-up record leaves."""
    message = _about(fact)
    message.outcome.CopyFrom(failed(code, detail))
    return message


def _live(fact: ChunkTranscoded) -> bool:
    return fact.work.lane == LANE_LIVE


def _key(fact: ChunkTranscoded, withheld: Passages) -> ChunkKey:
    start, end = fact.span.start_pts, fact.span.end_pts
    return ChunkKey(
        asset_id=fact.work.asset_id,
        chunk_id=fact.chunk_id,
        index=fact.index,
        generation=fact.work.generation,
        start_pts=start,
        end_pts=end,
        withheld=withheld.within(start, end),
        series=fact.work.series,
        asked_at=fact.work.requested_at.ToMilliseconds() / 1000,
    )


def _analysed(fact: ChunkTranscoded, results: Sequence[AnalyserResult]) -> ChunkAnalysed:
    message = _about(fact)
    message.results.extend(results)
    broken = [result.analyser for result in results if result.outcome.HasField("failed")]
    if results and len(broken) == len(results):
        reasons = dict.fromkeys(result.outcome.failed.detail for result in results)
        message.outcome.CopyFrom(
            failed("analysers_failed", f"no analyser has a result: {'; '.join(reasons)}")
        )
    else:
        message.outcome.CopyFrom(done())
    return message


def _about(fact: ChunkTranscoded) -> ChunkAnalysed:
    return ChunkAnalysed(
        work=fact.work,
        chunk_id=fact.chunk_id,
        index=fact.index,
        span=fact.span,
        frames=fact.frames if fact.HasField("frames") else None,
        provisional_cuts=fact.provisional_cuts,
    )


def _failed_result(analyser: PictureAnalyser, error: Exception) -> AnalyserResult:
    outcome = failed(
        "analyser_failed", f"the analyser {analyser.name} failed ({type(error).__name__}: {error})"
    )
    if isinstance(error, SkippedError):
        outcome = failed(SKIPPED, str(error))
    return AnalyserResult(analyser=analyser.name, model=model_version(analyser.models[0]), outcome=outcome)

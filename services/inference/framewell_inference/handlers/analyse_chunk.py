"""chunk.transcoded -> chunk.analysed: what every picture analyser observes in the sampled frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed, ChunkTranscoded
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_contracts.sentences import say, several, worded
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.ports.calls import Priority
from framewell_inference.steps.analyse_by_rights import WITHHELD, AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.live_budget import LiveBudget
from framewell_inference.steps.observe_chunk import ChunkPictures, ObserveChunk, chunk_key
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcome_messages import done, failed, reason_of
from framewell_kit.rights_decisions import Passages, Permission

RETRIED: Final = 2
"""From this attempt on an analyser that fails is reported as failed; before, the record is retried."""


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
    observe: ObserveChunk
    live_budget: LiveBudget
    by_rights: AnalyseByRights

    async def __call__(self, fact: ChunkTranscoded, cause: Cause) -> Sequence[Outgoing]:
        if fact.outcome.HasField("failed"):
            return [chunk_failed(fact, fact.outcome.failed.code, reason_of(fact.outcome.failed))]

        async def look(permission: Permission) -> tuple[Sequence[ChunkAnalysed], Passages]:
            key = chunk_key(
                fact.work,
                chunk_id=fact.chunk_id,
                index=fact.index,
                span=fact.span,
                withheld=permission.withheld,
            )
            if not key.looked_at:
                return [chunk_failed(fact, WITHHELD, permission.sentence)], key.withheld
            if not fact.HasField("frames"):
                return [
                    chunk_failed(fact, WITHHELD, worded(fact.withheld, fact.withheld_wording))
                ], key.withheld
            return [await self._analysed(fact, key, cause)], key.withheld

        return await self.by_rights(fact.work, fact.chunk_id, fact.rights_revision, look, cause)

    async def _analysed(self, fact: ChunkTranscoded, key: ChunkKey, cause: Cause) -> ChunkAnalysed:
        chosen = self.choose.pictures(fact.work)
        results = await self.observe(
            ChunkPictures(fact.work, key, fact.span, fact.frames),
            chosen.analysers,
            priority=Priority.LIVE if fact.work.lane == LANE_LIVE else Priority.ARCHIVE,
            tolerate=cause.attempt >= RETRIED,
            budget_seconds=self.live_budget.seconds(fact, cause.time),
        )
        return _analysed(fact, [*chosen.left_out, *results])


def chunk_failed(fact: ChunkTranscoded, code: str, detail: str) -> ChunkAnalysed:
    """Return the fact of a chunk that could not be analysed; also what a given-up record leaves."""
    message = _about(fact)
    message.outcome.CopyFrom(failed(code, detail))
    return message


def _analysed(fact: ChunkTranscoded, results: Sequence[AnalyserResult]) -> ChunkAnalysed:
    message = _about(fact)
    message.results.extend(results)
    broken = [result.analyser for result in results if result.outcome.HasField("failed")]
    if results and len(broken) == len(results):
        reasons = list(dict.fromkeys(reason_of(result.outcome.failed) for result in results))
        said = say("analysers_failed", "no analyser has a result: {why}", why=several(reasons))
        message.outcome.CopyFrom(failed("analysers_failed", said))
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
        picture_count=fact.pictures.sampled_frames,
    )

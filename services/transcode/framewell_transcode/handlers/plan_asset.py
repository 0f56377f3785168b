"""The planning job: an original in; chunk.planned for every chunk, or asset.rejected, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetRejected
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_STILL
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.timeline import Span, still_timeline
from framewell_transcode.domain.outcomes import silent
from framewell_transcode.domain.plans import (
    AssetPlan,
    PlannedStretch,
    SourceAnalysis,
    plan_of,
    sound_only,
)
from framewell_transcode.ports import AssetBoard, MediaWorks, References, WorkQueue

_FINAL_CRASHES: Final = ("memory", "processor", "time", "output")
"""Limits are the same the next time; a signal may have been the machine's."""
_CRASHED: Final = "had to be stopped"


@dataclass(frozen=True, slots=True)
class PlanAsset:
    """Plan one asset: note what is expected, then say what is to be done.

    The expectation is written before any chunk is announced, so whatever arrives finds it. Running
    again writes the same plan. Media at fault is rejected; a child that died is a bug or a bad file,
    which the job's own retries tell apart.
    """

    works: MediaWorks
    board: AssetBoard
    references: References
    queue: WorkQueue

    async def __call__(self, asset: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        if not await self.board.is_current(asset.asset_id, asset.generation):
            return []
        try:
            plan, has_sound = await self._plan(asset)
        except MediaError as verdict:
            return [rejected(asset, verdict.code, verdict.detail)]
        except JobCrashed as crash:
            if crash.cause in _FINAL_CRASHES:
                return [
                    rejected(asset, "unreadable", f"Reading the file {_CRASHED}: the reader {crash.detail}.")
                ]
            raise
        except SandboxUnavailable as missing:
            raise Busy(f"No media can be read on this machine: {missing}", retry_after=30.0) from missing
        await self.board.expect(plan)
        clock = None if asset.kind == MEDIA_KIND_AUDIO else plan.timeline
        if has_sound:
            await self.queue.extract_audio(asset, clock, cause)
            return list(plan.chunks)
        return [*plan.chunks, silent(asset, clock)]

    async def _plan(self, asset: AssetIngested) -> tuple[AssetPlan, bool]:
        if asset.kind == MEDIA_KIND_STILL:
            return plan_of(asset, _still_analysis(asset), None), False
        if asset.kind == MEDIA_KIND_AUDIO:
            return plan_of(asset, SourceAnalysis(asset.container, sound_only(0), (), True), None), True
        analysis, table = await self.works.plan(asset)
        await self.references.hold(asset.asset_id, [table])
        return plan_of(asset, analysis, table), analysis.has_sound

    def gave_up(self, asset: AssetIngested, reason: str) -> Sequence[Outgoing]:
        """What is said when planning was tried often enough."""
        return [rejected(asset, "failed", f"The file could not be planned: {reason}")]


def rejected(asset: AssetIngested, code: str, detail: str) -> AssetRejected:
    """The asset cannot be worked on at all."""
    return AssetRejected(
        asset_id=asset.asset_id, code=code, detail=detail, uri=asset.uri, generation=asset.generation
    )


def _still_analysis(asset: AssetIngested) -> SourceAnalysis:
    timeline = still_timeline()
    span = Span(timeline.start_pts, timeline.end_pts, 0, 1)
    return SourceAnalysis(asset.container, timeline, (PlannedStretch(0, span, None),), False)

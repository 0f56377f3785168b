"""The planning job: an original in; chunk.planned for every chunk, or asset.rejected, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, MEDIA_KIND_STILL, MediaIndex, ObjectRef, Span
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy, NotYet
from framewell_kit.rights_decisions import RightsDecisions
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_transcode.domain.outcomes import rejected, silent
from framewell_transcode.domain.plans import (
    INDEX_SUFFIX,
    INDEX_TYPE,
    SourceAnalysis,
    index_of,
    planned_facts,
    sound_analysis,
    still_analysis,
    work_on_clock,
)
from framewell_transcode.ports.assets import AssetProgressRepository, WorkQueue
from framewell_transcode.ports.processors import MediaProcessor
from framewell_transcode.steps.read_captions import ReadCaptions
from framewell_transcode.transcoding.missing import missing_span, uncounted_timecode

_UNDECIDED_SECONDS: Final = 5.0
"""The file is read once more after that: rights are decided sooner unless the dataset service is away."""


@dataclass(frozen=True, slots=True)
class PlanAsset:
    """Plan one asset: note what is expected, then return what is to be done.

    The expectation is written before any chunk is announced, so whatever arrives finds it. Running
    again writes the same plan. Media at fault is rejected; a child that died is a bug or a bad file,
    which the job's own retries tell apart. Nothing is announced before the rights of the asset are decided,
    which happens while its file is read. Raises Busy where this machine may not read media and while nothing
    is decided.
    """

    processor: MediaProcessor
    objects: Objects
    progress: AssetProgressRepository
    references: ObjectReferences
    rights: RightsDecisions
    queue: WorkQueue
    read_captions: ReadCaptions

    async def __call__(self, asset: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        if not await self.progress.is_current(asset.work):
            return []
        try:
            analysis, table = await self._analyse(asset)
            captions, unread = await self.read_captions(asset, analysis)
        except MediaError as verdict:
            return [rejected(asset, verdict.code, verdict.detail)]
        except JobCrashed as crash:
            if crash.final:
                return [rejected(asset, "unreadable", crash.explanation)]
            raise
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing
        try:
            await self.rights.waited_for(asset.work.asset_id, asset.rights_revision)
        except NotYet as undecided:
            raise Busy(undecided.reason, retry_after=_UNDECIDED_SECONDS) from undecided
        work = work_on_clock(asset.work, analysis.timeline)
        gaps = (Span(start_pts=start, end_pts=end) for start, end in analysis.gaps)
        lacking = [*(missing_span(gap, analysis.timeline) for gap in gaps), *unread]
        lacking += uncounted_timecode(asset.programme.start_timecode, analysis.timeline)
        index = index_of(work, analysis, lacking, captions=captions, original=asset.original, table=table)
        return await self._announce(asset, analysis, index, table, cause)

    async def _analyse(self, asset: AssetIngested) -> tuple[SourceAnalysis, ObjectRef | None]:
        if asset.work.kind == MEDIA_KIND_STILL:
            return still_analysis(asset.container), None
        if asset.work.kind == MEDIA_KIND_AUDIO:
            return sound_analysis(asset.container), None
        return await self.processor.plan(asset)

    async def _announce(
        self,
        asset: AssetIngested,
        analysis: SourceAnalysis,
        index: MediaIndex,
        table: ObjectRef | None,
        cause: Cause,
    ) -> Sequence[Outgoing]:
        work = index.work
        plan = await self.objects.put(
            index.SerializeToString(deterministic=True), media_type=INDEX_TYPE, suffix=INDEX_SUFFIX
        )
        cues = [track.cues for track in index.captions]
        await self.references.hold(work.asset_id, [plan, *cues, *([table] if table is not None else [])])
        await self.progress.expect(work, plan, len(index.chunks))
        chunks = planned_facts(asset, analysis, index, table)
        if not analysis.has_sound:
            return [*chunks, silent(work)]
        with_clock = AssetIngested()
        with_clock.CopyFrom(asset)
        if asset.work.kind != MEDIA_KIND_AUDIO:  # sound alone sets its clock itself
            with_clock.work.CopyFrom(work)
        await self.queue.extract_audio(with_clock, cause)
        return chunks

    def gave_up(self, asset: AssetIngested, reason: str) -> Sequence[Outgoing]:
        """Return the fact that leaves when planning was tried often enough; `reason` is a sentence."""
        said = say("not_planned", "The file could not be planned: {why}", why=reason)
        return [rejected(asset, "failed", said)]

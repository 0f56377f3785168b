"""MediaProcessor: foreign bytes are read in the sandbox, what comes out is stored by content."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded, PictureStatistics
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done
from framewell_kit.rights_decisions import Passages
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.messages import ratio_value, timeline_value
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.timeline import Span, Timeline
from framewell_transcode.adapters.sparse_source import run_on_part
from framewell_transcode.domain.job_parameters import (
    clock_from,
    recipe_parameters,
    timeline_from,
    timeline_parameters,
)
from framewell_transcode.domain.plans import (
    PlannedChunk,
    SourceAnalysis,
)
from framewell_transcode.domain.proxy import TICKS_PER_SECOND, ProxyRecipe
from framewell_transcode.ports.processors import FillerRequest

ARROW: Final = "application/vnd.apache.arrow.file"
SANDBOX_JOBS: Final = (
    "framewell_media.jobs.captions",
    "framewell_media.jobs.plan",
    "framewell_transcode.sandbox_jobs",
)
"""Modules that the sandbox preloads."""


_PLAN_SECONDS: Final = 30
_PLANNED_A_SECOND: Final = 10_000_000
"""Bytes; a file is planned at a hundred times that rate, unless it was made to take time."""


@dataclass(frozen=True, slots=True)
class JobLimits:
    """What one job may use, by kind of job."""

    plan: Limits
    chunk: Limits

    @classmethod
    def within(cls, memory_bytes: int) -> JobLimits:
        """Return limits that are generous in time, since only a hostile file meets them, with this memory."""
        whole_file = Limits(memory_bytes=memory_bytes, cpu_seconds=3600, wall_seconds=4 * 3600)
        return cls(whole_file, Limits(memory_bytes=memory_bytes, cpu_seconds=600, wall_seconds=900))

    def plan_of(self, size: int) -> Limits:
        """Return the limits for planning a file of so many bytes: what a small one may use is little."""
        return replace(
            self.plan,
            cpu_seconds=min(self.plan.cpu_seconds, _PLAN_SECONDS + size // _PLANNED_A_SECOND),
            wall_seconds=min(self.plan.wall_seconds, 10 * (_PLAN_SECONDS + size / _PLANNED_A_SECOND)),
        )


@dataclass(frozen=True, slots=True)
class SandboxedProcessor:
    """MediaProcessor on a sandbox, an object store and a folder for files under way."""

    sandbox: Sandbox
    objects: Objects
    scratch: Path
    recipe: ProxyRecipe
    chunk_seconds: float
    limits: JobLimits

    async def plan(self, asset: AssetIngested) -> tuple[SourceAnalysis, ObjectRef]:
        parameters = {"chunk_seconds": self.chunk_seconds, "timecode": asset.programme.start_timecode}
        async with self._files("plan") as (table,), self.objects.local(asset.original) as source:
            answer = await self.sandbox.run(
                "plan",
                parameters,
                inputs=[source],
                outputs=[table],
                limits=self.limits.plan_of(asset.original.size),
            )
            ref = await self.objects.put_file(table, media_type=ARROW, suffix=".arrow")
        return _analysis(answer), ref

    async def make_chunk(self, planned: ChunkPlanned, withheld: Passages) -> ChunkTranscoded:
        timeline = timeline_value(planned.work.timeline)
        parameters = {
            "index": 0 if planned.HasField("segment") else planned.index,
            "placed": _placed(planned) if planned.HasField("segment") else None,
            "timeline": timeline_parameters(timeline),
            "recipe": recipe_parameters(self.recipe),
            "withheld": [list(one) for one in withheld.intervals],
        }
        is_still = planned.work.kind == MEDIA_KIND_STILL
        async with (
            self._files("header", "segment", "bundle", "scores") as outputs,
            self.objects.local(planned.plan if not is_still else planned.source) as table,
            self.objects.sparse(planned.source) as source,
        ):

            async def run(more: dict[str, Any]) -> dict[str, Any]:
                return await self.sandbox.run(
                    "make_still" if is_still else "make_chunk",
                    parameters | more,
                    inputs=[source.path] if is_still else [source.path, table],
                    outputs=outputs,
                    limits=self.limits.chunk,
                )

            wanted = planned.byte_range if planned.HasField("byte_range") else None
            answer = await run_on_part(source, wanted, run)
            header, segment, bundle, scores = outputs
            made = ChunkTranscoded(
                work=planned.work,
                chunk_id=planned.chunk_id,
                index=planned.index,
                span=planned.span,
                outcome=done(),
                proxy_header=await self.objects.put_file(header, media_type="video/mp4", suffix=".mp4"),
                proxy_segment=await self.objects.put_file(
                    segment, media_type="video/iso.segment", suffix=".m4s"
                ),
                provisional_cuts=answer["provisional_cuts"],
                pictures=PictureStatistics(**answer["statistics"]),
                missing_pts=answer["missing_pts"],
            )
            if answer["analysable"]:
                made.frames.CopyFrom(await self.objects.put_file(bundle, media_type=ARROW, suffix=".arrow"))
                made.shot_scores.CopyFrom(
                    await self.objects.put_file(scores, media_type=ARROW, suffix=".arrow")
                )
            return made

    async def make_filler(self, request: FillerRequest, timeline: Timeline) -> ObjectRef:
        ticks = [
            round(timeline.seconds(pts) * TICKS_PER_SECOND) for pts in (request.start_pts, request.end_pts)
        ]
        parameters = {
            "recipe": recipe_parameters(self.recipe),
            "frame_rate": str(timeline.frame_rate or Fraction(25)),
            "start_tick": ticks[0],
            "end_tick": ticks[1],
            "edge": "last" if request.neighbour_comes_before else "first",
        }
        async with (
            self._files("segment") as (segment,),
            self.objects.local(request.header) as header,
            self.objects.local(request.neighbour) as neighbour,
        ):
            answer = await self.sandbox.run(
                "make_filler",
                parameters,
                inputs=[header, neighbour],
                outputs=[segment],
                limits=self.limits.chunk,
            )
            if not answer["header_equal"]:
                said = say("proxy.other_build", "The proxy was made by another build of the encoder.")
                raise MediaError(UNREADABLE, said)
            return await self.objects.put_file(segment, media_type="video/iso.segment", suffix=".m4s")

    @asynccontextmanager
    async def _files(self, *names: str) -> AsyncIterator[list[Path]]:
        """Yield paths for a job's outputs in a folder of their own, which is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            yield [Path(folder) / name for name in names]


def _placed(planned: ChunkPlanned) -> dict[str, Any]:
    """Return where a segment of a recording is laid, as JSON values."""
    segment, span = planned.segment, planned.span
    return {
        "time_base": str(ratio_value(segment.time_base)),
        "canvas": [segment.canvas_width, segment.canvas_height],
        "start_pts": span.start_pts,
        "end_pts": span.end_pts,
        "first_frame": span.first_frame,
    }


def _analysis(answer: dict[str, Any]) -> SourceAnalysis:
    chunks = tuple(
        PlannedChunk(
            discontinuity=int(chunk["discontinuity"]),
            span=Span(chunk["start_pts"], chunk["end_pts"], chunk["first_frame"], chunk["frames"]),
            byte_range=(chunk["bytes"][0], chunk["bytes"][1]) if chunk["bytes"] else None,
        )
        for chunk in answer["chunks"]
    )
    timeline = timeline_from(answer["timeline"])
    gaps = tuple((int(start), int(end)) for start, end in answer["gaps"])
    clock = clock_from(answer["clock"])
    return SourceAnalysis(
        str(answer["container"]),
        timeline,
        chunks,
        bool(answer["has_sound"]),
        gaps,
        clock,
        (int(answer["canvas"][0]), int(answer["canvas"][1])),
        bool(answer["has_captions"]),
    )

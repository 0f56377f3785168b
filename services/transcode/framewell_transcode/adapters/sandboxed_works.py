"""Media works: foreign bytes are read in the sandbox, what comes out is stored by content."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted, AudioSegment
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded, PictureStatistics
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL, ObjectRef
from framewell_kit.objects import Objects
from framewell_media.errors import UNREADABLE, JobFailed, MediaError
from framewell_media.messages import timeline_message, timeline_value
from framewell_media.sandbox import Limits, Sandbox
from framewell_media.timeline import Span, Timeline
from framewell_transcode.adapters.jobs.parameters import (
    recipe_parameters,
    timeline_from,
    timeline_parameters,
)
from framewell_transcode.domain.outcomes import DONE
from framewell_transcode.domain.plans import PlannedStretch, SourceAnalysis, sound_only
from framewell_transcode.domain.proxy import TICKS_PER_SECOND, ProxyRecipe
from framewell_transcode.ports import FillerRequest

ARROW: Final = "application/vnd.apache.arrow.file"
SANDBOX_JOBS: Final = (
    "framewell_media.jobs.plan",
    "framewell_transcode.adapters.jobs.chunk",
    "framewell_transcode.adapters.jobs.still",
    "framewell_transcode.adapters.jobs.audio",
    "framewell_transcode.adapters.jobs.filler",
)


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """What one job may use, by kind of job."""

    plan: Limits
    chunk: Limits
    audio: Limits

    @classmethod
    def within(cls, memory_bytes: int) -> WorkLimits:
        """Generous limits in time, since only a hostile file meets them, and the given one in memory."""
        whole_file = Limits(memory_bytes=memory_bytes, cpu_seconds=3600, wall_seconds=4 * 3600)
        return cls(
            whole_file, Limits(memory_bytes=memory_bytes, cpu_seconds=600, wall_seconds=900), whole_file
        )


@dataclass(frozen=True, slots=True)
class SandboxedWorks:
    """MediaWorks on a sandbox, an object store and a folder for files under way."""

    sandbox: Sandbox
    objects: Objects
    scratch: Path
    recipe: ProxyRecipe
    chunk_seconds: float
    limits: WorkLimits

    async def plan(self, asset: AssetIngested) -> tuple[SourceAnalysis, ObjectRef]:
        parameters = {"chunk_seconds": self.chunk_seconds, "timecode": asset.programme.timecode_offset}
        async with self._files("plan") as (table,), self.objects.local(asset.original) as source:
            answer = await self.sandbox.run(
                "plan", parameters, inputs=[source], outputs=[table], limits=self.limits.plan
            )
            ref = await self.objects.put_file(table, media_type=ARROW, suffix=".arrow")
        return _analysis(answer), ref

    async def make_chunk(self, planned: ChunkPlanned) -> ChunkTranscoded:
        timeline = timeline_value(planned.timeline)
        parameters = {
            "index": planned.index,
            "timeline": timeline_parameters(timeline),
            "recipe": recipe_parameters(self.recipe),
        }
        is_still = planned.kind == MEDIA_KIND_STILL
        async with (
            self._files("header", "segment", "bundle", "scores") as outputs,
            self.objects.local(planned.source) as source,
            self.objects.local(planned.plan if not is_still else planned.source) as table,
        ):
            answer = await self.sandbox.run(
                "make_still" if is_still else "make_chunk",
                parameters,
                inputs=[source] if is_still else [source, table],
                outputs=outputs,
                limits=self.limits.chunk,
            )
            header, segment, bundle, scores = outputs
            return ChunkTranscoded(
                asset_id=planned.asset_id,
                chunk_id=planned.chunk_id,
                index=planned.index,
                span=planned.span,
                outcome=DONE,
                proxy_header=await self.objects.put_file(header, media_type="video/mp4", suffix=".mp4"),
                proxy_segment=await self.objects.put_file(
                    segment, media_type="video/iso.segment", suffix=".m4s"
                ),
                frames=await self.objects.put_file(bundle, media_type=ARROW, suffix=".arrow"),
                shot_scores=await self.objects.put_file(scores, media_type=ARROW, suffix=".arrow"),
                provisional_cuts=answer["provisional_cuts"],
                pictures=PictureStatistics(**answer["statistics"]),
                missing_pts=answer["missing_pts"],
                timeline=planned.timeline,
                lane=planned.lane,
                generation=planned.generation,
                kind=planned.kind,
            )

    async def extract_audio(self, asset: AssetIngested, timeline: Timeline | None) -> AudioExtracted:
        parameters = {
            "start": str(timeline.start_pts * timeline.time_base) if timeline else None,
            "seconds": str(timeline.duration_seconds) if timeline else None,
            "segment_seconds": self.chunk_seconds,
        }
        async with (
            self._files("header", "segments", "speech") as outputs,
            self.objects.local(asset.original) as source,
        ):
            answer = await self.sandbox.run(
                "extract_audio", parameters, inputs=[source], outputs=outputs, limits=self.limits.audio
            )
            header, segments, speech = outputs
            clock = timeline or sound_only(float(answer["seconds"]))
            return AudioExtracted(
                asset_id=asset.asset_id,
                outcome=DONE,
                present=True,
                rendition_header=await self.objects.put_file(header, media_type="audio/mp4", suffix=".mp4"),
                segments=await self._audio_segments(segments, answer["segments"]),
                speech=await self.objects.put_file(speech, media_type="audio/flac", suffix=".flac"),
                loudness_lufs=float(answer["loudness_lufs"]),
                duration_seconds=float(answer["seconds"]),
                lane=asset.lane,
                generation=asset.generation,
                timeline=timeline_message(clock),
            )

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
                raise MediaError(UNREADABLE, "The proxy was made by another build of the encoder.")
            return await self.objects.put_file(segment, media_type="video/iso.segment", suffix=".m4s")

    async def _audio_segments(self, file: Path, layout: list[list[float]]) -> list[AudioSegment]:
        segments = []
        with file.open("rb") as media:
            for offset, length, start, seconds in layout:
                media.seek(int(offset))
                data = media.read(int(length))
                if not data or len(data) != length:
                    raise JobFailed(f"the sound job named bytes {offset}+{length}, which it did not write")
                ref = await self.objects.put(data, media_type="audio/iso.segment", suffix=".m4s")
                segments.append(AudioSegment(segment=ref, start_seconds=start, duration_seconds=seconds))
        return segments

    @asynccontextmanager
    async def _files(self, *names: str) -> AsyncIterator[list[Path]]:
        """Names for a job's outputs in a folder of their own, gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            yield [Path(folder) / name for name in names]


def _analysis(answer: dict[str, Any]) -> SourceAnalysis:
    stretches = tuple(
        PlannedStretch(
            era=int(chunk["era"]),
            span=Span(chunk["start_pts"], chunk["end_pts"], chunk["first_frame"], chunk["frames"]),
            byte_range=(chunk["bytes"][0], chunk["bytes"][1]) if chunk["bytes"] else None,
        )
        for chunk in answer["chunks"]
    )
    timeline = timeline_from(answer["timeline"])
    gaps = tuple((int(start), int(end)) for start, end in answer["gaps"])
    return SourceAnalysis(str(answer["container"]), timeline, stretches, bool(answer["has_sound"]), gaps)

"""SegmentProcessor: segments of recordings are read in the sandbox, their sound is stored by content."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import MEDIA_KIND_AUDIO, ObjectRef
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.objects.protocol import Objects
from framewell_media.sandbox import Limits, Sandbox
from framewell_transcode.domain.job_parameters import clock_from, clock_parameters
from framewell_transcode.domain.plans import SourceAnalysis, sound_only
from framewell_transcode.domain.recording_layout import LaidSegment
from framewell_transcode.domain.recordings import PlannedSegment, SegmentSound
from framewell_transcode.domain.sound import AAC_FRAME, SOUND_RATE
from framewell_transcode.ports.processors import MediaProcessor

WHOLE_SEGMENT_SECONDS: Final = 3600.0
"""A segment is one chunk however long it is: its sender cut it."""


@dataclass(frozen=True, slots=True)
class SandboxedSegments:
    """SegmentProcessor on a sandbox, an object store and a folder for files under way.

    `processor` plans files, in chunks of WHOLE_SEGMENT_SECONDS.
    """

    processor: MediaProcessor
    sandbox: Sandbox
    objects: Objects
    scratch: Path
    limits: Limits

    async def plan(self, segment: SegmentIngested) -> tuple[SourceAnalysis, ObjectRef]:
        if segment.work.kind != MEDIA_KIND_AUDIO:
            return await self.processor.plan(AssetIngested(work=segment.work, original=segment.object))
        async with self.objects.local(segment.object) as source:
            answer = await self.sandbox.run("measure_sound", {}, inputs=[source], limits=self.limits)
        clock = clock_from(answer["clock"])
        end = clock.runs[-1].start + clock.runs[-1].source_end - clock.runs[-1].source_start
        gaps = tuple((int(start), int(until)) for start, until in answer["gaps"])
        analysis = SourceAnalysis(
            segment.container, sound_only(end), (), has_sound=True, gaps=gaps, clock=clock
        )
        return analysis, ObjectRef()

    async def sound(
        self, planned: PlannedSegment, laid: LaidSegment
    ) -> tuple[SegmentSound, Sequence[ObjectRef]]:
        first, end = (-(-round(at * SOUND_RATE) // AAC_FRAME) * AAC_FRAME for at in (laid.start, laid.end))
        clock = planned.runs.later(laid.start - Fraction(first, SOUND_RATE))
        parameters = {
            "clock": clock_parameters(clock),
            "first_sample": first,
            "samples": end - first,
        }
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            outputs = [Path(folder) / name for name in ("header", "segment")]
            async with self.objects.local(planned.ingested.object) as source:
                await self.sandbox.run(
                    "segment_sound", parameters, inputs=[source], outputs=outputs, limits=self.limits
                )
            header = await self.objects.put_file(outputs[0], media_type="audio/mp4", suffix=".mp4")
            media = await self.objects.put_file(outputs[1], media_type="audio/iso.segment", suffix=".m4s")
        return SegmentSound(header.key, media.key, media.size, first, end - first), [header, media]

    async def join(self, sounds: Sequence[SegmentSound]) -> ObjectRef:
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            movie = Path(folder) / "sound"
            for key in [sounds[0].header, *(sound.key for sound in sounds)]:
                async with self.objects.local(key) as part:
                    await asyncio.to_thread(_append, movie, part)
            return await self.objects.put_file(movie, media_type="audio/mp4", suffix=".m4a")


def _append(movie: Path, part: Path) -> None:
    with movie.open("ab") as output:
        output.write(part.read_bytes())

"""audio.extracted -> audio.analysed: where somebody speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.media.v1.media_pb2 import SpeechAttributes
from framewell_inference.domain.observations import Findings, FrameSpan, Observation, SpeechSegment
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.ports.analysers import SoundAnalyser, Sounds
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AnalyseAudio:
    """Listen to an asset's speech audio and keep what was heard.

    Pure in its fact and the audio. An asset without sound, or whose sound could not be taken out, ends
    with a fact of that outcome.
    """

    analysers: Sequence[SoundAnalyser]
    sounds: Sounds
    objects: Objects
    observations: ObservationRepository

    async def __call__(self, fact: AudioExtracted, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        if fact.outcome.HasField("failed"):
            return [audio_failed(fact, fact.outcome.failed.code, fact.outcome.failed.detail)]
        message = AudioAnalysed(work=fact.work, outcome=done())
        if not fact.present:
            return [message]
        key = ChunkKey(fact.work.asset_id, "", -1, fact.work.generation)
        timeline = timeline_value(fact.work.timeline)
        for analyser in self.analysers:
            async with self.objects.local(fact.speech) as path:
                segments = await asyncio.to_thread(analyser.listen, self.sounds.blocks(path))
            observations = tuple(_observation(analyser.name, segment, timeline) for segment in segments)
            findings = Findings(analyser.name, analyser.models[0], observations)
            message.results.append(await self.observations.keep(findings, key))
        return [message]


def audio_failed(fact: AudioExtracted, code: str, detail: str) -> AudioAnalysed:
    """Return the fact of a sound that could not be analysed; also what a given-up record leaves."""
    return AudioAnalysed(work=fact.work, outcome=failed(code, detail))


def _observation(kind: str, segment: SpeechSegment, timeline: Timeline) -> Observation:
    """Return a segment in pts and frames of the asset, its ends in seconds beside them."""
    ends = (segment.start_seconds, segment.end_seconds)
    start_pts, end_pts = [timeline.start_pts + round(at / float(timeline.time_base)) for at in ends]
    rate = float(timeline.frame_rate or 0)
    first_frame, end_frame = [min(timeline.frame_count, round(at * rate)) for at in ends]
    start, end = Duration(), Duration()
    start.FromMilliseconds(round(segment.start_seconds * 1000))
    end.FromMilliseconds(round(segment.end_seconds * 1000))
    return Observation(
        kind=kind,
        span=FrameSpan(start_pts, end_pts, first_frame, end_frame),
        score=segment.score,
        attributes=SpeechAttributes(start=start, end=end),
    )

"""Show the stored sound of an asset to analysers that listen, and keep what they hear."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from google.protobuf.duration_pb2 import Duration

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.media.v1.media_pb2 import ObjectRef, SpeechAttributes, SpokenWord, Work
from framewell_contracts.sentences import say
from framewell_inference.domain.messages import model_version
from framewell_inference.domain.observations import Findings, FrameSpan, Observation, SoundSegment, stacked
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.ports.analysers import SoundAnalyser, Sounds
from framewell_inference.ports.calls import Call, Priority, RunEndedError, calling
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.steps.erase_people import ErasePeople
from framewell_inference.steps.look_at_frames import Costs
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import failed
from framewell_kit.rights_decisions import Passages
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline

TIMES_ITS_LENGTH: Final = 4.0
LEAST_SECONDS: Final = 300.0
"""How long an analyser may listen: so many times the length of the sound, and so many seconds in any case."""

NOT_HEARD: Final = "not_heard"
"""Code of the outcome of an analyser that was ended before it had heard all."""


@dataclass(frozen=True, slots=True)
class StoredSound:
    """The stored sound of an asset, what of it may be listened to, and what it belongs to."""

    work: Work
    key: ChunkKey
    speech: ObjectRef


@dataclass(frozen=True, slots=True)
class HearSound:
    """Run analysers over a sound and keep their sets. Repeating it changes nothing."""

    sounds: Sounds
    objects: Objects
    observations: ObservationRepository
    people: ErasePeople
    costs: Costs = field(default_factory=Costs)
    """What each analyser takes for a second of sound."""

    async def __call__(
        self, sound: StoredSound, analysers: Sequence[SoundAnalyser], *, priority: Priority
    ) -> list[AnalyserResult]:
        """Return a result for each analyser; one that takes too long has failed and stops no other.

        Raises NotFound when the sound is gone.
        """
        results = []
        timeline = timeline_value(sound.work.timeline)
        forgotten = await self.people.forgotten()
        for analyser in analysers:
            try:
                async with self.objects.local(sound.speech) as path:
                    started = time.monotonic()
                    segments = await self._listen(analyser, path, _call(priority, timeline))
                    length = max(float(timeline.duration_seconds), 1.0)
                    self.costs.note(analyser.name, (time.monotonic() - started) / length)
            except RunEndedError as error:
                results.append(_not_heard(analyser, error))
                continue
            findings = Findings(analyser.name, analyser.models[0], *_observed(segments, timeline))
            results.append(await self.observations.keep(findings, sound.key, forgotten))
        if (now := await self.people.forgotten()) != forgotten:
            await self.people.of_names_in(sound.key.asset_id, now)
        return results

    async def _listen(self, analyser: SoundAnalyser, path: Path, call: Call) -> Sequence[SoundSegment]:
        with calling(call):
            return await asyncio.to_thread(analyser.listen, self.sounds.blocks(path))


def sound_key(work: Work, withheld: Passages) -> ChunkKey:
    """Return the key of the sound of an asset of which these passages are withheld."""
    clock = work.timeline
    start, end = clock.start_pts, clock.start_pts + clock.duration_pts
    return ChunkKey(
        asset_id=work.asset_id,
        chunk_id="",
        index=-1,
        generation=work.generation,
        start_pts=start,
        end_pts=end,
        withheld=withheld.within(start, end),
        series=work.series,
        channel=work.channel,
        asked_at=work.requested_at.ToMilliseconds() / 1000,
    )


def _call(priority: Priority, timeline: Timeline) -> Call:
    seconds = max(LEAST_SECONDS, TIMES_ITS_LENGTH * float(timeline.duration_seconds))
    return Call(priority, deadline=time.monotonic() + seconds)


def _not_heard(analyser: SoundAnalyser, error: RunEndedError) -> AnalyserResult:
    said = say(
        "look.not_heard",
        "the analyser {analyser} was ended before it had heard all: {why}",
        analyser=analyser.name,
        why=error.reason,
    )
    return AnalyserResult(
        analyser=analyser.name,
        model=model_version(analyser.models[0]),
        outcome=failed(NOT_HEARD, said),
    )


def _observed(
    segments: Sequence[SoundSegment], timeline: Timeline
) -> tuple[tuple[Observation, ...], Float | None]:
    """Return observations and, of sounds that a model describes, their vectors."""
    vectors = [segment.vector for segment in segments if segment.vector is not None]
    observations = [_observation(segment, timeline) for segment in segments]
    if not vectors:
        return tuple(observations), None
    described = [replace(one, vector=row) for row, one in enumerate(observations)]
    return tuple(described), stacked(vectors, len(vectors[0]))


def _observation(segment: SoundSegment, timeline: Timeline) -> Observation:
    """Return a segment in pts and frames of the asset, its ends in seconds beside them."""
    ends = (segment.start_seconds, segment.end_seconds)
    start_pts, end_pts = [timeline.start_pts + round(at / float(timeline.time_base)) for at in ends]
    rate = float(timeline.frame_rate or 0)
    first_frame, end_frame = [min(timeline.frame_count, round(at * rate)) for at in ends]
    return Observation(
        kind=segment.kind,
        span=FrameSpan(start_pts, end_pts, first_frame, end_frame),
        score=segment.score,
        label=segment.label,
        text=segment.text,
        attributes=_attributes(segment),
    )


def _attributes(segment: SoundSegment) -> SpeechAttributes:
    words = [
        SpokenWord(
            text=word.text,
            start=_duration(word.start_seconds),
            end=_duration(word.end_seconds),
            score=word.score,
        )
        for word in segment.words
    ]
    return SpeechAttributes(
        start=_duration(segment.start_seconds),
        end=_duration(segment.end_seconds),
        language=segment.language,
        language_score=segment.language_score,
        words=words,
    )


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromMilliseconds(round(seconds * 1000))
    return duration

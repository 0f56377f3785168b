"""audio.extracted -> audio.analysed: where somebody speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.duration_pb2 import Duration

from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.media.v1.media_pb2 import SpeechAttributes
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.domain.observations import Findings, FrameSpan, Observation, SoundSegment
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.ports.analysers import SoundAnalyser, Sounds
from framewell_inference.ports.calls import Call, Priority, calling
from framewell_inference.ports.repositories import ObservationRepository
from framewell_inference.steps.analyse_by_rights import WITHHELD, AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.erase_people import ErasePeople
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done, failed
from framewell_kit.rights_decisions import Passages, Permission
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AnalyseAudio:
    """Listen to an asset's speech audio and keep what was heard.

    Pure in its fact, the audio and the rights decision. What may not be analysed is silent in the audio
    already, or not there; where less is permitted than when it was made, nothing is listened to. An asset
    without sound, or whose sound could not be taken out, ends with a fact of that outcome.
    """

    choose: ChooseAnalysers
    sounds: Sounds
    objects: Objects
    observations: ObservationRepository
    people: ErasePeople
    by_rights: AnalyseByRights

    async def __call__(self, fact: AudioExtracted, cause: Cause) -> Sequence[Outgoing]:
        if fact.outcome.HasField("failed"):
            return [audio_failed(fact, fact.outcome.failed.code, fact.outcome.failed.detail)]
        if not fact.present:
            return [AudioAnalysed(work=fact.work, outcome=done())]

        async def look(permission: Permission) -> tuple[Sequence[AudioAnalysed], Passages]:
            key = _key(fact, permission.withheld)
            decided = await self.by_rights.rights.of(fact.work.asset_id)
            made_by_this = decided is not None and decided.revision == fact.rights_revision
            if not key.looked_at or (key.withheld and not made_by_this):
                sound = Passages.of([(key.start_pts, key.end_pts)])
                return [audio_failed(fact, WITHHELD, permission.sentence)], sound
            if not fact.HasField("speech"):
                return [audio_failed(fact, WITHHELD, fact.withheld)], key.withheld
            return [await self._heard(fact, key)], key.withheld

        return await self.by_rights(fact.work, "", fact.rights_revision, look, cause)

    async def _heard(self, fact: AudioExtracted, key: ChunkKey) -> AudioAnalysed:
        message = AudioAnalysed(work=fact.work, outcome=done())
        timeline = timeline_value(fact.work.timeline)
        forgotten = await self.people.forgotten()
        for analyser in self.choose.sounds(fact.work).analysers:
            async with self.objects.local(fact.speech) as path:
                segments = await self._listen(analyser, path, fact)
            observations = tuple(_observation(segment, timeline) for segment in segments)
            findings = Findings(analyser.name, analyser.models[0], observations)
            message.results.append(await self.observations.keep(findings, key, forgotten))
        if (now := await self.people.forgotten()) != forgotten:
            await self.people.of_names_in(key.asset_id, now)
        return message

    async def _listen(
        self, analyser: SoundAnalyser, path: Path, fact: AudioExtracted
    ) -> Sequence[SoundSegment]:
        live = fact.work.lane == LANE_LIVE
        with calling(Call(Priority.LIVE if live else Priority.ARCHIVE)):
            return await asyncio.to_thread(analyser.listen, self.sounds.blocks(path))


def audio_failed(fact: AudioExtracted, code: str, detail: str) -> AudioAnalysed:
    """Return the fact of a sound that could not be analysed; also what a given-up record leaves."""
    return AudioAnalysed(work=fact.work, outcome=failed(code, detail))


def _key(fact: AudioExtracted, withheld: Passages) -> ChunkKey:
    clock = fact.work.timeline
    start, end = clock.start_pts, clock.start_pts + clock.duration_pts
    return ChunkKey(
        asset_id=fact.work.asset_id,
        chunk_id="",
        index=-1,
        generation=fact.work.generation,
        start_pts=start,
        end_pts=end,
        withheld=withheld.within(start, end),
    )


def _observation(segment: SoundSegment, timeline: Timeline) -> Observation:
    """Return a segment in pts and frames of the asset, its ends in seconds beside them."""
    ends = (segment.start_seconds, segment.end_seconds)
    start_pts, end_pts = [timeline.start_pts + round(at / float(timeline.time_base)) for at in ends]
    rate = float(timeline.frame_rate or 0)
    first_frame, end_frame = [min(timeline.frame_count, round(at * rate)) for at in ends]
    start, end = Duration(), Duration()
    start.FromMilliseconds(round(segment.start_seconds * 1000))
    end.FromMilliseconds(round(segment.end_seconds * 1000))
    return Observation(
        kind=segment.kind,
        span=FrameSpan(start_pts, end_pts, first_frame, end_frame),
        score=segment.score,
        label=segment.label,
        text=segment.text,
        attributes=SpeechAttributes(start=start, end=end),
    )

"""audio.extracted -> audio.analysed: where somebody speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell_inference.domain.messages import done, failed
from framewell_inference.domain.observations import Findings, Seen, SpeechStretch, Stretch
from framewell_inference.domain.places import Place
from framewell_inference.ports import ObservationStore, SoundAnalyser, Sounds
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.objects.protocol import Objects
from framewell_media.messages import timeline_value
from framewell_media.timeline import Timeline


@dataclass(frozen=True, slots=True)
class AnalyseAudio:
    """Listen to an asset's speech audio and keep what was heard.

    Pure in its fact and the audio. An asset without sound, or whose sound could not be taken out, ends
    with a fact that says so.
    """

    analysers: Sequence[SoundAnalyser]
    sounds: Sounds
    objects: Objects
    observations: ObservationStore

    async def __call__(self, fact: AudioExtracted, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        if fact.outcome.HasField("failed"):
            return [audio_failed(fact, fact.outcome.failed.code, fact.outcome.failed.detail)]
        message = _about(fact)
        message.outcome.CopyFrom(done())
        if not fact.present:
            return [message]
        place = Place(fact.asset_id, "", -1, fact.generation)
        timeline = timeline_value(fact.timeline)
        for analyser in self.analysers:
            async with self.objects.local(fact.speech) as path:
                heard = await asyncio.to_thread(analyser.listen, self.sounds.blocks(path))
            findings = Findings(
                analyser.name, analyser.models[0], tuple(_seen(analyser.name, one, timeline) for one in heard)
            )
            message.results.append(await self.observations.keep(findings, place))
        return [message]


def audio_failed(fact: AudioExtracted, code: str, detail: str) -> AudioAnalysed:
    """The fact that ends a sound nothing could be heard in; also what a given-up record leaves."""
    message = _about(fact)
    message.outcome.CopyFrom(failed(code, detail))
    return message


def _about(fact: AudioExtracted) -> AudioAnalysed:
    return AudioAnalysed(asset_id=fact.asset_id, lane=fact.lane, generation=fact.generation)


def _seen(kind: str, heard: SpeechStretch, timeline: Timeline) -> Seen:
    """Seconds of sound as pts and frames of the asset; the exact seconds stay beside them."""
    pts = [timeline.start_pts + round(at / float(timeline.time_base)) for at in _ends(heard)]
    rate = float(timeline.frame_rate or 0)
    frames = [min(timeline.frame_count, round(at * rate)) for at in _ends(heard)]
    return Seen(
        kind=kind,
        stretch=Stretch(pts[0], pts[1], frames[0], frames[1]),
        score=heard.score,
        attributes={
            "start_seconds": f"{heard.start_seconds:.3f}",
            "end_seconds": f"{heard.end_seconds:.3f}",
        },
    )


def _ends(heard: SpeechStretch) -> tuple[float, float]:
    return heard.start_seconds, heard.end_seconds

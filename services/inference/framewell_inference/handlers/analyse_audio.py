"""audio.extracted -> audio.analysed: what is heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_contracts.sentences import worded
from framewell_inference.ports.calls import Priority
from framewell_inference.steps.analyse_by_rights import WITHHELD, AnalyseByRights
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.hear_sound import HearSound, StoredSound, sound_key
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcome_messages import done, failed, reason_of
from framewell_kit.rights_decisions import Passages, Permission


@dataclass(frozen=True, slots=True)
class AnalyseAudio:
    """Listen to an asset's speech audio and keep what was heard.

    Pure in its fact, the audio and the rights decision. What may not be analysed is silent in the audio
    already, or not there; where less is permitted than when it was made, nothing is listened to. An asset
    without sound, or whose sound could not be taken out, ends with a fact of that outcome.
    """

    choose: ChooseAnalysers
    hear: HearSound
    by_rights: AnalyseByRights

    async def __call__(self, fact: AudioExtracted, cause: Cause) -> Sequence[Outgoing]:
        if fact.outcome.HasField("failed"):
            return [audio_failed(fact, fact.outcome.failed.code, reason_of(fact.outcome.failed))]
        if not fact.present:
            return [AudioAnalysed(work=fact.work, outcome=done())]

        async def look(permission: Permission) -> tuple[Sequence[AudioAnalysed], Passages]:
            key = sound_key(fact.work, permission.withheld)
            if not await self.by_rights.may_hear(key, fact.rights_revision):
                sound = Passages.of([(key.start_pts, key.end_pts)])
                return [audio_failed(fact, WITHHELD, permission.sentence)], sound
            if not fact.HasField("speech"):
                return [
                    audio_failed(fact, WITHHELD, worded(fact.withheld, fact.withheld_wording))
                ], key.withheld
            return [await self._heard(fact, StoredSound(fact.work, key, fact.speech))], key.withheld

        return await self.by_rights(fact.work, "", fact.rights_revision, look, cause)

    async def _heard(self, fact: AudioExtracted, sound: StoredSound) -> AudioAnalysed:
        live = fact.work.lane == LANE_LIVE
        analysers = self.choose.sounds(fact.work).analysers
        results = await self.hear(sound, analysers, priority=Priority.LIVE if live else Priority.ARCHIVE)
        message = _about(fact)
        message.outcome.CopyFrom(done())
        message.results.extend(results)
        return message


def audio_failed(fact: AudioExtracted, code: str, detail: str) -> AudioAnalysed:
    """Return the fact of a sound that could not be analysed; also what a given-up record leaves."""
    message = _about(fact)
    message.outcome.CopyFrom(failed(code, detail))
    return message


def _about(fact: AudioExtracted) -> AudioAnalysed:
    return AudioAnalysed(
        work=fact.work,
        speech=fact.speech if fact.HasField("speech") else None,
        duration=fact.duration if fact.HasField("duration") else None,
        rights_revision=fact.rights_revision,
    )

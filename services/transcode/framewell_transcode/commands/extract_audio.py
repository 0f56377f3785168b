"""The sound job: an original in, audio.extracted out, one piece a turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.rights.v1.rights_pb2 import PURPOSE_ANALYSIS
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs import HandOver
from framewell_kit.outcomes import Busy, NotFound, NotYet
from framewell_kit.rights_decisions import Passages
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.messages import timeline_value
from framewell_transcode.domain.material import sound_pieces_material
from framewell_transcode.domain.outcomes import audio_given_up
from framewell_transcode.domain.sound_pieces import Sound
from framewell_transcode.ports.assets import AssetProgressRepository
from framewell_transcode.ports.processors import SoundProcessor
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis

_UNDECIDED_SECONDS = 5.0

Save = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ExtractAudio:
    """Take the sounds of an asset out: the renditions, and what may be analysed of the main one for speech.

    A turn makes one piece, saves how far it came and raises HandOver, so that live sound overtakes; whoever
    has the next turn goes on there and makes what one worker would have made. A rights decision in between
    that withholds something else has the pieces made again. Sound that cannot be decoded is given up as a
    fact, so that the asset ends without it and says so. Raises Busy where this machine may not read media,
    and while nothing is decided; JobCrashed where somebody else ended the child: the piece is tried again.
    """

    sounds: SoundProcessor
    progress: AssetProgressRepository
    for_analysis: MakeForAnalysis

    async def __call__(
        self, asset: AssetIngested, done: Mapping[str, Any], save: Save, cause: Cause
    ) -> Sequence[Outgoing]:
        work = asset.work
        planned = await self.progress.latest(work.asset_id)
        if planned is None or not await self.progress.is_current(work):
            return []
        try:
            sound = await self._sound_so_far(asset, done)
            further = sound if sound.ended else await self.sounds.next_piece(asset, planned.plan, sound)
            if not further.ended:
                await self._save(asset, str(done.get("sound", "")), sound, further, save)
                raise HandOver
            return await self._finish(asset, further, save, cause)
        except MediaError as verdict:
            return await self._given_up(work, verdict.code, verdict.detail)
        except JobCrashed as crash:
            if crash.interrupted:
                raise
            return await self._given_up(work, "decoder_crashed", crash.explanation)
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing

    async def _sound_so_far(self, asset: AssetIngested, done: Mapping[str, Any]) -> Sound:
        """Return what earlier turns made, nothing when it was made for another decision or taken away."""
        try:
            decided = await self.for_analysis.rights.waited_for(asset.work.asset_id)
        except NotYet as undecided:
            raise Busy(undecided.reason, retry_after=_UNDECIDED_SECONDS) from undecided
        withheld = decided.permission(PURPOSE_ANALYSIS).withheld
        key = str(done.get("sound", ""))
        if key and await self.for_analysis.holds(asset.work, key):
            try:
                sound = await self.sounds.saved(key)
            except NotFound:
                sound = None
            if sound is not None and Passages(tuple(sound.withheld)) == withheld:
                return sound
        return Sound(list(withheld.intervals))

    async def _given_up(self, work: Work, code: str, detail: str) -> Sequence[Outgoing]:
        await self.for_analysis.drop_pieces(work)
        return [audio_given_up(work, code, detail)]

    async def _save(self, asset: AssetIngested, key: str, before: Sound, sound: Sound, save: Save) -> None:
        """Keep the pieces: noted as what analysis gets, held by the asset, named by the job.

        What the turn before saved (`key`) stays for one turn: a worker that dies before the job names the new
        pieces leaves the old ones to the next.
        """
        saved = await self.sounds.save(sound)
        timeline = timeline_value(asset.work.timeline) if asset.work.HasField("timeline") else None
        keys = (saved.key, *sound.temporary, *([key] if key else []), *before.temporary)
        material = sound_pieces_material(asset.work, timeline, sound, keys)
        new = {*keys, *sound.kept} - {*before.temporary, *before.kept}
        await self.for_analysis.note_pieces(material, [ObjectRef(key=key) for key in sorted(new)])
        await save({"sound": saved.key, "seconds": round(max(track.seconds for track in sound.tracks))})

    async def _finish(
        self, asset: AssetIngested, sound: Sound, save: Save, cause: Cause
    ) -> Sequence[Outgoing]:
        async def make(withheld: Passages) -> tuple[AudioExtracted, Sequence[ObjectRef]]:
            if withheld != Passages(tuple(sound.withheld)):
                await save({})
                raise HandOver
            return await self.sounds.finish(asset, sound)

        return await self.for_analysis(asset.work.asset_id, make, cause)

    def gave_up(self, asset: AssetIngested, reason: str) -> Sequence[Outgoing]:
        """Return the fact that leaves when it was tried often enough; `reason` is a sentence."""
        return [audio_given_up(asset.work, "given_up", reason)]

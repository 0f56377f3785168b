"""The sound job of a segment: a segment that is laid in, a part of the recording's rendition kept."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import say
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Busy
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_transcode.domain.recordings import SegmentSound
from framewell_transcode.ports.processors import SegmentProcessor
from framewell_transcode.ports.recordings import RecordingRepository


@dataclass(frozen=True, slots=True)
class ExtractSegmentSound:
    """Take the sound of a segment out for players; analysis listens to the whole, once it is closed.

    Running again makes the same. Sound that cannot be decoded leaves silence. Raises Busy where no media
    may be read, JobCrashed where somebody else ended the child.
    """

    recordings: RecordingRepository
    processor: SegmentProcessor
    references: ObjectReferences

    async def __call__(self, work: Work, sequence: int) -> None:
        state = await self.recordings.get(work.asset_id)
        planned = await self.recordings.planned(work.asset_id, sequence)
        if state is None or planned is None or state.work.generation != work.generation:
            return
        laid = state.layout.laid.get(sequence)
        if laid is None or sequence in state.sounds:
            return
        sound: SegmentSound | None = None
        try:
            sound, made = await self.processor.sound(planned, laid)
            await self.references.hold(work.asset_id, made)
        except (MediaError, JobCrashed) as error:
            if isinstance(error, JobCrashed) and error.interrupted:
                raise
            sound = None
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing
        await self.recordings.add_sound(work, sequence, sound)

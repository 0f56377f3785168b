"""What is made of an asset for analysis alone: frames and scores of a chunk, or sound for speech models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell_kit.rights_decisions import Passages
from framewell_media.timeline import Timeline
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.domain.sound_pieces import Sound

SOUND: Final = "sound"
"""The part that is no chunk."""


@dataclass(frozen=True, slots=True)
class Material:
    """The objects of one part of a generation, and which of its passages they leave out."""

    asset_id: str
    generation: int
    part: str
    """Index of the chunk, or `SOUND`."""
    start_pts: int
    end_pts: int
    withheld: Passages
    keys: tuple[str, ...]

    def oversteps(self, withheld: Passages) -> bool:
        """Return whether it shows anything of these passages."""
        return bool(withheld.within(self.start_pts, self.end_pts) - self.withheld)


def sound_pieces_material(
    work: Work, timeline: Timeline | None, sound: Sound, keys: Sequence[str]
) -> Material:
    """Return what there is of sound under way, its pieces in `keys`; without pictures samples count."""
    start = timeline.start_pts if timeline else 0
    end = timeline.end_pts if timeline else round(max(track.seconds for track in sound.tracks) * SOUND_RATE)
    withheld = Passages.of(sound.withheld).within(start, end)
    return Material(work.asset_id, work.generation, SOUND, start, end, withheld, tuple(sorted(set(keys))))


def material_of(made: ChunkTranscoded | AudioExtracted, withheld: Passages) -> Material:
    """Return what analysis gets of a chunk or the sound that was made without the withheld passages."""
    if isinstance(made, ChunkTranscoded):
        part, start, end = str(made.index), made.span.start_pts, made.span.end_pts
        keys = [made.frames.key, made.shot_scores.key]
    else:
        clock = made.work.timeline
        part, start, end = SOUND, clock.start_pts, clock.start_pts + clock.duration_pts
        keys = [made.speech.key]
    return Material(
        asset_id=made.work.asset_id,
        generation=made.work.generation,
        part=part,
        start_pts=start,
        end_pts=end,
        withheld=withheld.within(start, end),
        keys=tuple(key for key in keys if key),
    )

"""What is made of an asset for analysis alone: frames and scores of a chunk, or sound for speech models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell_kit.rights_decisions import Passages

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

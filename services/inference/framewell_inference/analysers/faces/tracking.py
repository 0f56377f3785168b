"""Faces of one person in one shot, linked from sample to sample.

Samples are half a second apart, so boxes alone do not link; vectors alone confuse look-alikes. A face
joins a track when it overlaps its last box and looks similar, or looks nearly the same wherever it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Float, PixelBox

NEAR_OVERLAP: Final = 0.25
NEAR_DISTANCE: Final = 0.65
SAME_DISTANCE: Final = 0.42
"""Measured on news clips: no two people of a shot were linked, no track was split."""

MOST: Final = 500
"""Tracks of a shot that are remembered, the newest: bounds a stream of pictures that never ends."""


@dataclass(slots=True, eq=False)
class _Track:
    number: int
    shot: int
    box: PixelBox
    vector: Float | None


@dataclass(slots=True)
class FaceTracker:
    """Numbers tracks from 0 in order of appearance. One tracker a chunk; feed frames in order of time."""

    _tracks: list[_Track] = field(default_factory=list)
    _count: int = 0

    def assign(self, shot: int, boxes: Sequence[PixelBox], vectors: Sequence[Float | None]) -> list[int]:
        """Return the track number of each face of one frame; no two faces of a frame share a track."""
        self._tracks = [track for track in self._tracks if track.shot == shot][-MOST:]
        pairs = sorted(
            (cost, face, position)
            for face, (box, vector) in enumerate(zip(boxes, vectors, strict=True))
            for position, track in enumerate(self._tracks)
            if (cost := _cost(track, box, vector)) is not None
        )
        assigned: dict[int, _Track] = {}
        taken: set[int] = set()
        for _, face, position in pairs:
            if face not in assigned and position not in taken:
                assigned[face] = self._tracks[position]
                taken.add(position)
        return [
            self._follow(assigned.get(face), shot, box, vector)
            for face, (box, vector) in enumerate(zip(boxes, vectors, strict=True))
        ]

    def _follow(self, track: _Track | None, shot: int, box: PixelBox, vector: Float | None) -> int:
        if track is None:
            track = _Track(self._count, shot, box, vector)
            self._tracks.append(track)
            self._count += 1
        track.box = box
        track.vector = vector if vector is not None else track.vector
        return track.number


def _cost(track: _Track, box: PixelBox, vector: Float | None) -> float | None:
    """Return how far a face is from a track, None when it does not belong to it."""
    overlap = track.box.overlap(box)
    if vector is None or track.vector is None:
        return 1.0 - overlap if overlap > NEAR_OVERLAP else None
    distance = float(np.linalg.norm(track.vector - vector))
    if distance < SAME_DISTANCE or (overlap > NEAR_OVERLAP and distance < NEAR_DISTANCE):
        return distance
    return None

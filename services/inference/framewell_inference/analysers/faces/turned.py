"""Faces in pictures that lie on their side or stand on their head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from framewell_inference.analysers.faces.detection import DetectedFace, FaceDetector
from framewell_inference.domain.pictures import Float, Frame, Picture, PixelBox

SURE: Final = 0.85
"""Least score of a turned face: looking three times more also finds more of what is none (at most .84)."""

DOUBTED: Final = 0.91
"""Below this best score a frame may be turned: YuNet finds turned faces, too, at .76 to .90, but takes chins
for eyes, and their vectors are a stranger's. Upright again they have .91 to .94."""

BETTER_BY: Final = 0.03
"""By how much a turned picture's best score must be higher, until one of its shot was."""

AGAIN_EVERY: Final = 8
"""Doubted frames from one look at all turns to the next: four seconds."""


@dataclass(slots=True)
class TurnedFaces:
    """Detects faces in pictures as they are, and where these are doubted, in pictures turned upright.

    Looking at every turn costs three times as much, so that is done with the first doubted frame of a shot,
    and with every eighth after it; a turn that was found is kept for the shot.
    """

    detect: FaceDetector
    _shot: int | None = None
    _turn: int = 0
    _doubted: int = 0

    def __call__(self, frames: Sequence[Frame]) -> list[list[DetectedFace]]:
        """Return the faces of each frame; frames come in order of time, in batches of any size."""
        as_it_is = self.detect([frame.picture for frame in frames])
        return [self._upright(frame, faces) for frame, faces in zip(frames, as_it_is, strict=True)]

    def _upright(self, frame: Frame, faces: list[DetectedFace]) -> list[DetectedFace]:
        """Return the faces of a frame in the turn in which they are found best."""
        if frame.shot != self._shot:
            self._shot, self._turn, self._doubted = frame.shot, 0, 0
        if _best(faces) >= DOUBTED:
            return faces
        looks, self._doubted = self._doubted % AGAIN_EVERY == 0, self._doubted + 1
        turns = [self._turn] if self._turn else [1, 2, 3] if looks else []
        better_by = 0 if self._turn else BETTER_BY
        for turn, found in self._at(frame.picture, turns).items():
            if _best(found) >= max(SURE, _best(faces) + better_by):
                self._turn, faces = turn, found
        return faces

    def _at(self, picture: Picture, turns: Sequence[int]) -> dict[int, list[DetectedFace]]:
        """Return the faces of a picture after quarter turns against the clock, in pixels of the picture."""
        if not turns:
            return {}
        turned = [np.ascontiguousarray(np.rot90(picture, turn)) for turn in turns]
        return {
            turn: [turned_back(face, turn, picture) for face in faces]
            for turn, faces in zip(turns, self.detect(turned), strict=True)
        }


def _best(faces: Sequence[DetectedFace]) -> float:
    return max((face.score for face in faces), default=0.0)


def turned_back(face: DetectedFace, turn: int, picture: Picture) -> DetectedFace:
    """Return a face that was found after quarter turns against the clock, in pixels of the picture itself."""
    height, width = picture.shape[:2]
    box = face.box
    corners = _back(np.array([(box.x, box.y), (box.right, box.bottom)], np.float32), turn, width, height)
    (x, y), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    points = _back(face.points, turn, width, height)
    return DetectedFace(PixelBox(x, y, right - x, bottom - y), points, face.score, turn)


def _back(points: Float, turn: int, width: int, height: int) -> Float:
    """Return points [n, 2] of `np.rot90(picture, turn)` in the picture of that width and height."""
    x, y = points[:, 0], points[:, 1]
    places = {1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}
    return np.stack(places[turn], axis=1)

"""Faces in pictures that lie on their side or stand on their head."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
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
        found = self.detect([frame.picture for frame in frames])
        for shot, places in groupby(range(len(frames)), key=lambda at: frames[at].shot):
            if shot != self._shot:
                self._shot, self._turn, self._doubted = shot, 0, 0
            self._look_turned(frames, found, deque(at for at in places if _best(found[at]) < DOUBTED))
        return found

    def _look_turned(
        self, frames: Sequence[Frame], found: list[list[DetectedFace]], doubted: deque[int]
    ) -> None:
        """Put the faces of doubted frames of a shot into `found` by the turn in which they are found best.

        Once the turn of the shot is known, all that is left goes through the network together.
        """
        while doubted and not self._turn:
            at = doubted.popleft()
            if self._doubted % AGAIN_EVERY == 0:
                self._turned(frames, found, [at], turns=(1, 2, 3), better_by=BETTER_BY)
            self._doubted += 1
        if doubted:
            self._turned(frames, found, doubted, turns=(self._turn,), better_by=0)

    def _turned(
        self,
        frames: Sequence[Frame],
        found: list[list[DetectedFace]],
        places: Collection[int],
        *,
        turns: Sequence[int],
        better_by: float,
    ) -> None:
        """Look at frames after quarter turns against the clock, and keep what is found better so."""
        looks = [(at, turn) for at in places for turn in turns]
        turned = [np.ascontiguousarray(np.rot90(frames[at].picture, turn)) for at, turn in looks]
        for (at, turn), faces in zip(looks, self.detect(turned), strict=True):
            if _best(faces) >= max(SURE, _best(found[at]) + better_by):
                self._turn = turn
                found[at] = [turned_back(face, turn, frames[at].picture) for face in faces]


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

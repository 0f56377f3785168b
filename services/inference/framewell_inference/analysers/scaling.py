"""Sizes in which several analysers look at the same picture: scaled once, by whoever comes first."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.step_times import prepares


@prepares
def squares(frames: Sequence[Frame], side: int) -> list[Picture]:
    """Return the pictures of frames scaled to squares, whatever their form, [side, side, 3] each."""
    for frame in frames:
        if side not in frame.squares:
            frame.squares[side] = square(frame.picture, side)
    return [frame.squares[side] for frame in frames]


def square(picture: Picture, side: int) -> Picture:
    """Return a picture scaled to a square, [side, side, 3]."""
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)

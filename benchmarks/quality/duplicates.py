"""Near-duplicates: the same picture after what broadcasting does to it, against other pictures.

The features of the labels' network, scaled to length 1, are compared by their cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import cv2
import numpy as np

from benchmarks.quality.figure import Figure
from benchmarks.quality.pictures import LABELS, analysers, astronaut, film, looked, man_in_car
from benchmarks.quality.text import captioned
from framewell_inference.domain.pictures import Float, Picture

SAME_FROM: Final = 0.65
"""Cosine from which two pictures count as the same; see the figures."""

Change = Callable[[Picture], Picture]


def _jpeg(picture: Picture) -> Picture:
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], 1), np.uint8
    )


def _cropped(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return picture[height // 20 : -height // 20, width // 20 : -width // 20].copy()


def _pillarboxed(picture: Picture) -> Picture:
    border = picture.shape[1] // 12
    return np.asarray(cv2.copyMakeBorder(picture, 0, 0, border, border, cv2.BORDER_CONSTANT), np.uint8)


CHANGES: Final[dict[str, Change]] = {
    "JPEG of quality 20": _jpeg,
    "a quarter of the size": lambda one: np.asarray(cv2.resize(one, None, fx=0.25, fy=0.25), np.uint8),
    "regraded": lambda one: np.clip(one * np.array([0.8, 1.0, 1.15]) + 8, 0, 255).astype(np.uint8),
    "5 % cut off on every side": _cropped,
    "with a lower third": lambda one: captioned(one, "Angela Schmidt", (12, 24, 66)),
    "mirrored": lambda one: one[:, ::-1].copy(),
    "between black pillars": _pillarboxed,
}


def measure() -> Iterator[Figure]:
    """Yield the figures of near-duplicates."""
    street = film("bikes.mp4", every=12)
    pictures = [astronaut(), man_in_car()[0], street[0], street[4], street[8], street[12], street[18]]
    pictures.append(film("big-buck-bunny.mp4", every=60)[1])
    plain = features(pictures)
    between = (plain @ plain.T)[np.triu_indices(len(pictures), 1)]
    yield Figure("highest cosine of two different shots", float(between.max()), len(between))
    yield Figure(
        "pairs of different shots taken for the same",
        float((between >= SAME_FROM).mean()),
        len(between),
        most=0.05,
    )
    for called, change in CHANGES.items():
        same = (features([change(one) for one in pictures]) * plain).sum(axis=1)
        least = None if called in {"mirrored", "between black pillars", "with a lower third"} else 0.85
        yield Figure(f"found again: {called}", float((same >= SAME_FROM).mean()), len(same), least=least)


def features(pictures: list[Picture]) -> Float:
    """Return the features of pictures, each of length 1."""
    found = looked(analysers().pictures[LABELS], pictures)
    assert found.vectors is not None
    return np.asarray(found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True), np.float32)

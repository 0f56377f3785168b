"""Near-duplicates: the same picture after what broadcasting does to it, against other pictures.

The features of the labels' network are compared as `FindSimilar` compares them: by their Euclidean distance.
`material/duplicate_distances.npz` has the distances, since the pictures' terms keep them out of this
repository: `changed`, [changes, pictures], of each of the 326 pictures of `objects` from itself after each
of CHANGES (not a number where a picture is too small for one); `near`, those under 16 of two different
pictures, out of `pairs`. Of one thing taken twice (a pair of stereo pictures, pictures of one film) no pair
is counted. `distances` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from benchmarks.quality.figure import MATERIAL, Figure
from benchmarks.quality.pictures import LABELS, analysers, looked
from benchmarks.quality.text import captioned
from framewell_inference.domain.pictures import Float, Picture
from framewell_models.folders import shipped

MODEL: Final = "labels/efficientnet-lite0"

Change = Callable[[Picture], Picture]


def _jpeg(picture: Picture) -> Picture:
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], 1), np.uint8
    )


def _quarter(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.uint8)


def _cropped(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return picture[height // 20 : -height // 20, width // 20 : -width // 20].copy()


def _pillarboxed(picture: Picture) -> Picture:
    border = picture.shape[1] // 12
    return np.asarray(cv2.copyMakeBorder(picture, 0, 0, border, border, cv2.BORDER_CONSTANT), np.uint8)


CHANGES: Final[dict[str, Change]] = {
    "JPEG of quality 20": _jpeg,
    "a quarter of the size": _quarter,
    "regraded": lambda one: np.clip(one * np.array([0.8, 1.0, 1.15]) + 8, 0, 255).astype(np.uint8),
    "5 % cut off on every side": _cropped,
    "with a lower third": lambda one: captioned(one, "Angela Schmidt", (12, 24, 66)),
    "mirrored": lambda one: one[:, ::-1].copy(),
    "between black pillars": _pillarboxed,
}


def same_within() -> float:
    """Return the distance in force up to which two pictures count as the same."""
    (manifest,) = [one for one in shipped() if one.name == MODEL]
    return manifest.thresholds["same"]


def measure() -> Iterator[Figure]:
    """Yield the figures of near-duplicates."""
    same = same_within()
    with np.load(MATERIAL / "duplicate_distances.npz", allow_pickle=False) as stored:
        changed, near, pairs = stored["changed"], stored["near"], int(stored["pairs"])
    yield Figure(
        "pairs of different pictures taken for the same, of 10,000",
        float((near < same).sum()) / pairs * 10_000,
        unit="pairs",
        most=10,
    )
    yield Figure("least distance of two different pictures", float(near.min()), unit="units")
    for called, distances in zip(CHANGES, changed, strict=True):
        told = distances[np.isfinite(distances)]
        yield Figure(f"found again: {called}", float((told < same).mean()), len(told), least=0.9)


def distances(pictures: Sequence[Picture], change: str) -> Float:
    """Return how far each picture is from itself after a change."""
    before, after = features(pictures), features([CHANGES[change](one) for one in pictures])
    return np.asarray(np.linalg.norm(before - after, axis=1), np.float32)


def features(pictures: Sequence[Picture]) -> Float:
    """Return the features of pictures."""
    found = looked(analysers().pictures[LABELS], pictures)
    assert found.vectors is not None
    return found.vectors

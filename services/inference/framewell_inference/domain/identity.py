"""Who a face track is, by an identity model: one rule for new chunks, re-labelling and requests.

An identity model gives the distance of a face to each class it knows (smaller is nearer, in the raw
space of one embedding). One face is noise; a track is decided over its faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from framewell_inference.domain.pictures import Float
from framewell_models.manifest import Manifest, ManifestError

IDENTITY_PREFIX: Final = "identity/"
"""Names of identity models begin with this."""

USABLE_SIDE: Final = 40.0
"""Below this many pixels a face's own distance misleads (74 % right at 24 pixels, 91 % from 40 on); smaller
faces of a track count only when it has no larger ones."""

Verdict = Literal["known", "review", "unknown"]


@dataclass(frozen=True, slots=True)
class IdentityThresholds:
    """In the model's own units. At `hit` or nearer a face is named; up to `review` a person is asked.

    The nearest class must also be nearer than the second by `margin`.
    """

    hit: float
    review: float
    margin: float = 0.0

    @staticmethod
    def of(manifest: Manifest) -> IdentityThresholds:
        """Return those of a manifest. Raises ManifestError for a missing one or a contradiction."""
        try:
            hit, review = manifest.thresholds["hit"], manifest.thresholds["review"]
        except KeyError as missing:
            raise ManifestError(
                f"{manifest.ref}: an identity model needs the threshold {missing}"
            ) from missing
        if not 0 < hit <= review:
            raise ManifestError(
                f"{manifest.ref}: thresholds must obey 0 < hit <= review, got {hit}, {review}"
            )
        return IdentityThresholds(hit, review, manifest.thresholds.get("margin", 0.0))


@dataclass(frozen=True, slots=True)
class Identity:
    """The decision about a track.

    `class_id` is set for `known` alone; `nearest` is the nearest class whatever the verdict, so that a
    person can be asked about it.
    """

    verdict: Verdict
    class_id: str | None
    nearest: str | None
    distance: float
    score: float

    @property
    def classes(self) -> frozenset[str]:
        """Return every class that it names."""
        return frozenset(one for one in (self.class_id, self.nearest) if one)

    def is_taken_for(self, class_id: str) -> bool:
        """Return whether the track is known as one of a class, or a person is asked whether it is."""
        return class_id in (self.class_id, self.nearest if self.verdict == "review" else None)


NOBODY: Final = Identity("unknown", None, None, 0.0, 0.0)
"""A track without a usable vector, or a model without classes."""


def identify(
    distances: Float, sides: Sequence[float], classes: Sequence[str], thresholds: IdentityThresholds
) -> Identity:
    """Return the decision about a track.

    `distances` are those of its faces, [faces, classes]; `sides` are the faces' shorter sides in pixels.
    """
    if not distances.size or not np.isfinite(distances).all():  # of vectors that were erased meanwhile
        return NOBODY
    large = [index for index, side in enumerate(sides) if side >= USABLE_SIDE]
    chosen = distances[large] if large else distances
    per_class = np.median(chosen, axis=0)
    order = np.argsort(per_class, kind="stable")
    nearest, distance = classes[int(order[0])], float(per_class[order[0]])
    clear = len(order) < 2 or float(per_class[order[1]]) - distance >= thresholds.margin
    score = score_of(distance, thresholds.hit)
    if distance <= thresholds.hit and clear:
        return Identity("known", nearest, nearest, distance, score)
    verdict: Verdict = "review" if distance <= thresholds.review else "unknown"
    return Identity(verdict, None, nearest, distance, score)


def score_of(distance: float, hit: float) -> float:
    """Return 1 at distance 0, 0.5 at the threshold, 0 from twice the threshold on."""
    return max(0.0, 1.0 - distance / (2 * hit))

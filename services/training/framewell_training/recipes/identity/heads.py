"""Heads: from a face's embedding to a distance per class, smaller is nearer.

These are the reference in numpy: what is measured, and what the exported graph of each is compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from framewell_training.domain.faces import Vectors

Distances = NDArray[np.float32]
"""float32 [faces, classes]."""


class HeadKind(StrEnum):
    """Names under which heads are stored and listed in model cards."""

    CENTROID = "centroid"
    CORRECTED = "corrected"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """At `hit` or nearer a face is named, up to `review` it is a question, else unknown.

    The nearest class must also be nearer than the second by `margin`. It is the rule by which inference
    decides (`framewell_inference.domain.identity`).
    """

    hit: float
    review: float
    margin: float = 0.0

    @property
    def usable(self) -> bool:
        """Return whether a model can be served with them."""
        ordered = 0 < self.hit <= self.review and self.margin >= 0
        return ordered and isfinite(self.review) and isfinite(self.margin)


@dataclass(frozen=True, slots=True, eq=False)
class CentroidHead:
    """Euclidean distance to the mean photo of each class."""

    centroids: Vectors
    kind = HeadKind.CENTROID

    def distances(self, vectors: Vectors) -> Distances:
        return euclidean(vectors, self.centroids).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedHead:
    """Distance to the centroid less half the mean distance to the nearest background faces.

    A face that looks like nobody in particular is near to everyone; taking off how near it is to
    background faces puts all faces on one scale (cohort normalisation, as in speaker verification). Weight
    and neighbours are measured on 46 photos of 28 people. The offset keeps distances above zero,
    where a score can be read from them.
    """

    centroids: Vectors
    background: Vectors
    weight: float = 0.5
    neighbours: int = 5
    offset: float = 0.5
    kind = HeadKind.CORRECTED

    def distances(self, vectors: Vectors) -> Distances:
        nearest = np.sort(euclidean(vectors, self.background), axis=1)[:, : self.neighbours]
        shift = self.offset - self.weight * nearest.mean(axis=1, keepdims=True)
        corrected = np.maximum(euclidean(vectors, self.centroids) + shift, 0.0)
        distances: Distances = corrected.astype(np.float32)
        return distances


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """One logistic regression per class, against everybody else; its distance is -log(probability)."""

    weights: Vectors
    """float32 [classes, dimensions]."""
    biases: Vectors
    """float32 [classes]."""
    kind = HeadKind.LINEAR

    def distances(self, vectors: Vectors) -> Distances:
        logits = vectors.astype(np.float64) @ self.weights.T.astype(np.float64) + self.biases
        return np.logaddexp(0.0, -logits).astype(np.float32)


Head = CentroidHead | CorrectedHead | LinearHead


def named(distances: Distances, thresholds: Thresholds) -> NDArray[np.int64]:
    """Return for each face the column of the class whose name it is given, -1 for none."""
    if not distances.shape[1]:
        return np.full(len(distances), -1, dtype=np.int64)
    columns = distances.argmin(axis=1)
    nearest = np.sort(distances, axis=1)[:, :2]
    given = nearest[:, 0] <= thresholds.hit
    if nearest.shape[1] > 1:
        given &= nearest[:, 1] - nearest[:, 0] >= thresholds.margin
    return np.where(given, columns, -1)


def euclidean(left: Vectors, right: Vectors) -> NDArray[np.float64]:
    """Return distances [rows of left, rows of right] in double precision.

    The expanded square is fast but cancels near zero; in float32 that error reaches 1e-3 there.
    """
    a, b = left.astype(np.float64), right.astype(np.float64)
    squared = (a * a).sum(axis=1)[:, None] - 2.0 * (a @ b.T) + (b * b).sum(axis=1)[None, :]
    distances: NDArray[np.float64] = np.sqrt(np.maximum(squared, 0.0))
    return distances

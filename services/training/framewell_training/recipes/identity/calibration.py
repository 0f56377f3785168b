"""Thresholds: below `hit` a face is named, below `review` a person is asked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from framewell_training.domain.faces import BackgroundFaces, Photos
from framewell_training.recipes.identity.gallery import (
    LEAST_HIT,
    MARGIN,
    RAW,
    REVIEW_SHARE,
    Gallery,
    StrangerDistances,
)
from framewell_training.recipes.identity.heads import (
    CentroidHead,
    CorrectedHead,
    Distances,
    Thresholds,
)

CORRECTED_HIT = 0.73
"""Loosest hit threshold of the corrected distance (0.23 and its offset): .13 % wrong names and 1 % false
ones, on 28 people."""

Seen = tuple[StrangerDistances, ...]
"""What is known of strangers in one scale."""


def make_centroids(photos: Photos, classes: tuple[str, ...]) -> CentroidHead:
    """Return the mean photo of each class, in the order of `classes`; each must have a photo."""
    columns = photos.columns(classes)
    means = [photos.vectors[columns == column].mean(axis=0) for column in range(len(classes))]
    return CentroidHead(np.stack(means).astype(np.float32))


def calibrate_centroids(
    head: CentroidHead,
    classes: tuple[str, ...],
    photos: Photos,
    background: BackgroundFaces,
    default: Thresholds,
    *,
    enough: int,
    false_names: float,
) -> Thresholds:
    """Return the default thresholds, tightened where enough unknown faces show that they are too loose.

    `hit` is held against `photos` as strangers to all of the head's `classes` but their own. `review` is held
    against the background. Neither is ever loosened: a dataset's own background faces are few.
    """
    hit, review = default.hit, default.review
    distances = head.distances(photos.vectors) if len(photos) else np.zeros((0, 0), dtype=np.float32)
    others = nearest_other(distances, photos.columns(classes))
    if len(others) >= enough:
        hit = min(hit, float(np.quantile(others, false_names)))
    if len(background) >= enough:
        review = min(review, float(np.quantile(head.distances(background.vectors).min(axis=1), REVIEW_SHARE)))
    return Thresholds(hit, max(hit, review))


def calibrate_score(background: Distances, *, false_names: float) -> Thresholds:
    """Return thresholds of a head whose scale means nothing by itself, from background faces kept for it.

    `background` must not be empty: [background, classes].
    """
    nearest = background.min(axis=1)
    hit = max(LEAST_HIT, float(np.quantile(nearest, false_names, method="lower")))
    review = float(np.quantile(nearest, REVIEW_SHARE, method="lower"))
    return Thresholds(hit, max(hit, review))


def calibrate_corrected(
    head: CorrectedHead, background: BackgroundFaces, *, false_names: float
) -> Thresholds:
    """Return thresholds calibrated like those of every score, never looser than the measured default."""
    found = calibrate_score(head.distances(background.vectors), false_names=false_names)
    hit = min(found.hit, CORRECTED_HIT)
    return Thresholds(hit, max(hit, found.review))


def nearest_other(distances: Distances, columns: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return each row's distance to the nearest class that is not its own; rows without any are left out.

    Seen this way every labelled photo is certainly unknown to all classes but one.
    """
    if distances.shape[0] == 0 or distances.shape[1] < 1:
        return np.zeros(0, dtype=np.float32)
    foreign = distances.copy()
    own = columns >= 0
    foreign[np.flatnonzero(own), columns[own]] = np.inf
    nearest: NDArray[np.float32] = foreign.min(axis=1)
    finite: NDArray[np.float32] = nearest[np.isfinite(nearest)]
    return finite


def strangers_to_centroids(head: CentroidHead, unknown: BackgroundFaces, *, enough: int) -> Seen:
    """Return how near strangers come to one person: as measured beforehand, and by enough unknown faces."""
    if len(unknown) < enough:
        return (RAW,)
    return RAW, StrangerDistances.of(head.distances(unknown.vectors))


def for_gallery(found: Thresholds, gallery: Gallery) -> Thresholds:
    """Return thresholds of a head that measures in distances, tightened to the size of its gallery."""
    hit, review = gallery.bounds
    return _tightened(found, hit, review, MARGIN if gallery.people > 1 else 0.0)


def for_gallery_by_logits(found: Thresholds, gallery: Gallery) -> Thresholds:
    """Return thresholds of a head that measures in -log(probability), tightened to the size of its gallery.

    `gallery` speaks of the logits behind them, in which strangers are about normal. No margin is known there.
    """
    hit, review = from_logits(np.array(gallery.bounds)).tolist()
    return _tightened(found, hit, review, 0.0)


def _tightened(found: Thresholds, hit: float, review: float, margin: float) -> Thresholds:
    nearer = max(LEAST_HIT, min(found.hit, hit))
    return Thresholds(nearer, max(nearer, min(found.review, review)), margin)


def to_logits(distances: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the logit that says "somebody else" behind each -log(probability)."""
    exact = np.maximum(distances.astype(np.float64), 1e-300)
    return np.where(exact > 30, exact, np.log(np.expm1(np.minimum(exact, 30))))


def from_logits(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return -log(probability) of each such logit."""
    return np.logaddexp(0.0, logits.astype(np.float64))

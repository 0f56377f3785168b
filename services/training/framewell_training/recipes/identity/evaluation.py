"""Measuring a way of making heads on photos and background faces it has not learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Photos
from framewell_training.domain.figures import Figures
from framewell_training.recipes.identity.calibration import nearest_other
from framewell_training.recipes.identity.folds import Fold, not_evaluated
from framewell_training.recipes.identity.heads import Head, Thresholds


@dataclass(frozen=True, slots=True, eq=False)
class FoldHead:
    """The head a method made in one fold, its thresholds, and its columns."""

    head: Head
    thresholds: Thresholds
    classes: tuple[str, ...]


def measure(
    photos: Photos, background: BackgroundFaces, folds: Sequence[Fold], heads: Sequence[FoldHead]
) -> Figures:
    """Return the figures of a method from its head in each fold.

    An unknown face is a face of nobody known (the fold's share of them) or a held-out photo shown to a model
    that does not know its person: its own column is not looked at. A class that a head does not have
    cannot be found by it and does not count as tried.
    """
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    misnamed = shown = named = 0
    for fold, made in zip(folds, heads, strict=True):
        rows = np.flatnonzero(fold.judge)
        columns = photos.columns(made.classes)[rows]
        distances = made.head.distances(photos.vectors[rows])
        nearest, hit = distances.argmin(axis=1), distances.min(axis=1) < made.thresholds.hit
        for row, column, place, is_hit in zip(rows, columns, nearest, hit, strict=True):
            if column < 0:
                continue
            tried[photos.class_ids[row]] += 1
            found[photos.class_ids[row]] += int(is_hit and place == column)
            misnamed += int(is_hit and place != column)
        others = nearest_other(distances, columns)
        unknown = background.vectors[fold.background_judge] if len(background) else background.vectors
        foreign = made.head.distances(unknown).min(axis=1) if len(unknown) else np.zeros(0)
        shown += len(others) + len(foreign)
        named += int((others < made.thresholds.hit).sum() + (foreign < made.thresholds.hit).sum())
    return Figures(
        tried=dict(tried),
        found=dict(found),
        misnamed=misnamed,
        unknown_faces=shown,
        named_unknown_faces=named,
        not_evaluated=not_evaluated(photos, folds),
    )

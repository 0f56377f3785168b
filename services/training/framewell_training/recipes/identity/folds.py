"""Held-out splits: known classes by programme, background faces by person.

Faces of one programme share light, make-up and camera, so a photo proves something only about a model
that saw none of its class from the same programme. Nothing is random: the same snapshot gives the same
folds, whatever order its rows come in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos

FOLDS = 3
"""One fold per role of background faces (learn, calibrate, judge): each part plays each role."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """What one fold learns from and judges on; masks over photos and over background faces."""

    learn: Mask
    judge: Mask
    background_learn: Mask
    background_calibrate: Mask
    background_judge: Mask


def make_folds(photos: Photos, background: BackgroundFaces) -> tuple[Fold, ...]:
    """Three folds. A photo is judged in at most one of them, and only if its class is learned there.

    Rows that a dataset reserves for judging (not `learned`) are judged in the first fold.
    """
    photo_fold = _fold_of_photos(photos)
    part = np.array([_hash(face) % FOLDS for face in background.faces], dtype=np.int64)
    return tuple(_fold(photos, photo_fold, part, index) for index in range(FOLDS))


def not_evaluated(photos: Photos, folds: Sequence[Fold]) -> tuple[str, ...]:
    """Return classes no fold judges: seen in one programme only."""
    judged = {photos.class_ids[row] for fold in folds for row in np.flatnonzero(fold.judge)}
    return tuple(class_id for class_id in photos.classes if class_id not in judged)


def _fold(photos: Photos, photo_fold: np.ndarray, part: np.ndarray, index: int) -> Fold:
    learn = photos.learned & (photo_fold != index)
    known = {photos.class_ids[row] for row in np.flatnonzero(learn)}
    judge = (photo_fold == index) & np.array([name in known for name in photos.class_ids], dtype=np.bool_)
    return Fold(
        learn=learn,
        judge=judge,
        background_learn=part == index,
        background_calibrate=part == (index + 1) % FOLDS,
        background_judge=part == (index + 2) % FOLDS,
    )


def _fold_of_photos(photos: Photos) -> np.ndarray:
    """Return for each photo the fold that judges it, -1 for none: programmes of a class dealt out in turn."""
    programmes: dict[str, list[str]] = {}
    for class_id, programme, learned in zip(photos.class_ids, photos.programmes, photos.learned, strict=True):
        if learned and programme not in programmes.setdefault(class_id, []):
            programmes[class_id].append(programme)
    dealt = {
        (class_id, programme): place % FOLDS
        for class_id, seen in programmes.items()
        if len(seen) > 1
        for place, programme in enumerate(sorted(seen))
    }
    return np.array(
        [
            dealt.get((class_id, programme), -1) if learned else 0
            for class_id, programme, learned in zip(
                photos.class_ids, photos.programmes, photos.learned, strict=True
            )
        ],
        dtype=np.int64,
    )


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

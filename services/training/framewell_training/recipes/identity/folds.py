"""Held-out splits: known classes by programme, strangers by person.

Faces of one programme share light, make-up and camera, so a photo proves something only about a model
that saw none of its class from the same programme, and no copy of the photo itself. Nothing is random: the
same snapshot gives the same folds, whatever order its rows come in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos
from framewell_training.recipes.identity.calibration import make_centroids
from framewell_training.recipes.identity.people import copies, in_doubt, likely_members, people

FOLDS = 3
"""One fold per role of strangers (learn, calibrate, judge): each part of them plays each role."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """What one fold learns from, sets its thresholds on and judges on; no person and photo is in two of them.

    Masks over photos and over background faces.
    """

    learn: Mask
    calibrate: Mask
    """Learned photos that may set thresholds, shown as strangers: their people are not judged as such."""
    judge: Mask
    strangers: Mask
    """Photos that are judged as strangers: each shown to the head without its own class."""
    background_learn: Mask
    background_calibrate: Mask
    background_judge: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """The folds of a snapshot, and who its unnamed faces are."""

    folds: tuple[Fold, ...]
    people: NDArray[np.int64]
    """[background]: the number of the person whom each unnamed face shows."""
    doubtful: Mask
    """[background]: faces that may be somebody accepted who appears again; judged in no fold."""
    usable: Mask
    """[background]: faces that may be learned and calibrated from: near to no class."""

    @property
    def people_in_doubt(self) -> int:
        return len(set(self.people[self.doubtful].tolist()))

    def not_evaluated(self, photos: Photos) -> tuple[str, ...]:
        """Return classes that no fold judges: seen in one programme only, or in copies of one shot."""
        judged = {photos.class_ids[row] for fold in self.folds for row in np.flatnonzero(fold.judge)}
        return tuple(class_id for class_id in photos.classes if class_id not in judged)


def make_splits(photos: Photos, background: BackgroundFaces) -> Splits:
    """Return three folds. A photo is judged in at most one of them, and only if its class is learned there.

    Rows that a dataset reserves for judging (not `learned`) are judged in the first fold. Unnamed people are
    dealt out by person, and so are the people of classes, who are strangers to all classes but their own.
    `photos` must hold one that is learned.
    """
    known = photos.keep(photos.learned)
    person = people(background)
    doubtful = in_doubt(photos, background, person)
    usable = ~likely_members(background, make_centroids(known, known.classes).centroids)
    photo_fold = _fold_of_photos(photos)
    stranger_part = np.array([_part(name) for name in photos.class_ids], dtype=np.int64)
    part = np.array([_part(background.faces[row]) for row in person], dtype=np.int64)

    def fold(index: int) -> Fold:
        learn = photos.learned & (photo_fold != index)
        classes = {photos.class_ids[row] for row in np.flatnonzero(learn)}
        judge = (photo_fold == index) & np.array([one in classes for one in photos.class_ids], dtype=np.bool_)
        return Fold(
            learn=learn,
            calibrate=learn & (stranger_part != index),
            judge=judge & ~copies(photos, judge, learn),
            strangers=stranger_part == index,
            background_learn=usable & (part == (index + 1) % FOLDS),
            background_calibrate=usable & (part == (index + 2) % FOLDS),
            background_judge=~doubtful & (part == index),
        )

    return Splits(tuple(fold(index) for index in range(FOLDS)), person, doubtful, usable)


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


def _part(name: str) -> int:
    """Return the part of the folds that a name belongs to, the same at every time and on every machine."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % FOLDS

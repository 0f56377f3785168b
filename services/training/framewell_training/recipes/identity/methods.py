"""Ways of making a head from photos and background faces: the centroid, and what may challenge it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Photos
from framewell_training.recipes.identity.calibration import (
    calibrate_centroids,
    calibrate_corrected,
    calibrate_score,
    for_gallery,
    for_gallery_by_logits,
    make_centroids,
    strangers_to_centroids,
    to_logits,
)
from framewell_training.recipes.identity.evaluation import FoldHead
from framewell_training.recipes.identity.folds import Splits
from framewell_training.recipes.identity.gallery import FALSE_NAMES, NO_GALLERY, Gallery, StrangerDistances
from framewell_training.recipes.identity.heads import CorrectedHead, HeadKind, LinearHead, Thresholds
from framewell_training.recipes.identity.linear import LinearProblem, LinearTrainer

MOST_BACKGROUND = 512
"""Background faces that a corrected head carries at most; more change its distances by less than 0.01."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a method made: its head in every fold, to be measured, and the head on everything, to be used."""

    folds: tuple[FoldHead, ...]
    final: FoldHead
    gallery: Gallery = NO_GALLERY
    """What the thresholds are set for, in the head's own scale."""


class Method(Protocol):
    """Makes heads; the same input gives the same heads.

    In every fold head and thresholds come from what that fold learns and calibrates on alone. The final
    thresholds are the middle of the folds', which were judged; never such as were set on everything.
    """

    @property
    def kind(self) -> HeadKind: ...

    def make(self, photos: Photos, background: BackgroundFaces, splits: Splits) -> Made: ...


@dataclass(frozen=True, slots=True)
class CentroidMethod:
    """The mean photo of each class; thresholds as set, tightened by at least `enough` unknown faces."""

    default: Thresholds
    enough: int
    false_names: float
    gallery_false_names: float = FALSE_NAMES
    kind: HeadKind = HeadKind.CENTROID

    def make(self, photos: Photos, background: BackgroundFaces, splits: Splits) -> Made:
        made = []
        people, strangers = len(photos.keep(photos.learned).classes), dict[StrangerDistances, None]()
        for fold in splits.folds:
            known = photos.keep(fold.learn)
            head = make_centroids(known, known.classes)
            # A centroid learns nothing from background faces: all that are not judged may calibrate it.
            unknown = background.keep(fold.background_learn | fold.background_calibrate)
            thresholds = calibrate_centroids(
                head,
                known.classes,
                photos.keep(fold.calibrate),
                unknown,
                self.default,
                enough=self.enough,
                false_names=self.false_names,
            )
            seen = strangers_to_centroids(head, unknown, enough=self.enough)
            strangers |= dict.fromkeys(seen)
            gallery = Gallery(people, self.gallery_false_names, seen)
            made.append(FoldHead(head, for_gallery(thresholds, gallery), known.classes))
        known = photos.keep(photos.learned)
        final = FoldHead(make_centroids(known, known.classes), _middle(made), known.classes)
        return Made(tuple(made), final, Gallery(people, self.gallery_false_names, tuple(strangers)))


@dataclass(frozen=True, slots=True)
class CorrectedMethod:
    """The centroid corrected by how near a face is to background faces. Needs some in every part."""

    false_names: float
    gallery_false_names: float = FALSE_NAMES
    kind: HeadKind = HeadKind.CORRECTED

    def make(self, photos: Photos, background: BackgroundFaces, splits: Splits) -> Made:
        made = []
        people, strangers = len(photos.keep(photos.learned).classes), dict[StrangerDistances, None]()
        for fold in splits.folds:
            head, classes = _corrected(photos.keep(fold.learn), background.keep(fold.background_learn))
            unknown = background.keep(fold.background_calibrate)
            thresholds = calibrate_corrected(head, unknown, false_names=self.false_names)
            seen = (StrangerDistances.of(head.distances(unknown.vectors)),)
            strangers |= dict.fromkeys(seen)
            gallery = Gallery(people, self.gallery_false_names, seen)
            made.append(FoldHead(head, for_gallery(thresholds, gallery), classes))
        head, classes = _corrected(photos.keep(photos.learned), background.keep(splits.usable))
        gallery = Gallery(people, self.gallery_false_names, tuple(strangers))
        return Made(tuple(made), FoldHead(head, _middle(made), classes), gallery)


@dataclass(frozen=True, slots=True)
class LinearMethod:
    """A trained head: one logistic regression a class, against everybody else and background faces.

    All folds and the final head are trained side by side, so one checkpoint holds them all.
    """

    trainer: LinearTrainer
    false_names: float
    gallery_false_names: float = FALSE_NAMES
    kind: HeadKind = HeadKind.LINEAR

    def make(self, photos: Photos, background: BackgroundFaces, splits: Splits) -> Made:
        problem = self._problem(photos, background, splits)
        heads = self.trainer.train(problem)
        made = []
        people, strangers = len(problem.classes), dict[StrangerDistances, None]()
        for fold, head in zip(splits.folds, heads, strict=False):
            classes = photos.keep(fold.learn).classes
            known = _columns_of(head, problem.classes, classes)
            unknown = background.vectors[fold.background_calibrate]
            distances = known.distances(unknown)
            thresholds = calibrate_score(distances, false_names=self.false_names)
            seen = (StrangerDistances.of(to_logits(distances)),)
            strangers |= dict.fromkeys(seen)
            gallery = Gallery(people, self.gallery_false_names, seen)
            made.append(FoldHead(known, for_gallery_by_logits(thresholds, gallery), classes))
        gallery = Gallery(people, self.gallery_false_names, tuple(strangers))
        return Made(tuple(made), FoldHead(heads[-1], _middle(made), problem.classes), gallery)

    @staticmethod
    def _problem(photos: Photos, background: BackgroundFaces, splits: Splits) -> LinearProblem:
        classes = photos.classes
        fits = [np.concatenate([fold.learn, fold.background_learn]) for fold in splits.folds]
        fits.append(np.concatenate([photos.learned, splits.usable]))
        return LinearProblem(
            vectors=np.concatenate([photos.vectors, background.vectors]),
            columns=np.concatenate([photos.columns(classes), np.full(len(background), -1, dtype=np.int64)]),
            fits=np.stack(fits),
            classes=classes,
        )


def _corrected(known: Photos, background: BackgroundFaces) -> tuple[CorrectedHead, tuple[str, ...]]:
    classes = known.classes
    cohort = background.vectors[:MOST_BACKGROUND]
    return CorrectedHead(make_centroids(known, classes).centroids, cohort), classes


def _columns_of(head: LinearHead, classes: tuple[str, ...], wanted: tuple[str, ...]) -> LinearHead:
    columns = [classes.index(class_id) for class_id in wanted]
    return LinearHead(head.weights[columns], head.biases[columns])


def _middle(made: Sequence[FoldHead]) -> Thresholds:
    """Return the middle of the folds' thresholds: each was judged on people whom it had not seen."""
    return Thresholds(
        median(one.thresholds.hit for one in made),
        median(one.thresholds.review for one in made),
        median(one.thresholds.margin for one in made),
    )

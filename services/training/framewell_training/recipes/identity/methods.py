"""Ways of making a head from photos and background faces: the centroid, and what may challenge it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos
from framewell_training.recipes.identity.calibration import (
    calibrate_centroids,
    calibrate_corrected,
    calibrate_score,
    make_centroids,
)
from framewell_training.recipes.identity.evaluation import FoldHead
from framewell_training.recipes.identity.folds import Fold
from framewell_training.recipes.identity.heads import (
    CorrectedHead,
    HeadKind,
    LinearHead,
    Thresholds,
)
from framewell_training.recipes.identity.linear import LinearProblem, LinearTrainer

MOST_BACKGROUND = 512
"""Background faces that a corrected head carries at most; more change its distances by less than 0.01."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a method made: its head in every fold, to be measured, and the head on everything, to be used."""

    folds: tuple[FoldHead, ...]
    final: FoldHead


class Method(Protocol):
    """Makes heads. Only photos in `usable` are learned from; the same input gives the same heads."""

    @property
    def kind(self) -> HeadKind: ...

    def make(
        self, photos: Photos, usable: Mask, background: BackgroundFaces, folds: Sequence[Fold]
    ) -> Made: ...


@dataclass(frozen=True, slots=True)
class CentroidMethod:
    """The mean photo of each class; thresholds as set, tightened by at least `enough` unknown faces."""

    default: Thresholds
    enough: int
    false_names: float
    kind: HeadKind = HeadKind.CENTROID

    def make(self, photos: Photos, usable: Mask, background: BackgroundFaces, folds: Sequence[Fold]) -> Made:
        # A centroid learns nothing from background faces, so all but those it is judged on may calibrate it.
        parts = [(fold.learn & usable, background.keep(~fold.background_judge)) for fold in folds]
        made = [self._one(photos, learn, unknown) for learn, unknown in parts]
        return Made(tuple(made), self._one(photos, photos.learned & usable, background))

    def _one(self, photos: Photos, learn: Mask, background: BackgroundFaces) -> FoldHead:
        known = photos.keep(learn)
        head = make_centroids(known, known.classes)
        thresholds = calibrate_centroids(
            head, known, background, self.default, enough=self.enough, false_names=self.false_names
        )
        return FoldHead(head, thresholds, known.classes)


@dataclass(frozen=True, slots=True)
class CorrectedMethod:
    """The centroid corrected by how near a face is to background faces. Needs some in every part."""

    false_names: float
    kind: HeadKind = HeadKind.CORRECTED

    def make(self, photos: Photos, usable: Mask, background: BackgroundFaces, folds: Sequence[Fold]) -> Made:
        made = []
        for fold in folds:
            head, classes = _corrected(
                photos.keep(fold.learn & usable), background.keep(fold.background_learn)
            )
            unknown = background.keep(fold.background_calibrate)
            thresholds = calibrate_corrected(head, unknown, false_names=self.false_names)
            made.append(FoldHead(head, thresholds, classes))
        head, classes = _corrected(photos.keep(photos.learned & usable), background)
        return Made(tuple(made), FoldHead(head, _middle(made), classes))


@dataclass(frozen=True, slots=True)
class LinearMethod:
    """A trained head: one logistic regression a class, against everybody else and background faces.

    All folds and the final head are trained side by side, so one checkpoint holds them all.
    """

    trainer: LinearTrainer
    false_names: float
    kind: HeadKind = HeadKind.LINEAR

    def make(self, photos: Photos, usable: Mask, background: BackgroundFaces, folds: Sequence[Fold]) -> Made:
        learned = photos.learned & usable
        problem = self._problem(photos, learned, background, folds)
        heads = self.trainer.train(problem)
        made = []
        for fold, head in zip(folds, heads, strict=False):
            classes = photos.keep(fold.learn & usable).classes
            known = _columns_of(head, problem.classes, classes)
            unknown = background.vectors[fold.background_calibrate]
            thresholds = calibrate_score(known.distances(unknown), false_names=self.false_names)
            made.append(FoldHead(known, thresholds, classes))
        return Made(tuple(made), FoldHead(heads[-1], _middle(made), problem.classes))

    @staticmethod
    def _problem(
        photos: Photos, learned: Mask, background: BackgroundFaces, folds: Sequence[Fold]
    ) -> LinearProblem:
        classes = photos.keep(learned).classes
        fits = [np.concatenate([fold.learn & learned, fold.background_learn]) for fold in folds]
        fits.append(np.concatenate([learned, np.ones(len(background), dtype=np.bool_)]))
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
    """Return the middle of the folds' thresholds: the final head has no faces left to calibrate on."""
    return Thresholds(
        median(one.thresholds.hit for one in made), median(one.thresholds.review for one in made)
    )

"""Recipe `identity`: learn who is who from a snapshot, and judge what was learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from framewell_training.domain.faces import BackgroundFaces, Mask, Photos
from framewell_training.domain.figures import NOTHING_MEASURED, Figures
from framewell_training.domain.promotion import (
    Judged,
    Judgement,
    Limits,
    PromotionCheck,
    Verdict,
    judge,
    judge_challenger,
)
from framewell_training.recipes.identity.calibration import make_centroids, without_likely_members
from framewell_training.recipes.identity.evaluation import measure
from framewell_training.recipes.identity.folds import FOLDS, Fold, make_folds
from framewell_training.recipes.identity.heads import Head, HeadKind, Thresholds
from framewell_training.recipes.identity.linear import Checkpoints, LinearTrainer, NoCheckpoints
from framewell_training.recipes.identity.methods import (
    CentroidMethod,
    CorrectedMethod,
    LinearMethod,
    Made,
    Method,
)
from framewell_training.recipes.identity.parameters import IdentityParameters

NAME = "identity"

LEAST_BACKGROUND = 10
"""Other faces that a corrected score needs; below that the few it has say more than all the others."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A snapshot as this recipe reads it."""

    snapshot_number: int
    photos: Photos
    background: BackgroundFaces


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The model in service: how it was made and from which samples, so that it can be made again without
    the photos it is to be judged on."""

    version: str
    kind: HeadKind
    classes: tuple[str, ...]
    sample_ids: tuple[str, ...]
    snapshot_number: int
    withdrawn: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A head with everything a model folder says about it, before it is a graph."""

    kind: HeadKind
    head: Head
    thresholds: Thresholds
    classes: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What a step learned and how the promotion policy judged it. No draft when no challenger won."""

    draft: Draft | None
    judgement: Judgement


TrainerFactory = Callable[[IdentityParameters, int, Checkpoints], LinearTrainer]
"""(parameters, seed, where to leave checkpoints) to a trainer."""


@dataclass(frozen=True, slots=True)
class IdentityRecipe:
    """Centroids at once; the corrected score and a trained head where they earn their place.

    Everything here blocks and computes; nothing reads or writes.
    """

    limits: Limits
    enough_to_calibrate: int
    trainers: TrainerFactory

    def learn_centroids(
        self, material: Material, parameters: IdentityParameters, seed: int, incumbent: Incumbent | None
    ) -> Learned:
        """Version n.0. One photo of one class is enough. `material` must hold at least that."""
        bench = self._bench(material, parameters)
        candidate = self._try(bench, self._centroid(parameters))
        reference = self._reference(bench, parameters, seed, incumbent)
        return Learned(candidate, judge(_judged("this one", candidate, material), reference, self.limits))

    def why_not_challenge(self, material: Material, parameters: IdentityParameters) -> str:
        """Why no challenger is worth training on this snapshot; empty when one is."""
        if not parameters.challengers:
            return "No challenger was asked for."
        bench = self._bench(material, parameters)
        judged = sum(int(fold.judge.sum()) for fold in bench.folds)
        if judged < self.limits.evidence:
            return (
                f"{judged} photos can be held out by programme, {self.limits.evidence} are needed:"
                " a challenger could not be told from chance, so none was trained."
            )
        parts = [int(fold.background_learn.sum()) for fold in bench.folds]
        if min(parts, default=0) < LEAST_BACKGROUND:
            return (
                f"{len(bench.background)} background faces are stored, about {FOLDS * LEAST_BACKGROUND} are"
                " needed to learn from, calibrate on and judge on different ones: no challenger was trained."
            )
        return ""

    def challenge(
        self,
        material: Material,
        parameters: IdentityParameters,
        seed: int,
        incumbent: Incumbent | None,
        checkpoints: Checkpoints,
    ) -> Learned:
        """Version n.1: the best challenger that beats the centroid of this snapshot, if any does.

        Interrupted and called again with the same checkpoints it ends with the same measures. Raises
        RunStopped when the checkpoints say that it must not go on.
        """
        bench = self._bench(material, parameters)
        centroid = self._try(bench, self._centroid(parameters))
        against = _judged("the centroid", centroid, material)
        checks: list[PromotionCheck] = []
        winner: Draft | None = None
        for method in self._challengers(parameters, seed, checkpoints):
            draft = self._try(bench, method)
            verdict = judge_challenger(_judged(method.kind.value, draft, material), against, self.limits)
            checks += [_prefixed(check, method.kind) for check in verdict.checks]
            if verdict.verdict is Verdict.PROMOTED and (winner is None or _merit(draft) > _merit(winner)):
                winner = draft
        if winner is None:
            return Learned(None, Judgement(Verdict.REFUSED, tuple(checks)))
        reference = self._reference(bench, parameters, seed, incumbent)
        final = judge(_judged(winner.kind.value, winner, material), reference, self.limits)
        return Learned(winner, Judgement(final.verdict, (*checks, *final.checks)))

    def _bench(self, material: Material, parameters: IdentityParameters) -> _Bench:
        photos = material.photos
        learned = photos.keep(photos.learned)
        reference = make_centroids(learned, learned.classes)
        background = without_likely_members(material.background, reference, parameters.hit)
        return _Bench(photos, background, make_folds(photos, background))

    def _centroid(self, parameters: IdentityParameters) -> CentroidMethod:
        default = Thresholds(parameters.hit, parameters.review)
        return CentroidMethod(default, self.enough_to_calibrate, self.limits.false_names)

    def _challengers(
        self, parameters: IdentityParameters, seed: int, checkpoints: Checkpoints
    ) -> Sequence[Method]:
        made: dict[str, Method] = {
            HeadKind.CORRECTED: CorrectedMethod(self.limits.false_names),
            HeadKind.LINEAR: LinearMethod(
                self.trainers(parameters, seed, checkpoints), self.limits.false_names
            ),
        }
        return [made[kind] for kind in parameters.challengers]

    def _method(self, kind: HeadKind, parameters: IdentityParameters, seed: int) -> Method:
        if kind is HeadKind.CORRECTED:
            return CorrectedMethod(self.limits.false_names)
        if kind is HeadKind.LINEAR:
            return LinearMethod(self.trainers(parameters, seed, NoCheckpoints()), self.limits.false_names)
        return self._centroid(parameters)

    def _try(self, bench: _Bench, method: Method, usable: Mask | None = None) -> Draft:
        everything = np.ones(len(bench.photos), dtype=np.bool_)
        made: Made = method.make(
            bench.photos, everything if usable is None else usable, bench.background, bench.folds
        )
        figures = measure(bench.photos, bench.background, bench.folds, made.folds)
        final = made.final
        return Draft(method.kind, final.head, final.thresholds, final.classes, figures)

    def _reference(
        self, bench: _Bench, parameters: IdentityParameters, seed: int, incumbent: Incumbent | None
    ) -> Judged | None:
        """Measure the model in service like a candidate, made again in each fold from what it knew."""
        if incumbent is None:
            return None
        usable = bench.photos.among(incumbent.sample_ids)
        left = all((fold.learn & usable).any() for fold in bench.folds)
        figures = NOTHING_MEASURED
        if left:
            kind = incumbent.kind if len(bench.background) else HeadKind.CENTROID
            figures = self._try(bench, self._method(kind, parameters, seed), usable).figures
        return Judged(
            incumbent.version, incumbent.classes, incumbent.snapshot_number, figures, incumbent.withdrawn
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What every method is tried on."""

    photos: Photos
    background: BackgroundFaces
    folds: tuple[Fold, ...]


def _judged(version: str, draft: Draft, material: Material) -> Judged:
    return Judged(version, draft.classes, material.snapshot_number, draft.figures)


def _merit(draft: Draft) -> tuple[float, float]:
    return draft.figures.recall(draft.classes), -draft.figures.false_name_rate


def _prefixed(check: PromotionCheck, kind: HeadKind) -> PromotionCheck:
    return PromotionCheck(f"{kind.value}.{check.check}", check.passed, check.sentence)

"""Recipe `identity`: learn who is who from a snapshot, and judge what was learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_contracts.sentences import Sentence, say
from framewell_training.domain.faces import BackgroundFaces, Photos, Vectors
from framewell_training.domain.figures import Comparison, Figures
from framewell_training.domain.judgement import (
    Judged,
    Judgement,
    Limits,
    PromotionCheck,
    Reference,
    Verdict,
    not_comparable,
)
from framewell_training.domain.promotion import judge, judge_challenger
from framewell_training.recipes.graphs import UnreadableGraph
from framewell_training.recipes.identity.evaluation import (
    Bench,
    Outcomes,
    Served,
    answers_to,
    compare,
    figures_of,
    learned_from,
    measure,
    serve,
)
from framewell_training.recipes.identity.folds import FOLDS, make_splits
from framewell_training.recipes.identity.gallery import FALSE_NAMES, Gallery
from framewell_training.recipes.identity.heads import Distances, Head, HeadKind, Thresholds
from framewell_training.recipes.identity.linear import Checkpoints, LinearTrainer
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


class UnusableHead(Exception):
    """A head or its thresholds are such that nobody can be served with it; the message says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A snapshot as this recipe reads it."""

    snapshot_number: int
    photos: Photos
    background: BackgroundFaces
    embedding: ModelVersion


@dataclass(frozen=True, slots=True, eq=False)
class Incumbent:
    """The model in service exactly as inference serves it, and the samples it learned from."""

    version: str
    classes: tuple[str, ...]
    snapshot_number: int
    sample_ids: tuple[str, ...]
    embedding: str
    """The embedding it reads, `<name>@<version>`."""
    thresholds: Thresholds
    distances: Callable[[Vectors], Distances] | None
    """Its graph; None when it cannot be run."""
    why_not: str = ""
    """Why it cannot be run, in one sentence."""
    same_centroid: bool = False
    """True for the centroid of this very snapshot and parameters: it is measured in the folds, as it was when
    it was made, since there is no photo left that it has not learned from."""
    replaced: str = ""
    """Why a version newer than it had to leave service; empty when none had to."""


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A head with everything a model folder says about it, before it is a graph."""

    kind: HeadKind
    head: Head
    thresholds: Thresholds
    classes: tuple[str, ...]
    figures: Figures
    outcomes: Outcomes
    gallery: Gallery

    @property
    def served(self) -> Served:
        return Served(self.head.distances, self.thresholds, self.classes)


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
    false_names: float = FALSE_NAMES
    """Share of strangers who may be named in a gallery of the size of the model's."""

    def learn_centroids(
        self, material: Material, parameters: IdentityParameters, incumbent: Incumbent | None
    ) -> Learned:
        """Return version n.0. One photo of one class is enough. `material` must hold at least that.

        Raise UnusableHead for a head that nobody can be served with.
        """
        bench = self._bench(material)
        candidate = self._try(bench, self._centroid(parameters))
        return Learned(candidate, self._judge(bench, candidate, candidate, material, incumbent))

    def why_not_challenge(self, material: Material, parameters: IdentityParameters) -> str:
        """Return why no challenger is worth training on this snapshot; empty when one is."""
        if not parameters.challengers:
            return say("no_challenge.not_asked", "No challenger was asked for.")
        bench = self._bench(material)
        judged = sum(int(fold.judge.sum()) for fold in bench.splits.folds)
        if judged < self.limits.evidence:
            return say(
                "no_challenge.photos",
                "{photos} photos can be held out by programme, {needed} are needed:"
                " a challenger could not be told from chance, so none was trained.",
                photos=judged,
                needed=self.limits.evidence,
            )
        parts = [int(fold.background_learn.sum()) for fold in bench.splits.folds]
        if min(parts, default=0) < LEAST_BACKGROUND:
            return say(
                "no_challenge.background",
                "{faces} background faces that are near to nobody are stored, about"
                " {needed} are needed to learn from, calibrate on and judge on different"
                " ones: no challenger was trained.",
                faces=int(bench.splits.usable.sum()),
                needed=FOLDS * LEAST_BACKGROUND,
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
        """Return version n.1: the best challenger that beats the centroid of this snapshot, if any does.

        Interrupted and called again with the same checkpoints it ends with the same measures. Raises
        RunStopped when the checkpoints say that it must not go on.
        """
        bench = self._bench(material)
        centroid = self._try(bench, self._centroid(parameters))
        checks: list[PromotionCheck] = []
        winner: Draft | None = None
        for method in self._challengers(parameters, seed, checkpoints):
            draft = self._try(bench, method)
            verdict = judge_challenger(
                _judged(draft, material), _against_centroid(bench, draft, centroid, material), self.limits
            )
            checks += [_prefixed(check, method.kind) for check in verdict.checks]
            if verdict.verdict is Verdict.PROMOTED and (winner is None or _merit(draft) > _merit(winner)):
                winner = draft
        if winner is None:
            return Learned(None, Judgement(Verdict.REFUSED, tuple(checks)))
        final = self._judge(bench, winner, centroid, material, incumbent)
        return Learned(winner, Judgement(final.verdict, (*checks, *final.checks), final.against))

    def _judge(
        self,
        bench: Bench,
        candidate: Draft,
        centroid: Draft,
        material: Material,
        incumbent: Incumbent | None,
    ) -> Judgement:
        reference = None
        if incumbent is not None:
            comparison, why_not = _compared(bench, candidate, centroid, material, incumbent)
            reference = Reference(
                incumbent.version,
                incumbent.classes,
                incumbent.snapshot_number,
                comparison,
                why_not,
                incumbent.replaced,
            )
        return judge(_judged(candidate, material), reference, self.limits)

    @staticmethod
    def _bench(material: Material) -> Bench:
        photos, background = material.photos, material.background
        return Bench(photos, background, make_splits(photos, background))

    def _centroid(self, parameters: IdentityParameters) -> CentroidMethod:
        default = Thresholds(parameters.hit, parameters.review)
        return CentroidMethod(default, self.enough_to_calibrate, self.limits.false_names, self.false_names)

    def _challengers(
        self, parameters: IdentityParameters, seed: int, checkpoints: Checkpoints
    ) -> Sequence[Method]:
        made: dict[str, Method] = {
            HeadKind.CORRECTED: CorrectedMethod(self.limits.false_names, self.false_names),
            HeadKind.LINEAR: LinearMethod(
                self.trainers(parameters, seed, checkpoints), self.limits.false_names, self.false_names
            ),
        }
        return [made[kind] for kind in parameters.challengers]

    @staticmethod
    def _try(bench: Bench, method: Method) -> Draft:
        made: Made = method.make(bench.photos, bench.background, bench.splits)
        final = made.final
        if not final.thresholds.usable:
            raise UnusableHead(
                say(
                    "unusable_head.thresholds",
                    "the thresholds of head {head} must obey 0 < hit <= review and be finite;"
                    " they are {hit} and {review}",
                    head=method.kind.value,
                    hit=f"{final.thresholds.hit:g}",
                    review=f"{final.thresholds.review:g}",
                )
            )
        if not np.isfinite(final.head.distances(bench.photos.vectors)).all():
            raise UnusableHead(
                say(
                    "unusable_head.distances",
                    "head {head} gives distances that are no finite numbers",
                    head=method.kind.value,
                )
            )
        outcomes = measure(bench, made.folds)
        figures = figures_of(bench, outcomes)
        return Draft(
            method.kind, final.head, final.thresholds, final.classes, figures, outcomes, made.gallery
        )


def _compared(
    bench: Bench, candidate: Draft, centroid: Draft, material: Material, incumbent: Incumbent
) -> tuple[Comparison | None, str]:
    """Return the candidate and the model in service on the same trials, or None and why that cannot be."""
    embedding = f"{material.embedding.name}@{material.embedding.version}"
    if incumbent.distances is None:
        return None, incumbent.why_not
    if incumbent.embedding != embedding:
        return None, say(
            "check.other_embedding",
            "{version}, in service, reads the embedding {embedding}, this one"
            " {other}: the two cannot be compared, and an embedding changes for all of the mesh."
            " A person decides.",
            version=incumbent.version,
            embedding=incumbent.embedding,
            other=embedding,
        )
    try:
        given = incumbent.distances(bench.photos.vectors)
    except UnreadableGraph as error:
        return None, not_comparable(incumbent.version, error.reason)
    if given.shape != (len(bench.photos), len(incumbent.classes)) or not np.isfinite(given).all():
        return None, say(
            "check.no_distances",
            "{version}, in service, gives distances that are no finite numbers, or not one for"
            " each of its classes: it cannot be compared. A person decides.",
            version=incumbent.version,
        )
    if incumbent.same_centroid:
        return _in_folds(bench, candidate, centroid), ""
    return _as_it_serves(bench, candidate, incumbent, incumbent.distances), ""


def _as_it_serves(
    bench: Bench, candidate: Draft, incumbent: Incumbent, distances: Callable[[Vectors], Distances]
) -> Comparison:
    """Return the candidate's held-out trials beside what the model in service answers to the same."""
    photos = bench.photos
    served = Served(distances, incumbent.thresholds, incumbent.classes)
    seen = learned_from(photos, incumbent.sample_ids)
    shared = set(candidate.classes) & set(incumbent.classes)
    both = photos.learned & seen
    return compare(
        photos,
        candidate.outcomes,
        serve(bench, candidate.outcomes, served, shared),
        seen=seen,
        both_learned=(answers_to(photos, both, candidate.served), answers_to(photos, both, served)),
        shared=shared,
    )


def _in_folds(bench: Bench, draft: Draft, centroid: Draft) -> Comparison:
    """Return two ways of making a head from the same snapshot on the trials of both."""
    nothing = Outcomes({}, {})
    return compare(
        bench.photos,
        draft.outcomes,
        centroid.outcomes,
        seen=np.zeros(len(bench.photos), dtype=np.bool_),
        both_learned=(nothing, nothing),
        shared=set(centroid.classes),
    )


def _against_centroid(bench: Bench, draft: Draft, centroid: Draft, material: Material) -> Reference:
    comparison = _in_folds(bench, draft, centroid)
    return Reference("the centroid", centroid.classes, material.snapshot_number, comparison)


def _judged(draft: Draft, material: Material) -> Judged:
    return Judged(draft.classes, material.snapshot_number, draft.figures)


def _merit(draft: Draft) -> tuple[float, float]:
    return draft.figures.recalled.value, -draft.figures.strangers.value


def _prefixed(check: PromotionCheck, kind: HeadKind) -> PromotionCheck:
    return PromotionCheck(f"{kind.value}.{check.check}", check.passed, check.sentence)

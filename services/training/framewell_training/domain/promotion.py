"""The promotion policy: whether a candidate goes into service, waits for a person, or is refused.

Every check has a sentence with its figures, so that a person can follow the verdict. The checks ask two
things: is anything worse than allowed, and is there a reason to change what is in service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from framewell_training.domain.figures import Figures


class Verdict(StrEnum):
    """The verdict of the promotion policy on a candidate."""

    PROMOTED = "promoted"
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PromotionCheck:
    """One check, whether it held, and a sentence with the figures."""

    check: str
    passed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and every check that led to it."""

    verdict: Verdict
    checks: tuple[PromotionCheck, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the house allows; all of it settings, none of it code."""

    margin: float = 0.02
    """By how much a model must be better when it brings nothing new."""
    recall_loss: float = 0.02
    """How much recall a class may lose."""
    false_names: float = 0.01
    """Share of unknown faces that may be given a name."""
    false_name_rise: float = 0.005
    """By how much that share may exceed the one of the model in service."""
    evidence: int = 20
    """Held-out photos, and unknown faces, below which a challenger's figures prove nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A model as the policy sees it: its classes, its snapshot and its figures."""

    version: str
    classes: tuple[str, ...]
    snapshot_number: int
    figures: Figures
    withdrawn: str = ""
    """Why the snapshot it was made from may not be used any more; empty while it may."""


def judge(candidate: Judged, in_service: Judged | None, limits: Limits) -> Judgement:
    """Judge a candidate against what is in service. Both were measured on the same held-out photos."""
    evaluated = _evaluated(candidate)
    if in_service is None:
        limit = _false_names(candidate, None, limits)
        first = PromotionCheck("first_model", True, "No model of this name is in service.")
        return Judgement(Verdict.PROMOTED if limit.passed else Verdict.WAITS, (evaluated, limit, first))
    newest = _newest(candidate, in_service)
    not_worse = (
        _false_names(candidate, in_service, limits),
        _wrong_names(candidate, in_service, limits),
        _shared_classes(candidate, in_service, limits),
    )
    reasons = _reasons(candidate, in_service, limits)
    checks = (evaluated, newest, *not_worse, *reasons)
    return Judgement(_verdict(newest, not_worse, reasons, in_service), checks)


def judge_challenger(challenger: Judged, centroid: Judged, limits: Limits) -> Judgement:
    """Judge a trained challenger against the centroid of the same snapshot: it must earn its place.

    PROMOTED here means only that it beat the centroid; `judge` decides against what is in service.
    """
    figures = challenger.figures
    enough = PromotionCheck(
        "enough_evidence",
        figures.photos >= limits.evidence and figures.unknown_faces >= limits.evidence,
        f"{figures.photos} held-out photos and {figures.unknown_faces} unknown faces were tried;"
        f" {limits.evidence} of each are asked for.",
    )
    checks = (
        enough,
        _false_names(challenger, centroid, limits),
        _wrong_names(challenger, centroid, limits),
        _shared_classes(challenger, centroid, limits),
        _better(challenger, centroid, limits),
    )
    won = all(check.passed for check in checks)
    return Judgement(Verdict.PROMOTED if won else Verdict.REFUSED, checks)


def _verdict(
    newest: PromotionCheck,
    not_worse: Sequence[PromotionCheck],
    reasons: Sequence[PromotionCheck],
    in_service: Judged,
) -> Verdict:
    if not newest.passed:
        return Verdict.WAITS
    if in_service.withdrawn:
        # The alternative is to keep naming people by a model that must not be used.
        return Verdict.PROMOTED
    allowed = all(check.passed for check in not_worse)
    wanted = any(check.passed for check in reasons)
    if allowed and wanted:
        return Verdict.PROMOTED
    return Verdict.WAITS if allowed or wanted else Verdict.REFUSED


def _evaluated(candidate: Judged) -> PromotionCheck:
    figures = candidate.figures
    sentence = (
        f"{len(figures.tried)} of {len(candidate.classes)} classes were evaluated on held-out programmes."
    )
    if figures.not_evaluated:
        sentence += f" Not evaluated, seen in one programme only: {', '.join(figures.not_evaluated)}."
    return PromotionCheck("classes_evaluated", True, sentence)


def _newest(candidate: Judged, in_service: Judged) -> PromotionCheck:
    return PromotionCheck(
        "snapshot_is_newest",
        candidate.snapshot_number >= in_service.snapshot_number,
        f"Made from snapshot {candidate.snapshot_number};"
        f" {in_service.version}, in service, from snapshot {in_service.snapshot_number}.",
    )


def _false_names(candidate: Judged, reference: Judged | None, limits: Limits) -> PromotionCheck:
    figures = candidate.figures
    allowed = limits.false_names
    if reference is not None:
        allowed = max(allowed, reference.figures.false_name_rate + limits.false_name_rise)
    return PromotionCheck(
        "false_name_rate_not_worse",
        figures.false_name_rate <= allowed,
        f"{figures.named_unknown_faces} of {figures.unknown_faces} unknown faces were given a name"
        f" ({figures.false_name_rate:.1%}); {allowed:.1%} are allowed.",
    )


def _wrong_names(candidate: Judged, reference: Judged, limits: Limits) -> PromotionCheck:
    figures = candidate.figures
    allowed = max(limits.false_names, reference.figures.misnamed_rate + limits.false_name_rise)
    return PromotionCheck(
        "wrong_name_rate_not_worse",
        figures.misnamed_rate <= allowed,
        f"{figures.misnamed} of {figures.photos} held-out photos were given somebody else's name"
        f" ({figures.misnamed_rate:.1%}); {allowed:.1%} are allowed.",
    )


def _shared(candidate: Judged, reference: Judged) -> list[str]:
    measured = candidate.figures.tried.keys() & reference.figures.tried.keys()
    return sorted(measured & set(candidate.classes) & set(reference.classes))


def _shared_classes(candidate: Judged, reference: Judged, limits: Limits) -> PromotionCheck:
    shared = _shared(candidate, reference)
    recall = {name: (candidate.figures.recall_of(name), reference.figures.recall_of(name)) for name in shared}
    worse = [
        f"{name} ({now:.2f} after {before:.2f})"
        for name, (now, before) in recall.items()
        if now < before - limits.recall_loss
    ]
    sentence = f"{len(shared)} classes are shared with {reference.version} and evaluated"
    sentence += f"; worse than allowed: {', '.join(worse)}." if worse else "; none is worse than allowed."
    return PromotionCheck("shared_classes_not_worse", not worse, sentence)


def _reasons(candidate: Judged, in_service: Judged, limits: Limits) -> list[PromotionCheck]:
    new = sorted(set(candidate.classes) - set(in_service.classes))
    gone = sorted(set(in_service.classes) - set(candidate.classes))
    reasons = [
        PromotionCheck(
            "new_classes",
            bool(new),
            f"{len(new)} classes are new: {', '.join(new)}." if new else "No class is new.",
        ),
        PromotionCheck(
            "classes_removed",
            bool(gone),
            f"{len(gone)} classes must leave service, having no samples any more: {', '.join(gone)}."
            if gone
            else "No class has to leave service.",
        ),
        _better(candidate, in_service, limits),
    ]
    if in_service.withdrawn:
        sentence = f"{in_service.version} must be replaced: {in_service.withdrawn}"
        reasons.insert(0, PromotionCheck("rights_require_replacement", True, sentence))
    return reasons


def _better(candidate: Judged, reference: Judged, limits: Limits) -> PromotionCheck:
    shared = _shared(candidate, reference)
    gain = candidate.figures.recall(shared) - reference.figures.recall(shared)
    saved = reference.figures.false_name_rate - candidate.figures.false_name_rate
    return PromotionCheck(
        "better_by_margin",
        max(gain, saved) >= limits.margin,
        f"Mean recall {candidate.figures.recall(shared):.3f} after {reference.figures.recall(shared):.3f},"
        f" false names {candidate.figures.false_name_rate:.1%} after {reference.figures.false_name_rate:.1%},"
        f" over {len(shared)} shared classes; a margin of {limits.margin:.3f} is asked for.",
    )

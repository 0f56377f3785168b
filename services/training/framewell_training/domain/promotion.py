"""The promotion policy: whether a candidate goes into service, waits for a person, or is refused.

Every check has a sentence with its figures, so that a person can follow the verdict. The checks ask two
things: is anything worse than allowed, and is there a reason to change what is in service. New people, people
who must go, and rights are reasons by themselves; to be better is one only where it was measured.
"""

from __future__ import annotations

from framewell_contracts.sentences import say
from framewell_training.domain.figures import Rate
from framewell_training.domain.judgement import (
    Judged,
    Judgement,
    Limits,
    PromotionCheck,
    Reference,
    Verdict,
    two_sentences,
)
from framewell_training.domain.reasons_to_promote import check_margin, check_reasons
from framewell_training.domain.regressions import (
    check_false_names,
    check_finds_people,
    check_regressions,
    check_wrong_names,
)


def judge(candidate: Judged, in_service: Reference | None, limits: Limits) -> Judgement:
    """Judge a candidate against what is in service."""
    evaluated = _evaluated(candidate)
    if in_service is None:
        first = PromotionCheck(
            "first_model", True, say("check.first_model", "No model of this name is in service.")
        )
        unnamed = candidate.figures.strangers.count - candidate.figures.others.count
        sound = (
            check_false_names(candidate, limits.false_names, limits, excess=unnamed - len(candidate.classes)),
            check_wrong_names(candidate, Rate(0, 0), limits.false_names),
            check_finds_people(candidate),
        )
        passed = all(check.passed for check in sound)
        return Judgement(Verdict.PROMOTED if passed else Verdict.WAITS, (evaluated, *sound, first))
    newest = _newest(candidate, in_service)
    if in_service.comparison is None:
        comparable = PromotionCheck("comparable_with_service", False, in_service.why_not)
        return Judgement(Verdict.WAITS, (evaluated, newest, comparable), in_service)
    not_worse = check_regressions(candidate, in_service, in_service.comparison, limits)
    reasons = check_reasons(candidate, in_service, in_service.comparison, limits)
    allowed = all(check.passed for check in not_worse)
    wanted = any(check.passed for check in reasons)
    verdict = Verdict.WAITS if allowed or wanted or not newest.passed else Verdict.REFUSED
    if newest.passed and allowed and wanted:
        verdict = Verdict.PROMOTED
    return Judgement(verdict, (evaluated, newest, *not_worse, *reasons), in_service)


def judge_challenger(challenger: Judged, centroid: Reference, limits: Limits) -> Judgement:
    """Judge a trained challenger against the centroid of the same snapshot: it must earn its place.

    PROMOTED here means only that it beat the centroid; `judge` decides against what is in service.
    """
    figures, comparison = challenger.figures, centroid.comparison
    assert comparison is not None, "both were tried on the same trials"
    enough = PromotionCheck(
        "enough_evidence",
        limits.measured(figures.recalled) and limits.measured(figures.strangers),
        say(
            "check.enough_evidence",
            "{photos} held-out photos and {people} unknown people were tried; "
            "{needed} of each are asked for.",
            photos=figures.photos,
            people=figures.strangers.of,
            needed=limits.evidence,
        ),
    )
    checks = (
        enough,
        *check_regressions(challenger, centroid, comparison, limits),
        check_margin(centroid, comparison, limits),
    )
    won = all(check.passed for check in checks)
    return Judgement(Verdict.PROMOTED if won else Verdict.REFUSED, checks)


def _evaluated(candidate: Judged) -> PromotionCheck:
    figures = candidate.figures
    sentence = say(
        "check.evaluated",
        "{tried} of {classes} classes were evaluated on held-out programmes.",
        tried=len(figures.tried),
        classes=len(candidate.classes),
    )
    if figures.not_evaluated:
        more = say(
            "check.not_evaluated",
            "Not evaluated, seen in one programme only: {names}.",
            names=", ".join(figures.not_evaluated),
        )
        sentence = two_sentences(sentence, more)
    return PromotionCheck("classes_evaluated", True, sentence)


def _newest(candidate: Judged, in_service: Reference) -> PromotionCheck:
    return PromotionCheck(
        "snapshot_is_newest",
        candidate.snapshot_number >= in_service.snapshot_number,
        say(
            "check.newest",
            "Made from snapshot {snapshot}; {version}, in service, from snapshot {in_service}.",
            snapshot=candidate.snapshot_number,
            version=in_service.version,
            in_service=in_service.snapshot_number,
        ),
    )

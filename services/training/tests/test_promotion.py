"""The checks of the promotion policy, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

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

LIMITS = Limits()
SOUND = Figures({"a": 20, "b": 20}, {"a": 16, "b": 16}, 0, 200, 0, ())
IN_SERVICE = Judged("3.0", ("a", "b"), 3, SOUND)


def step(judgement: Judgement, check: str) -> PromotionCheck:
    return next(step for step in judgement.checks if step.check == check)


def candidate(classes=("a", "b"), number=4, **changes) -> Judged:
    return Judged("this one", classes, number, replace(SOUND, **changes))


def test_the_first_model_goes_into_service() -> None:
    judgement = judge(candidate(), None, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "first_model").passed


def test_the_first_model_waits_when_it_names_strangers() -> None:
    assert judge(candidate(named_unknown_faces=20), None, LIMITS).verdict is Verdict.WAITS


def test_new_classes_alone_justify_promotion() -> None:
    judgement = judge(candidate(classes=("a", "b", "c")), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "new_classes").sentence == "1 classes are new: c."


def test_a_new_class_waits_when_a_shared_class_gets_worse() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), found={"a": 16, "b": 12}), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert "b (0.60 after 0.80)" in step(judgement, "shared_classes_not_worse").sentence


def test_a_new_class_waits_when_more_strangers_get_a_name() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), named_unknown_faces=8), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert not step(judgement, "false_name_rate_not_worse").passed


def test_a_new_class_waits_when_more_photos_get_a_wrong_name() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), misnamed=3), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert not step(judgement, "wrong_name_rate_not_worse").passed


def test_nothing_new_and_not_better_waits_for_a_person() -> None:
    assert judge(candidate(), IN_SERVICE, LIMITS).verdict is Verdict.WAITS


def test_better_by_the_margin_is_promoted() -> None:
    better = judge(candidate(found={"a": 18, "b": 16}), IN_SERVICE, LIMITS)
    assert better.verdict is Verdict.PROMOTED
    assert step(better, "better_by_margin").passed


def test_better_by_less_than_the_margin_waits() -> None:
    limits = replace(LIMITS, margin=0.06)
    assert judge(candidate(found={"a": 18, "b": 16}), IN_SERVICE, limits).verdict is Verdict.WAITS


def test_worse_and_nothing_new_is_refused() -> None:
    assert judge(candidate(found={"a": 16, "b": 10}), IN_SERVICE, LIMITS).verdict is Verdict.REFUSED


def test_a_class_that_lost_its_samples_must_leave_service() -> None:
    judgement = judge(candidate(classes=("a",), tried={"a": 20}, found={"a": 16}), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "classes_removed").passed


def test_an_older_snapshot_never_replaces_a_newer_one() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), number=2), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert not step(judgement, "snapshot_is_newest").passed


def test_rights_replace_a_model_even_by_one_that_is_no_better() -> None:
    withdrawn = replace(IN_SERVICE, withdrawn="snapshot 3 was withdrawn: contract 4711 ended")
    judgement = judge(candidate(found={"a": 10, "b": 10}), withdrawn, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert "contract 4711 ended" in step(judgement, "rights_require_replacement").sentence


def test_classes_not_evaluated_are_named() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), not_evaluated=("c",)), IN_SERVICE, LIMITS)
    assert step(judgement, "classes_evaluated").sentence.endswith("seen in one programme only: c.")


def test_a_challenger_must_beat_the_centroid_by_the_margin() -> None:
    better = judge_challenger(candidate(found={"a": 18, "b": 18}), IN_SERVICE, LIMITS)
    assert better.verdict is Verdict.PROMOTED
    assert judge_challenger(candidate(), IN_SERVICE, LIMITS).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "changes", [{"unknown_faces": 5}, {"tried": {"a": 5}, "found": {"a": 5}}, {"named_unknown_faces": 9}]
)
def test_a_challenger_without_evidence_or_with_false_names_is_refused(changes) -> None:
    better = {"found": {"a": 20, "b": 20}} | changes
    assert judge_challenger(candidate(**better), IN_SERVICE, LIMITS).verdict is Verdict.REFUSED


def test_a_model_that_could_not_be_measured_again_is_replaced_by_new_classes_only() -> None:
    unmeasured = replace(IN_SERVICE, figures=NOTHING_MEASURED)
    assert judge(candidate(), unmeasured, LIMITS).verdict is Verdict.WAITS
    assert judge(candidate(classes=("a", "b", "c")), unmeasured, LIMITS).verdict is Verdict.PROMOTED

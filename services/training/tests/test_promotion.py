"""The checks of the promotion policy, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from framewell_training.domain.figures import Comparison, Figures, Pairs, Rate
from framewell_training.domain.judgement import Judged, Judgement, Limits, PromotionCheck, Reference, Verdict
from framewell_training.domain.promotion import judge, judge_challenger

LIMITS = Limits()
SOUND = Figures({"a": 20, "b": 20}, {"a": 16, "b": 16}, 0, Rate(0, 200), Rate(0, 2), Rate(0, 400), 0, ())
SAME = Pairs(both=16, neither=4)
EQUAL = Comparison(
    held_out={"a": SAME, "b": SAME},
    learned={},
    programmes={"news": Pairs(both=32, neither=8)},
    wrong=Pairs(neither=40),
    strangers=Pairs(neither=200),
    contradicted={"a": Rate(0, 20), "b": Rate(0, 20)},
)
IN_SERVICE = Reference("3.0", ("a", "b"), 3, EQUAL)
MORE = Pairs(both=16, only_candidate=4)


def step(judgement: Judgement, check: str) -> PromotionCheck:
    return next(step for step in judgement.checks if step.check == check)


def candidate(classes=("a", "b"), number=4, **changes) -> Judged:
    return Judged(classes, number, replace(SOUND, **changes))


def in_service(**changes) -> Reference:
    return replace(IN_SERVICE, comparison=replace(EQUAL, **changes))


def test_the_first_model_goes_into_service() -> None:
    judgement = judge(candidate(), None, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "first_model").passed


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("false_name_rate_not_worse", {"strangers": Rate(20, 200)}),
        ("wrong_name_rate_not_worse", {"misnamed": 4}),
        ("finds_people", {"found": {}}),
    ],
)
def test_the_first_model_waits_when_what_was_measured_of_it_is_bad(check, changes) -> None:
    judgement = judge(candidate(**changes), None, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert not step(judgement, check).passed


def test_new_classes_alone_justify_promotion_and_are_named_where_they_were_not_measured() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), not_evaluated=("c",)), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "new_classes").sentence == (
        "1 classes are new: c. Not evaluated, and promoted for being new: c."
    )


def test_a_new_class_that_was_never_found_is_no_reason() -> None:
    tried = {"a": 20, "b": 20, "c": 4}
    judgement = judge(candidate(classes=("a", "b", "c"), tried=tried), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert "Never found on held-out photos, and no reason: c." in step(judgement, "new_classes").sentence


@pytest.mark.parametrize(
    ("check", "candidates", "services"),
    [
        ("shared_classes_not_worse", {}, {"held_out": {"a": SAME, "b": Pairs(12, 0, 4, 4)}}),
        ("shared_classes_not_worse", {}, {"learned": {"d": Pairs(0, 0, 1, 0)}}),
        ("programmes_not_worse", {}, {"programmes": {"news": Pairs(4, 0, 2, 0)}}),
        ("false_name_rate_not_worse", {"strangers": Rate(8, 200)}, {}),
        ("wrong_name_rate_not_worse", {"misnamed": 3}, {}),
        ("wrong_name_rate_not_worse", {}, {"wrong": Pairs(0, 3, 0, 37)}),
        ("labels_agree_with_service", {}, {"contradicted": {"b": Rate(15, 20)}}),
    ],
)
def test_a_new_class_waits_when_something_else_gets_worse(check, candidates, services) -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), **candidates), in_service(**services), LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert [one.check for one in judgement.checks if not one.passed and one.check != "better_by_margin"] in (
        [check, "classes_removed"],
        [check],
    )


def test_what_got_worse_is_named_with_its_counts() -> None:
    judgement = judge(candidate(), in_service(held_out={"b": Pairs(12, 0, 4, 4)}), LIMITS)
    assert "b (0.60 after 0.80, 20 photos)" in step(judgement, "shared_classes_not_worse").sentence


def test_nothing_new_and_not_better_waits_for_a_person() -> None:
    assert judge(candidate(), IN_SERVICE, LIMITS).verdict is Verdict.WAITS


def test_better_by_the_margin_is_promoted() -> None:
    better = judge(candidate(), in_service(held_out={"a": MORE, "b": SAME}), LIMITS)
    assert better.verdict is Verdict.PROMOTED
    assert step(better, "better_by_margin").passed


def test_better_by_less_than_the_margin_waits() -> None:
    limits = replace(LIMITS, margin=0.12)
    assert judge(candidate(), in_service(held_out={"a": MORE, "b": SAME}), limits).verdict is Verdict.WAITS


def test_better_by_what_chance_explains_waits() -> None:
    by_two = Pairs(both=16, only_candidate=2, neither=2)
    assert judge(candidate(), in_service(held_out={"a": by_two, "b": SAME}), LIMITS).verdict is Verdict.WAITS


@pytest.mark.parametrize(
    "few", [{"held_out": {"a": Pairs(4, 10)}}, {"held_out": {"a": MORE}, "strangers": Pairs(neither=19)}]
)
def test_better_by_what_was_not_measured_waits_and_says_how_many_are_needed(few) -> None:
    judgement = judge(candidate(), in_service(**few), LIMITS)
    assert judgement.verdict is Verdict.WAITS
    sentence = step(judgement, "better_by_margin").sentence
    assert sentence.startswith("Not measured: ")
    assert "20 are needed" in sentence


def test_worse_and_nothing_new_is_refused() -> None:
    worse = in_service(held_out={"a": SAME, "b": Pairs(10, 0, 6, 4)})
    assert judge(candidate(), worse, LIMITS).verdict is Verdict.REFUSED


def test_a_class_that_lost_its_samples_must_leave_service() -> None:
    judgement = judge(candidate(classes=("a",), tried={"a": 20}, found={"a": 16}), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert step(judgement, "classes_removed").passed


def test_an_older_snapshot_never_replaces_a_newer_one() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), number=2), IN_SERVICE, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert not step(judgement, "snapshot_is_newest").passed


def test_a_successor_of_what_had_to_leave_needs_no_margin_and_may_be_worse_in_nothing() -> None:
    replaced = replace(IN_SERVICE, replaced="snapshot 4 was withdrawn: contract 4711 ended")
    judgement = judge(candidate(number=5), replaced, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED
    assert "contract 4711 ended" in step(judgement, "rights_require_replacement").sentence
    worse = replace(replaced, comparison=replace(EQUAL, held_out={"a": Pairs(10, 0, 6, 4)}))
    assert judge(candidate(number=5), worse, LIMITS).verdict is Verdict.WAITS


def test_a_model_that_cannot_be_compared_is_replaced_by_a_person_alone() -> None:
    other = replace(IN_SERVICE, comparison=None, why_not="3.0 reads another embedding.")
    judgement = judge(candidate(classes=("a", "b", "c")), other, LIMITS)
    assert judgement.verdict is Verdict.WAITS
    assert step(judgement, "comparable_with_service").sentence == "3.0 reads another embedding."


def test_few_strangers_are_no_rate_and_hold_back_only_what_they_prove() -> None:
    few = {"strangers": Rate(2, 3), "others": Rate(0, 2)}
    one_more = in_service(strangers=Pairs(both=1, only_candidate=1, neither=1))
    judgement = judge(candidate(classes=("a", "b", "c"), **few), one_more, LIMITS)
    assert judgement.verdict is Verdict.PROMOTED, "one may be the person who is new, one is named already"
    sentence = step(judgement, "false_name_rate_not_worse").sentence
    assert sentence.startswith("Not measured, and promotes nothing: 3 unknown people were tried, 2 of them")
    assert "20 are needed" in sentence
    two_more = in_service(strangers=Pairs(both=0, only_candidate=2, neither=1))
    certain = {"strangers": Rate(1, 3), "others": Rate(1, 2)}
    for proven, service in ((few, two_more), (certain, one_more)):
        judgement = judge(candidate(classes=("a", "b", "c"), **proven), service, LIMITS)
        assert judgement.verdict is Verdict.WAITS
        assert not step(judgement, "false_name_rate_not_worse").passed
    assert judge(candidate(classes=("a",), **few), None, LIMITS).verdict is Verdict.WAITS


def test_classes_not_evaluated_are_named() -> None:
    judgement = judge(candidate(classes=("a", "b", "c"), not_evaluated=("c",)), IN_SERVICE, LIMITS)
    assert step(judgement, "classes_evaluated").sentence.endswith("seen in one programme only: c.")


CENTROID = Reference("the centroid", ("a", "b"), 4, replace(EQUAL, held_out={"a": MORE, "b": MORE}))


def test_a_challenger_must_beat_the_centroid_by_the_margin() -> None:
    assert judge_challenger(candidate(), CENTROID, LIMITS).verdict is Verdict.PROMOTED
    assert (
        judge_challenger(candidate(), replace(CENTROID, comparison=EQUAL), LIMITS).verdict is Verdict.REFUSED
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"strangers": Rate(0, 5)},
        {"tried": {"a": 5}, "found": {"a": 5}},
        {"strangers": Rate(9, 200)},
    ],
)
def test_a_challenger_without_evidence_or_with_false_names_is_refused(changes) -> None:
    assert judge_challenger(candidate(**changes), CENTROID, LIMITS).verdict is Verdict.REFUSED

"""Whether a candidate is worse than the promotion policy allows: each check with its figures."""

from __future__ import annotations

from collections.abc import Mapping

from framewell_contracts.sentences import Sentence, say
from framewell_training.domain.figures import Comparison, Pairs, Rate
from framewell_training.domain.judgement import Judged, Limits, PromotionCheck, Reference, two_sentences


def check_regressions(
    candidate: Judged, reference: Reference, comparison: Comparison, limits: Limits
) -> tuple[PromotionCheck, ...]:
    """Return whether it is worse than the reference: in names for strangers or photos, classes, labels.

    Rates that were not measured hold, as far as the counts can show.
    """
    names, wrong = limits.allowed(comparison.strangers), limits.allowed(comparison.wrong)
    new = sorted(set(candidate.classes) - set(reference.classes))
    return (
        check_false_names(candidate, names, limits, excess=comparison.strangers.only_candidate - len(new)),
        check_wrong_names(candidate, comparison.wrong.candidate, wrong),
        _shared_classes(reference, comparison, limits),
        _programmes(comparison, limits),
        _labels(reference, comparison),
    )


def check_finds_people(candidate: Judged) -> PromotionCheck:
    """Check that anybody is found at all, where anybody could be."""
    found = candidate.figures.recalled
    if not found.of:
        sentence = say(
            "check.finds_people.not_measured",
            "Not measured, and promotes nothing: nobody was seen in two programmes.",
        )
        return PromotionCheck("finds_people", True, sentence)
    sentence = say("check.finds_people", "{rate} held-out photos were named rightly.", rate=found.said)
    return PromotionCheck("finds_people", found.count > 0, sentence)


def check_false_names(candidate: Judged, allowed: float, limits: Limits, *, excess: int) -> PromotionCheck:
    """Check that no more strangers are named than allowed, as far as the counts can show.

    Where strangers are too few for a rate, what can be counted holds: people of other classes are certainly
    strangers, and of those whom nobody has named, and whom the model in service leaves unnamed, at most one
    can be each person who is new. `excess` is how many more than that are given a name.
    """
    figures = candidate.figures
    rate, others = figures.strangers, figures.others
    sentence = say(
        "check.false_names",
        "{rate} unknown people were given a name; {allowed} are allowed.",
        rate=rate.said,
        allowed=f"{allowed:.1%}",
    )
    passed = rate.low <= allowed
    if not limits.measured(rate):
        sentence = say(
            "check.false_names.not_measured",
            "Not measured, and promotes nothing: {tried} unknown people were tried, {named} of them"
            " were given a name; {needed} are needed, since of fewer a single one moves the rate by"
            " more than {step}.",
            tried=rate.of,
            named=rate.count,
            needed=limits.evidence,
            step=f"{1 / limits.evidence:.0%}",
        )
        passed = others.low <= allowed and excess <= 0
    if figures.in_doubt:
        more = say(
            "check.in_doubt",
            "{count} more count for nothing: each is as near to somebody accepted as photos of"
            " one person are.",
            count=figures.in_doubt,
        )
        sentence = two_sentences(sentence, more)
    return PromotionCheck("false_name_rate_not_worse", passed, sentence)


def check_wrong_names(candidate: Judged, compared: Rate, allowed: float) -> PromotionCheck:
    """Check all held-out photos, and those that were compared: they may be ones that both learned from."""
    rate = candidate.figures.wrongly_named
    sentence = say(
        "check.wrong_names",
        "{rate} held-out photos were given somebody else's name; {allowed} are allowed.",
        rate=rate.said,
        allowed=f"{allowed:.1%}",
    )
    if not rate.of:
        sentence = say(
            "check.wrong_names.not_measured",
            "Not measured, and promotes nothing: no photo could be held out.",
        )
    if compared.of and compared != rate:
        more = say("check.compared", "Of the photos that were compared: {rate}.", rate=compared.said)
        sentence = two_sentences(sentence, more)
    passed = rate.low <= allowed and compared.low <= allowed
    return PromotionCheck("wrong_name_rate_not_worse", passed, sentence)


def _shared_classes(reference: Reference, comparison: Comparison, limits: Limits) -> PromotionCheck:
    worse = _worse(comparison.shared, limits)
    sentence = say(
        "check.shared",
        "{count} classes are shared with {version} and evaluated{learned}{worse}.",
        count=len(comparison.shared),
        version=reference.version,
        learned=say(
            "check.learned",
            ", {count} of them on photos that both have learned from",
            count=len(comparison.learned),
        )
        if comparison.learned
        else "",
        worse=_worse_said(worse),
    )
    return PromotionCheck("shared_classes_not_worse", not worse, sentence)


def _programmes(comparison: Comparison, limits: Limits) -> PromotionCheck:
    worse = _worse(comparison.programmes, limits)
    sentence = say(
        "check.programmes",
        "{count} programmes were compared{worse}.",
        count=len(comparison.programmes),
        worse=_worse_said(worse),
    )
    return PromotionCheck("programmes_not_worse", not worse, sentence)


def _labels(reference: Reference, comparison: Comparison) -> PromotionCheck:
    swapped = [
        f"{name} ({rate.count} of {rate.of} photos)"
        for name, rate in sorted(comparison.contradicted.items())
        if rate.count > 1 and rate.count > rate.of / 2
    ]
    if not swapped:
        return PromotionCheck(
            "labels_agree_with_service",
            True,
            say("check.labels", "{version} takes no class for another.", version=reference.version),
        )
    return PromotionCheck(
        "labels_agree_with_service",
        False,
        say(
            "check.labels.swapped",
            "{version} takes most photos of {names} for somebody else: either it is"
            " wrong, or these samples carry another person's class. Look at them.",
            version=reference.version,
            names=", ".join(swapped),
        ),
    )


def _worse(groups: Mapping[str, Pairs], limits: Limits) -> list[str]:
    """Return the groups that lost more than is allowed, however few photos show it: all are the same ones."""
    return [
        f"{name} ({pairs.candidate.value:.2f} after {pairs.reference.value:.2f}, {pairs.of} photos)"
        for name, pairs in sorted(groups.items())
        if pairs.more < -limits.recall_loss
    ]


def _worse_said(worse: list[str]) -> Sentence:
    if not worse:
        return say("check.none_worse", "; none is worse than allowed")
    return say("check.worse", "; worse than allowed: {names}", names=", ".join(worse))

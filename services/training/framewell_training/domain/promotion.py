"""The promotion policy: whether a candidate goes into service, waits for a person, or is refused.

Every check has a sentence with its figures, so that a person can follow the verdict. The checks ask two
things: is anything worse than allowed, and is there a reason to change what is in service. New people, people
who must go, and rights are reasons by themselves; to be better is one only where it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from framewell_contracts.sentences import Sentence, say
from framewell_training.domain.figures import Comparison, Figures, Pairs, Rate

REASONS = frozenset(
    {"new_classes", "classes_removed", "rights_require_replacement", "better_by_margin", "challengers_follow"}
)
"""Checks that say why something should change, not that anything is worse."""


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
    against: Reference | None = None
    """What was in service then; None where nothing was."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the house allows; all of it settings, none of it code."""

    margin: float = 0.02
    """By how much a model must be better when it brings nothing new."""
    recall_loss: float = 0.02
    """How much recall a class, or a programme, may lose."""
    false_names: float = 0.01
    """Share of unknown people who may be given a name."""
    false_name_rise: float = 0.005
    """By how much that share may exceed the one of the model in service."""
    evidence: int = 20
    """Photos, and unknown people, below which a rate is not measured: a single one would move it too far."""

    def measured(self, rate: Rate) -> bool:
        return rate.of >= self.evidence

    def allowed(self, pairs: Pairs) -> float:
        """Return the share of false names that is allowed beside what the reference was measured to give."""
        rise = pairs.reference.value + self.false_name_rise if self.measured(pairs.reference) else 0.0
        return max(self.false_names, rise)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate as the policy sees it."""

    classes: tuple[str, ...]
    snapshot_number: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Reference:
    """What a candidate is judged against: the model in service, or the centroid of the same snapshot."""

    version: str
    classes: tuple[str, ...]
    snapshot_number: int
    comparison: Comparison | None
    """The candidate and it on the same trials; None when it cannot be tried on them."""
    why_not: str = ""
    """Why it cannot be tried, in one sentence."""
    replaced: str = ""
    """Why a version newer than it had to leave service; empty when none had to."""


def judge(candidate: Judged, in_service: Reference | None, limits: Limits) -> Judgement:
    """Judge a candidate against what is in service."""
    evaluated = _evaluated(candidate)
    if in_service is None:
        first = PromotionCheck(
            "first_model", True, say("check.first_model", "No model of this name is in service.")
        )
        unnamed = candidate.figures.strangers.count - candidate.figures.others.count
        sound = (
            _false_names(candidate, limits.false_names, limits, excess=unnamed - len(candidate.classes)),
            _wrong_names(candidate, Rate(0, 0), limits.false_names),
            _finds_people(candidate),
        )
        passed = all(check.passed for check in sound)
        return Judgement(Verdict.PROMOTED if passed else Verdict.WAITS, (evaluated, *sound, first))
    newest = _newest(candidate, in_service)
    if in_service.comparison is None:
        comparable = PromotionCheck("comparable_with_service", False, in_service.why_not)
        return Judgement(Verdict.WAITS, (evaluated, newest, comparable), in_service)
    not_worse = _not_worse(candidate, in_service, in_service.comparison, limits)
    reasons = _reasons(candidate, in_service, in_service.comparison, limits)
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
        *_not_worse(challenger, centroid, comparison, limits),
        _better(centroid, comparison, limits),
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
        sentence = _and(sentence, more)
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


def _finds_people(candidate: Judged) -> PromotionCheck:
    found = candidate.figures.recalled
    if not found.of:
        sentence = say(
            "check.finds_people.not_measured",
            "Not measured, and promotes nothing: nobody was seen in two programmes.",
        )
        return PromotionCheck("finds_people", True, sentence)
    sentence = say("check.finds_people", "{rate} held-out photos were named rightly.", rate=found.said)
    return PromotionCheck("finds_people", found.count > 0, sentence)


def _not_worse(
    candidate: Judged, reference: Reference, comparison: Comparison, limits: Limits
) -> tuple[PromotionCheck, ...]:
    names, wrong = limits.allowed(comparison.strangers), limits.allowed(comparison.wrong)
    new = sorted(set(candidate.classes) - set(reference.classes))
    return (
        _false_names(candidate, names, limits, excess=comparison.strangers.only_candidate - len(new)),
        _wrong_names(candidate, comparison.wrong.candidate, wrong),
        _shared_classes(reference, comparison, limits),
        _programmes(comparison, limits),
        _labels(reference, comparison),
    )


def _false_names(candidate: Judged, allowed: float, limits: Limits, *, excess: int) -> PromotionCheck:
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
        sentence = _and(sentence, more)
    return PromotionCheck("false_name_rate_not_worse", passed, sentence)


def _wrong_names(candidate: Judged, compared: Rate, allowed: float) -> PromotionCheck:
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
        sentence = _and(sentence, more)
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


def _worse(groups: Mapping[str, Pairs], limits: Limits) -> list[str]:
    """Return the groups that lost more than is allowed, however few photos show it: all are the same ones."""
    return [
        f"{name} ({pairs.candidate.value:.2f} after {pairs.reference.value:.2f}, {pairs.of} photos)"
        for name, pairs in sorted(groups.items())
        if pairs.more < -limits.recall_loss
    ]


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


def _worse_said(worse: list[str]) -> Sentence:
    if not worse:
        return say("check.none_worse", "; none is worse than allowed")
    return say("check.worse", "; worse than allowed: {names}", names=", ".join(worse))


def _new_said(new: list[str], usable: list[str], figures: Figures) -> Sentence:
    """Return which classes are new, and which of them are no reason to promote."""
    if not new:
        return say("check.new_classes.none", "No class is new.")
    names = ", ".join(new)
    sentence = say("check.new_classes", "{count} classes are new: {names}.", count=len(new), names=names)
    if unmeasured := [name for name in new if not figures.tried.get(name)]:
        more = say(
            "check.new_classes.unmeasured",
            "Not evaluated, and promoted for being new: {names}.",
            names=", ".join(unmeasured),
        )
        sentence = _and(sentence, more)
    if lost := sorted(set(new) - set(usable)):
        more = say(
            "check.new_classes.lost",
            "Never found on held-out photos, and no reason: {names}.",
            names=", ".join(lost),
        )
        sentence = _and(sentence, more)
    return sentence


def _and(first: Sentence, second: Sentence) -> Sentence:
    return say("two_sentences", "{first} {second}", first=first, second=second)


def _reasons(
    candidate: Judged, in_service: Reference, comparison: Comparison, limits: Limits
) -> list[PromotionCheck]:
    figures = candidate.figures
    new = sorted(set(candidate.classes) - set(in_service.classes))
    usable = [name for name in new if not figures.tried.get(name) or figures.found.get(name)]
    gone = sorted(set(in_service.classes) - set(candidate.classes))
    reasons = [
        PromotionCheck("new_classes", bool(usable), _new_said(new, usable, figures)),
        PromotionCheck(
            "classes_removed",
            bool(gone),
            say(
                "check.classes_removed",
                "{count} classes must leave service, having no samples any more: {names}.",
                count=len(gone),
                names=", ".join(gone),
            )
            if gone
            else say("check.classes_removed.none", "No class has to leave service."),
        ),
        _better(in_service, comparison, limits),
    ]
    if in_service.replaced:
        sentence = say(
            "check.replaced",
            "A version newer than {version} had to leave service: {why}",
            version=in_service.version,
            why=in_service.replaced,
        )
        reasons.insert(0, PromotionCheck("rights_require_replacement", True, sentence))
    return reasons


def _better(reference: Reference, comparison: Comparison, limits: Limits) -> PromotionCheck:
    """Check that the candidate finds more, or names fewer strangers, by the margin and not by chance.

    Only what was measured counts, and only while the other rates are measured too and within their limits.
    """
    found, strangers = comparison.found, comparison.strangers
    sentence = say(
        "check.better",
        "{found} held-out photos that {version} has not learned from were named rightly,"
        " {found_before} by it; {named} unknown people were given a name,"
        " {named_before} by it; a margin of {margin} is asked for.",
        found=found.candidate.said,
        version=reference.version,
        found_before=found.reference.said,
        named=strangers.candidate.said,
        named_before=strangers.reference.said,
        margin=f"{limits.margin:.3f}",
    )
    few = [
        say(
            "check.few",
            "{tried} {what, select, photos {photos} other {unknown people}} were tried, {needed} are needed",
            tried=rate.of,
            what=what,
            needed=limits.evidence,
        )
        for what, rate in (("photos", found.candidate), ("people", strangers.candidate))
        if not limits.measured(rate)
    ]
    if few:
        first, *others = few
        both = say("check.both", "{first} and {second}", first=first, second=others[0]) if others else first
        not_measured = say("check.better.not_measured", "Not measured: {few}.", few=both)
        return PromotionCheck("better_by_margin", False, not_measured)
    names = max(limits.false_names, strangers.reference.value)
    wrong = max(limits.false_names, comparison.wrong.reference.value)
    sound = strangers.candidate.value <= names and comparison.wrong.candidate.value <= wrong
    finds_more = found.more >= limits.margin and found.surely_more
    names_fewer = -strangers.more >= limits.margin and strangers.surely_less
    return PromotionCheck("better_by_margin", sound and (finds_more or names_fewer), sentence)

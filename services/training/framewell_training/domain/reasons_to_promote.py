"""Why something should change in service: new people, people who must go, rights, or a better model."""

from __future__ import annotations

from framewell_contracts.sentences import Sentence, say
from framewell_training.domain.figures import Comparison, Figures
from framewell_training.domain.judgement import Judged, Limits, PromotionCheck, Reference, two_sentences

REASONS = frozenset(
    {"new_classes", "classes_removed", "rights_require_replacement", "better_by_margin", "challengers_follow"}
)
"""Checks that say why something should change, not that anything is worse."""


def check_reasons(
    candidate: Judged, in_service: Reference, comparison: Comparison, limits: Limits
) -> list[PromotionCheck]:
    """Return what speaks for a change, whether it holds or not; one that holds is enough."""
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
        check_margin(in_service, comparison, limits),
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


def check_margin(reference: Reference, comparison: Comparison, limits: Limits) -> PromotionCheck:
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
        sentence = two_sentences(sentence, more)
    if lost := sorted(set(new) - set(usable)):
        more = say(
            "check.new_classes.lost",
            "Never found on held-out photos, and no reason: {names}.",
            names=", ".join(lost),
        )
        sentence = two_sentences(sentence, more)
    return sentence

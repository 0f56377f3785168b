"""A judgement of the promotion policy: the verdict, the checks that led to it, and what they ask about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from framewell_contracts.sentences import Sentence, say
from framewell_training.domain.figures import Comparison, Figures, Pairs, Rate


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


def not_comparable(version: str, why: str) -> Sentence:
    """Return that the version in service cannot be tried on the same photos, and why."""
    return say(
        "check.not_comparable",
        "{version}, in service, cannot be compared: {why}. A person decides.",
        version=version,
        why=why,
    )


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


def two_sentences(first: Sentence, second: Sentence) -> Sentence:
    """Return two sentences as one, each to be worded by itself."""
    return say("two_sentences", "{first} {second}", first=first, second=second)

"""Checks of samples and rights: who was proposed, what was withheld in which words, who accepted."""

from __future__ import annotations

from textwrap import shorten

from framewell.rights.v1.rights_pb2 import RightsDecision
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    SAMPLE_STATE_ACCEPTED,
    SampleProposed,
    SampleReviewed,
)
from framewell_demo.rendering.programmes import MAN
from framewell_demo.run_record import RunRecord


def man_was_proposed_and_his_name_marked_as_fiction(record: RunRecord) -> tuple[bool, str]:
    proposed = [
        fact
        for fact, _ in record.log.of(SampleProposed, record.asset("programme-a"))
        if fact.class_id and not fact.question
    ]
    man = record.classes[proposed[0].class_id]
    kinds = sorted({evidence.kind for evidence in proposed[0].evidence})
    return man.name == MAN.name and man.fictional and len(kinds) >= 2, (
        f"{len(proposed[0].crops)} crops of {man.name}{' (fiction)' if man.fictional else ''}, "
        f"by {' and '.join(kinds)}"
    )


def same_pictures_counted_once(record: RunRecord) -> tuple[bool, str]:
    """Check that the man's repeated pictures in programme A are one sample, with the others collapsed."""
    named = [sample for sample in record.samples["programme-a"] if sample.class_id and not sample.question]
    collapsed = sum(sample.collapsed for sample in named)
    return len(named) == 1 and collapsed >= 1, f"{len(named)} sample, {collapsed} near-duplicates collapsed"


def astronaut_was_withheld(record: RunRecord) -> tuple[bool, str]:
    decision = withheld_decision(record, "programme-c")
    return "4711" in _words(decision), beginning(decision.sentence)


def photo_was_withheld_in_its_own_words(record: RunRecord) -> tuple[bool, str]:
    decision = withheld_decision(record, "photo")
    words = _words(decision)
    return (
        "reproduced, disseminated or broadcast" in words and "EXIF" in words,
        beginning(decision.sentence),
    )


def staff_accepted(record: RunRecord) -> tuple[bool, str]:
    accepted = {sample.sample_id for cycle in record.cycles for sample in cycle.accepted}
    reviewed = {
        fact.sample_id: fact.actor.principal
        for fact, _ in record.log.of(SampleReviewed)
        if fact.decision == DECISION_ACCEPT
    }
    reviewers = {reviewed[sample] for sample in accepted if sample in reviewed}
    states = [sample.state for samples in record.samples.values() for sample in samples]
    passed = bool(accepted) and accepted <= set(reviewed) and all(reviewers)
    return passed and states.count(SAMPLE_STATE_ACCEPTED) >= len(accepted), (
        f"{len(accepted)} samples accepted by {', '.join(sorted(reviewers)) or 'nobody'}"
    )


def withheld_decision(record: RunRecord, role: str) -> RightsDecision:
    """Return the rights gate's decision about an asset's samples, as it was read. Raise KeyError without."""
    return record.withheld[role]


def _words(decision: RightsDecision) -> str:
    """Return everything the decision says: its sentence, and what its grounds quote and where that stood."""
    grounds = (f"{ground.verbatim} {ground.found_at} {ground.statement_id}" for ground in decision.grounds)
    return " ".join((decision.sentence, *grounds))


def beginning(sentence: str) -> str:
    """Return enough of a long sentence to know it by; the whole of it stands under “Withheld”."""
    return shorten(sentence, 200, placeholder=" …")

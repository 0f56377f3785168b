"""Facts about samples. A fact's id follows from the sample and its revision."""

from datetime import datetime

from google.protobuf.message import Message

from framewell.mesh.v1.mesh_pb2 import Actor, Wording
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell.sample.v1.sample_pb2 import (
    Decision,
    Provenance,
    SampleProposed,
    SampleReviewed,
    SampleWithdrawn,
    SampleWithheld,
)
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say, wording_of
from framewell_dataset.domain.samples import Sample, State, Withdrawal
from framewell_dataset.domain.wording import PURPOSE_WORDS
from framewell_kit.facts import Fact

_THIS_USE = say("use.other", "this use")


def rule_actor(rule: str, at: datetime) -> Actor:
    """Return a rule as the one who decided."""
    actor = Actor(principal=f"rule:{rule}", authority="rule")
    actor.decided_at.FromDatetime(at)
    return actor


REASONS = {
    Withdrawal.NONE: say("withdrawal.none", "It must not be used any more."),
    Withdrawal.RIGHTS: say(
        "withdrawal.rights", "The rights in its asset no longer allow this use; its passport says why."
    ),
    Withdrawal.ERASED: say("withdrawal.erased", "Its person, asset or holder was erased."),
    Withdrawal.ASSET_REMOVED: say("withdrawal.asset_removed", "Its asset was removed."),
    Withdrawal.MERGED: say("withdrawal.merged", "It is the same sighting as an older sample."),
}
"""What facts say about a withdrawal: they are kept longer than anybody's words may be."""
PERSON_FORGOTTEN = say("withdrawal.person_forgotten", "Its person was forgotten.")
ASSET_ERASED = say("withdrawal.asset_erased", "Its asset was erased.")
"""What the sample itself says, which goes with the person or the asset."""


def without_words(provenance: Provenance) -> Provenance:
    """Return where a sample comes from by ids alone: no title, no address, no words of a statement."""
    bare = Provenance()
    bare.CopyFrom(provenance)
    bare.ClearField("programme")
    bare.ClearField("uri")
    if provenance.HasField("rights"):
        decision = provenance.rights
        use = PURPOSE_WORDS.get(decision.purpose, _THIS_USE)
        said = (
            say("rights_plain.allowed", "Allowed: {use}.", use=use)
            if decision.allowed
            else say("rights_plain.withheld_use", "Withheld: {use}.", use=use)
        )
        bare.rights.sentence = said
        bare.rights.ClearField("wording")
        bare.rights.wording.MergeFrom(wording_of(said) or Wording())
        del bare.rights.grounds[:]
        bare.rights.grounds.extend(
            RightsStatement(source=each.source, revision=each.revision, use=each.use)
            for each in decision.grounds
        )
    return bare


def change_fact(sample: Sample, actor: Actor) -> Fact:
    """Return the fact about a sample that a rule or the gate put where it is now."""
    message: Message
    if sample.state is State.WITHHELD:
        message = SampleWithheld(
            sample_id=sample.sample_id,
            dataset_id=sample.dataset_id,
            class_id=sample.class_id,
            rule=sample.rule,
            provenance=without_words(sample.provenance),
            revision=sample.revision,
        )
    elif sample.state is State.WITHDRAWN:
        message = SampleWithdrawn(
            sample_id=sample.sample_id,
            dataset_id=sample.dataset_id,
            class_id=sample.class_id,
            reason=REASONS[sample.withdrawal],
            wording=wording_of(REASONS[sample.withdrawal]),
            actor=actor,
            revision=sample.revision,
        )
    else:
        message = SampleProposed(
            sample_id=sample.sample_id,
            dataset_id=sample.dataset_id,
            class_id=sample.class_id,
            crops=sample.crops,
            evidence=sample.evidence,
            provenance=without_words(sample.provenance),
            revision=sample.revision,
            question=sample.question,
        )
    return _fact(sample, message)


def review_fact(sample: Sample, decision: "Decision.ValueType", actor: Actor, note_id: str = "") -> Fact:
    """Return the fact about a person's decision; `note_id` names the words that were said with it."""
    return _fact(
        sample,
        SampleReviewed(
            sample_id=sample.sample_id,
            dataset_id=sample.dataset_id,
            class_id=sample.class_id,
            decision=decision,
            actor=actor,
            note_id=note_id,
            revision=sample.revision,
        ),
    )


def _fact(sample: Sample, message: Message) -> Fact:
    return Fact(
        message,
        id=derived_id(sample.sample_id, message.DESCRIPTOR.full_name, str(sample.revision)),
        subject=sample.asset_id,
    )

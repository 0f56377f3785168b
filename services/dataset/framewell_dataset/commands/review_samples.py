"""A person decides about samples, or takes a decision back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from framewell.dataset.v1.review_service_pb2 import (
    REVIEW_REFUSAL_NO_CLASS,
    REVIEW_REFUSAL_NOT_DECIDED,
    REVIEW_REFUSAL_NOT_FOUND,
    REVIEW_REFUSAL_NOT_OPEN,
    REVIEW_REFUSAL_RIGHTS,
    REVIEW_REFUSAL_UNKNOWN_CLASS,
    REVIEW_REFUSAL_UNSPECIFIED,
    Review,
    ReviewRefusal,
)
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    DECISION_REJECT,
    DECISION_UNDO,
    DECISION_UNSPECIFIED,
    DECISION_UNSURE,
    Provenance,
)
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import say, worded
from framewell_dataset.domain.refusals import NotTaken, changed_since, claimed_by_another, not_open
from framewell_dataset.domain.sample_facts import review_fact
from framewell_dataset.domain.samples import DECIDED, Sample, State, state_after
from framewell_dataset.ports.catalogue import ClassRepository
from framewell_dataset.ports.review import Note, SampleRepository, WordRepository
from framewell_dataset.steps.keep_evidence import KeepEvidence
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Rejected

MOST_AT_ONCE = 500
OPEN_TO_REVIEW = (State.PROPOSED, *DECIDED)
TAKEN = (DECISION_ACCEPT, DECISION_REJECT, DECISION_UNSURE, DECISION_UNDO)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The sample after the decision (none: it does not exist), and why it was not taken, if so."""

    sample: Sample | None
    error: str = ""
    refusal: "ReviewRefusal.ValueType" = REVIEW_REFUSAL_UNSPECIFIED


@dataclass(frozen=True, slots=True)
class ReviewSamples:
    """Each decision is taken or refused by itself. Rights are asked before and after an acceptance.

    A decision and the fact about it are one write; each accepted or un-accepted sample requests the
    dataset's next snapshot. The same decision again by the same person, about the revision that they saw,
    changes nothing and is answered as taken: an answer may be lost on its way.
    """

    samples: SampleRepository
    words: WordRepository
    classes: ClassRepository
    gate: RightsGate
    changes: SampleChanges
    upkeep: SnapshotUpkeep
    clock: Clock
    keep_evidence: KeepEvidence

    async def __call__(self, reviews: Sequence[Review], actor: Actor, cause: Cause) -> list[Reviewed]:
        """Return what became of each decision, in order. Raises Rejected for too many of them."""
        if len(reviews) > MOST_AT_ONCE:
            raise Rejected(
                say(
                    "too_many_decisions",
                    "{count} decisions at once: at most {most} are taken",
                    count=len(reviews),
                    most=MOST_AT_ONCE,
                )
            )
        actor = self._signed(actor)
        results, touched = [], set()
        for review in reviews:
            before = await self.samples.get(review.sample_id)
            result = await self._one(before, review, actor, cause)
            results.append(result)
            if result.sample and before and State.ACCEPTED in (before.state, result.sample.state):
                touched.add(result.sample.dataset_id)
        for dataset_id in sorted(touched):
            await self.upkeep.request_next(dataset_id, actor, cause)
        return results

    def _signed(self, actor: Actor) -> Actor:
        signed = Actor(principal=actor.principal, authority=actor.authority)
        signed.decided_at.FromDatetime(self.clock.now())
        return signed

    async def _one(self, sample: Sample | None, review: Review, actor: Actor, cause: Cause) -> Reviewed:
        if sample is None:
            return Reviewed(None, f"sample {review.sample_id} does not exist", REVIEW_REFUSAL_NOT_FOUND)
        if _is_taken(sample, review, actor):
            return Reviewed(sample)
        try:
            self._check(sample, review, actor)
            class_id = await self._class(sample, review)
            if review.decision == DECISION_ACCEPT or sample.state is not State.PROPOSED:
                sample = await self._allowed(sample, actor, cause)
            decided = self._decided(sample, review, class_id, actor)
            note_id = await self._note(sample, decided, review.note)
            evidence = await self.keep_evidence(sample, class_id)
            after = replace(decided, evidence=tuple(evidence))
            fact = review_fact(after, review.decision, actor, note_id)
            if not await self.samples.change(sample, after, fact, cause):
                await self.words.discard(note_id)
                await self.keep_evidence.discard(sample, evidence)
                current = await self.samples.get(sample.sample_id) or sample
                raise changed_since(current, sample.revision)
            # The rights may have moved while the decision was written.
            after = await self.changes.recheck(after, actor, cause)
        except NotTaken as refusal:
            current = await self.samples.get(sample.sample_id) or sample
            return Reviewed(current, refusal.text, refusal.refusal)
        return Reviewed(after)

    async def _note(self, before: Sample, after: Sample, text: str) -> str:
        """Keep what the reviewer said before the decision is written; return its id, empty without words."""
        if not text.strip():
            return ""
        note_id = derived_id(after.sample_id, "note", f"{after.revision} {uuid4()}")
        classes = frozenset(each for each in (before.class_id, after.class_id) if each)
        await self.words.keep(Note(note_id, after.sample_id, classes, text))
        return note_id

    def _check(self, sample: Sample, review: Review, actor: Actor) -> None:
        if review.decision == DECISION_UNSPECIFIED:
            raise NotTaken(
                REVIEW_REFUSAL_NOT_OPEN,
                say("review.no_decision", "no decision was given: accept, reject or unsure"),
            )
        if review.HasField("expected_revision") and review.expected_revision != sample.revision:
            raise changed_since(sample, review.expected_revision)
        if sample.state not in OPEN_TO_REVIEW:
            raise not_open(sample)
        if review.decision == DECISION_UNDO and sample.state not in DECIDED:
            why = say("review.undecided", "nobody decided about the sample, so there is nothing to take back")
            raise NotTaken(REVIEW_REFUSAL_NOT_DECIDED, why)
        if sample.claimed_at(self.clock.now()) and sample.claimed_by != actor.principal:
            raise claimed_by_another(sample)

    async def _class(self, sample: Sample, review: Review) -> str:
        class_id = review.class_id or sample.class_id
        if review.class_id:
            named = await self.classes.get(class_id)
            if named is None or named.dataset_id != sample.dataset_id:
                why = say(
                    "class_unknown.dataset",
                    "class {class_id} does not exist in dataset {dataset_id}",
                    class_id=class_id,
                    dataset_id=sample.dataset_id,
                )
                raise NotTaken(REVIEW_REFUSAL_UNKNOWN_CLASS, why)
            class_id = named.merged_into or class_id
        if not class_id and review.decision == DECISION_ACCEPT:
            why = say("review.question", "the sample is a question: say which class it is (class_id)")
            raise NotTaken(REVIEW_REFUSAL_NO_CLASS, why)
        return class_id

    async def _allowed(self, sample: Sample, actor: Actor, cause: Cause) -> Sample:
        """Return the sample when the rights stand; otherwise withhold it and raise NotTaken."""
        decision = await self.gate.of_sample(sample)
        if decision is None:
            raise NotTaken(
                REVIEW_REFUSAL_NOT_OPEN, say("review.asset_removed", "the sample's asset was removed")
            )
        if not decision.allowed:
            await self.changes.recheck(sample, actor, cause)
            raise NotTaken(REVIEW_REFUSAL_RIGHTS, worded(decision.sentence, decision.wording))
        return sample

    def _decided(self, sample: Sample, review: Review, class_id: str, actor: Actor) -> Sample:
        decision, provenance = review.decision, Provenance()
        provenance.CopyFrom(sample.provenance)
        provenance.ClearField("accepted_by")
        if decision == DECISION_ACCEPT:
            provenance.accepted_by.CopyFrom(actor)
        return sample.changed(
            state=state_after(decision),
            class_id=class_id,
            question=sample.question and decision != DECISION_ACCEPT,
            provenance=provenance,
            claimed_by="",
            claimed_until=None,
            decided_by=actor,
            cluster_decision_id=review.cluster_decision_id if decision == DECISION_ACCEPT else "",
            moved_from=sample.moved_from if class_id == sample.class_id else (),
        )


def _is_taken(sample: Sample, review: Review, actor: Actor) -> bool:
    """Return whether this very decision was taken before: the revision that was seen is an earlier one."""
    seen = review.HasField("expected_revision") and review.expected_revision < sample.revision
    mine = sample.decided_by is not None and sample.decided_by.principal == actor.principal
    if not (seen and mine and review.decision in TAKEN):
        return False
    return sample.state is state_after(review.decision) and review.class_id in {"", sample.class_id}

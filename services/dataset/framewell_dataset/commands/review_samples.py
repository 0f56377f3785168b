"""A person decides about samples, or takes a decision back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from framewell.dataset.v1.review_service_pb2 import Review
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.sample.v1.sample_pb2 import (
    DECISION_ACCEPT,
    DECISION_UNDO,
    DECISION_UNSPECIFIED,
    Decision,
    Provenance,
)
from framewell_contracts.identity import derived_id
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


class NotTaken(Exception):
    """The decision about one sample was not taken; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The sample after the decision (none: it does not exist), and why it was not taken, if so."""

    sample: Sample | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReviewSamples:
    """Each decision is taken or refused by itself. Rights are asked before and after an acceptance.

    A decision and the fact about it are one write; each accepted or un-accepted sample requests the
    dataset's next snapshot.
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
            raise Rejected(f"{len(reviews)} decisions at once: at most {MOST_AT_ONCE} are taken")
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
            return Reviewed(None, f"sample {review.sample_id} does not exist")
        try:
            self._check(sample, review, actor)
            class_id = await self._class(sample, review)
            if review.decision == DECISION_ACCEPT or sample.state is not State.PROPOSED:
                sample = await self._allowed(sample, actor, cause)
            decided = self._decided(sample, review.decision, class_id, actor)
            note_id = await self._note(sample, decided, review.note)
            evidence = await self.keep_evidence(sample, class_id)
            after = replace(decided, evidence=tuple(evidence))
            fact = review_fact(after, review.decision, actor, note_id)
            if not await self.samples.change(sample, after, fact, cause):
                await self.words.discard(note_id)
                await self.keep_evidence.discard(sample, evidence)
                raise NotTaken("somebody changed the sample meanwhile: look at it again")
            # The rights may have moved while the decision was written.
            after = await self.changes.recheck(after, actor, cause)
        except NotTaken as refusal:
            return Reviewed(await self.samples.get(sample.sample_id) or sample, str(refusal))
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
            raise NotTaken("no decision was given: accept, reject or unsure")
        if review.HasField("expected_revision") and review.expected_revision != sample.revision:
            raise NotTaken(
                f"the sample is at revision {sample.revision}, not {review.expected_revision}: "
                "somebody changed it meanwhile, look at it again"
            )
        if sample.state not in OPEN_TO_REVIEW:
            raise NotTaken(f"the sample is {sample.state} and cannot be decided about: {sample.reason}")
        if review.decision == DECISION_UNDO and sample.state not in DECIDED:
            raise NotTaken("nobody decided about the sample, so there is nothing to take back")
        claimed = sample.claimed_until is not None and sample.claimed_until > self.clock.now()
        if claimed and sample.claimed_by != actor.principal:
            raise NotTaken(f"{sample.claimed_by} is reviewing the sample")

    async def _class(self, sample: Sample, review: Review) -> str:
        class_id = review.class_id or sample.class_id
        if review.class_id:
            named = await self.classes.get(class_id)
            if named is None or named.dataset_id != sample.dataset_id:
                raise NotTaken(f"class {class_id} does not exist in dataset {sample.dataset_id}")
            class_id = named.merged_into or class_id
        if not class_id and review.decision == DECISION_ACCEPT:
            raise NotTaken("the sample is a question: say which class it is (class_id)")
        return class_id

    async def _allowed(self, sample: Sample, actor: Actor, cause: Cause) -> Sample:
        """Return the sample when the rights stand; otherwise withhold it and raise NotTaken."""
        decision = await self.gate.of_sample(sample)
        if decision is None:
            raise NotTaken("the sample's asset was removed")
        if not decision.allowed:
            await self.changes.recheck(sample, actor, cause)
            raise NotTaken(decision.sentence)
        return sample

    def _decided(self, sample: Sample, decision: "Decision.ValueType", class_id: str, actor: Actor) -> Sample:
        provenance = Provenance()
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
        )

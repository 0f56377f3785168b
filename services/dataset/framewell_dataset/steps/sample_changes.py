"""Changing a sample safely: compare and set with its fact, and what follows for snapshots."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.rights import RightsOfAsset
from framewell_dataset.domain.sample_facts import REASONS, change_fact
from framewell_dataset.domain.samples import DECIDED, Sample, State, Withdrawal
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.snapshot_upkeep import SnapshotUpkeep
from framewell_kit.facts import Cause
from framewell_kit.tombstones import class_subject


@dataclass(frozen=True, slots=True)
class SampleChanges:
    """Applies a rule's or the gate's change to one sample, again where somebody else was faster."""

    samples: SampleRepository
    gate: RightsGate
    upkeep: SnapshotUpkeep

    async def apply(
        self, sample: Sample, change: Callable[[Sample], Sample | None], actor: Actor, cause: Cause
    ) -> Sample:
        """Return the sample after `change`, which returns None where nothing is to be done."""
        while True:
            after = change(sample)
            if after is None:
                return sample
            # What a person decided stands where only the grounds of its use changed: no fact says otherwise.
            decided = after.state is sample.state and after.state in DECIDED
            fact = None if decided else change_fact(after, actor)
            if await self.samples.change(sample, after, fact, cause):
                return after
            current = await self.samples.get(sample.sample_id)
            if current is None:
                return sample
            sample = current

    async def recheck(self, sample: Sample, actor: Actor, cause: Cause) -> Sample:
        """Ask the gate again and return the sample as the gate wants it now.

        Asked again until the rights stood still while it was changed: whoever changes rights writes the
        revision first and scans then, so either they see the sample or we see their revision; likewise the
        tombstone of its asset or class. A snapshot that holds a sample which may not be used is withdrawn,
        also when the sample was changed before (by an attempt that was cut off, or because a person had taken
        it out since).
        """
        while True:
            why = await self.gate.gone(sample)
            if why is not None:
                return await self._take_back(sample, why, actor, cause)
            decision = await self.gate.of_sample(sample)
            if decision is None:
                return sample
            known = sample.revision
            if decision.allowed and sample.state is State.ACCEPTED and sample.under(decision) is not None:
                # Asked for before the change: who dies in between must not leave an old price in force.
                await self.upkeep.request_next(sample.dataset_id, actor, cause)
            sample = await self.apply(sample, lambda each, at=decision: each.under(at), actor, cause)  # type: ignore[misc]
            if not decision.allowed:
                await self.upkeep.withdraw_holding(sample, REASONS[Withdrawal.RIGHTS], actor, cause)
            if sample.revision == known:
                return sample

    async def recheck_each(
        self, samples: Iterable[Sample], actor: Actor, cause: Cause
    ) -> AsyncIterator[Sample]:
        """Yield each sample as `recheck` would, with the rights read once an asset."""
        read: dict[str, RightsOfAsset | None] = {}
        buried: dict[str, bool] = {}
        for sample in samples:
            if sample.asset_id not in read:
                read[sample.asset_id] = await self.gate.rights_by_id(sample.asset_id)
            if sample.class_id not in buried:
                buried[sample.class_id] = bool(
                    await self.gate.tombstones.find(class_subject(sample.class_id))
                )
            rights = read[sample.asset_id]
            if rights is None or buried[sample.class_id] or not self._stands(sample, rights):
                sample = await self.recheck(sample, actor, cause)  # noqa: PLW2901 - the same sample, changed
            yield sample

    def _stands(self, sample: Sample, rights: RightsOfAsset) -> bool:
        """Return whether the sample is what the gate wants it to be, and may be used."""
        decision = self.gate.weigh(rights, sample.purpose, sample.span)
        return decision.allowed and sample.under(decision) is None

    async def _take_back(self, sample: Sample, why: Withdrawal, actor: Actor, cause: Cause) -> Sample:
        sample = await self.apply(sample, lambda each: each.withdrawn(why, REASONS[why]), actor, cause)
        await self.upkeep.withdraw_holding(sample, REASONS[why], actor, cause)
        return sample

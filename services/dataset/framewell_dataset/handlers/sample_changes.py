"""Changing a sample safely: compare and set with its fact, and what follows for snapshots."""

from collections.abc import Callable
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.sample_facts import told
from framewell_dataset.domain.samples import Sample
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.handlers.snapshot_upkeep import SnapshotUpkeep
from framewell_dataset.ports import SampleStore
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class SampleChanges:
    """Applies a rule's or the gate's change to one sample, again where somebody else was faster."""

    samples: SampleStore
    gate: RightsGate
    upkeep: SnapshotUpkeep

    async def apply(
        self, sample: Sample, change: Callable[[Sample], Sample | None], actor: Actor, cause: Cause
    ) -> Sample:
        """The sample after `change`, which returns None where nothing is to be done."""
        while True:
            after = change(sample)
            if after is None:
                return sample
            if await self.samples.change(sample, after, told(after, actor), cause):
                return after
            current = await self.samples.get(sample.sample_id)
            if current is None:
                return sample
            sample = current

    async def ask_again(self, sample: Sample, actor: Actor, cause: Cause) -> Sample:
        """The sample as the gate wants it now.

        Asked again until the rights stood still while it was changed: whoever changes rights writes the
        revision first and scans then, so either they see the sample or we see their revision. A snapshot
        that holds a sample which is not allowed is withdrawn, also when the sample was changed before
        (by an attempt that was cut off, or because a person had taken it out since).
        """
        while True:
            decision = await self.gate.of_sample(sample)
            if decision is None:
                return sample
            known = sample.revision
            sample = await self.apply(sample, lambda each, at=decision: each.under(at), actor, cause)  # type: ignore[misc]
            if not decision.allowed:
                await self.upkeep.withdraw_with([sample], decision.sentence, actor, cause)
            if sample.revision == known:
                return sample

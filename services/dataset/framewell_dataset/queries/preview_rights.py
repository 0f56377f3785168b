"""What a change of rights would do, without doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from framewell.rights.v1.rights_pb2 import AppliedStatement, RightsChanged
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.prices import PriceChanges
from framewell_dataset.domain.rights import RightsOfAsset
from framewell_dataset.domain.samples import State
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.rights_change import MOST_ASKED, RightsChangePolicy
from framewell_dataset.steps.rights_gate import RightsGate


@dataclass(slots=True)
class Preview:
    """How much would change, and what."""

    samples_withdrawn: int = 0
    samples_proposed: int = 0
    snapshot_ids: set[str] = field(default_factory=set)
    asset_ids: list[str] = field(default_factory=list)
    applied: Sequence[AppliedStatement] = ()
    money: PriceChanges = field(default_factory=PriceChanges)

    async def count(
        self,
        asset: Asset,
        rights: RightsOfAsset,
        gate: RightsGate,
        samples: SampleRepository,
        snapshots: SnapshotRepository,
    ) -> None:
        """Add what would become of the asset's samples under these rights."""
        async for sample in samples.of_asset(asset.asset_id):
            after = sample.under(gate.weigh(rights, sample.purpose, sample.span))
            if after is None:
                continue
            self.money.add(sample, after)
            if after.state is sample.state:
                continue
            if after.state is State.PROPOSED:
                self.samples_proposed += 1
                continue
            self.samples_withdrawn += 1
            async for stored in snapshots.containing(sample.sample_id):
                self.snapshot_ids.add(stored.published.snapshot_id)


@dataclass(frozen=True, slots=True)
class PreviewRights:
    """Decides about every sample concerned as if the change had been made."""

    policy: RightsChangePolicy
    samples: SampleRepository
    snapshots: SnapshotRepository
    gate: RightsGate

    async def __call__(self, change: RightsChanged, *, statements_only: bool = False) -> Preview:
        """Return what the change would do. Raises Rejected for one that could not be made."""
        self.policy.check(change)
        added = tuple(self.policy.received(change))
        preview, first = Preview(), list[Asset]()
        async for asset in self.policy.concerned(change.subject):
            preview.asset_ids.append(asset.asset_id)
            if len(first) < MOST_ASKED:
                first.append(asset)
            if statements_only:
                continue
            rights = self.gate.with_added(await self.gate.rights(asset), added)
            await preview.count(asset, rights, self.gate, self.samples, self.snapshots)
        preview.applied = await self.policy.outcomes(change, first)
        return preview

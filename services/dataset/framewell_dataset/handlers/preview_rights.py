"""What a change of rights would do, without doing it."""

from dataclasses import dataclass, field

from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell_dataset.domain.rights import Stated
from framewell_dataset.domain.samples import State
from framewell_dataset.handlers.change_rights import ChangeRights, check_target, concerned
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.ports import AssetBook, SampleStore, SnapshotStore


@dataclass(slots=True)
class Preview:
    """Counts and names of what would change."""

    samples_withdrawn: int = 0
    samples_proposed: int = 0
    snapshot_ids: set[str] = field(default_factory=set)
    asset_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PreviewRights:
    """Decides about every sample concerned as if the change had been made."""

    assets: AssetBook
    samples: SampleStore
    snapshots: SnapshotStore
    gate: RightsGate
    change: ChangeRights

    async def __call__(self, fact: RightsChanged) -> Preview:
        check_target(fact.target)
        taken, _ = self.change.permitted(fact)
        added = tuple(Stated(statement, fact.revision) for statement in taken)
        preview = Preview()
        for asset in await concerned(self.assets, fact.target):
            if asset.removed:
                continue
            preview.asset_ids.append(asset.asset_id)
            rights = self.gate.also(await self.gate.stated(asset), added)
            for sample in await self.samples.of_asset(asset.asset_id):
                after = sample.under(self.gate.weigh(rights, sample.purpose, sample.span))
                if after is None:
                    continue
                if after.state is State.PROPOSED:
                    preview.samples_proposed += 1
                    continue
                preview.samples_withdrawn += 1
                held = await self.snapshots.containing(sample.sample_id)
                preview.snapshot_ids |= {kept.published.snapshot_id for kept in held}
        return preview

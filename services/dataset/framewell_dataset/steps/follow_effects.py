"""Before a change of rights decides an asset anew, what it will do to each sample is noted."""

from dataclasses import dataclass

from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.samples import Sample, State
from framewell_dataset.domain.snapshots import SnapshotState
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.ports.rights_changes import Effect, RightsChangeRepository, SampleEffect
from framewell_dataset.ports.snapshots import SnapshotRepository
from framewell_dataset.steps.rights_gate import RightsGate

_EFFECTS = {
    State.WITHDRAWN: Effect.WITHDRAWN,
    State.WITHHELD: Effect.WITHHELD,
    State.PROPOSED: Effect.PROPOSED,
}


@dataclass(frozen=True, slots=True)
class FollowEffects:
    """Written before the samples are changed: whoever dies in between has noted what the next one does.

    Done twice it notes nothing twice; a sample that was changed by then is noted already.
    """

    changes: RightsChangeRepository
    samples: SampleRepository
    snapshots: SnapshotRepository
    gate: RightsGate

    async def __call__(self, change_id: str, asset: Asset) -> None:
        """Note what the asset's samples come to, by what is stated now."""
        rights = await self.gate.rights(asset)
        async for sample in self.samples.of_asset(asset.asset_id):
            after = sample.under(self.gate.weigh(rights, sample.purpose, sample.span))
            if after is not None:
                await self._note(change_id, sample, after)

    async def _note(self, change_id: str, before: Sample, after: Sample) -> None:
        moved = before.state is not after.state
        effect = _EFFECTS[after.state] if moved else Effect.REPRICED
        held = []
        if effect is Effect.WITHDRAWN:
            held = [
                one.published.snapshot_id
                async for one in self.snapshots.containing(before.sample_id)
                if one.state is SnapshotState.PUBLISHED
            ]
        await self.changes.note(change_id, SampleEffect(before.sample_id, before.asset_id, effect), held)

"""Rights of an asset changed (or its term began or ended): every sample of it is decided anew."""

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.assets import Asset
from framewell_dataset.ports.review import SampleRepository
from framewell_dataset.steps.recheck_background import RecheckBackground
from framewell_dataset.steps.rights_gate import RightsGate
from framewell_dataset.steps.sample_changes import SampleChanges
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class ReconsiderAsset:
    """Tells what may be done with the asset now; then withdraws, withholds or proposes after all.

    Who holds rights in it is written before the samples are looked at, so that a change of a holder's rights
    that comes meanwhile finds the asset. Snapshots follow. Doing it twice changes nothing.
    """

    samples: SampleRepository
    gate: RightsGate
    changes: SampleChanges
    background: RecheckBackground

    async def __call__(self, asset: Asset, actor: Actor, cause: Cause) -> None:
        await self.gate.settle(asset.asset_id, cause)
        async for sample in self.samples.of_asset(asset.asset_id):
            await self.changes.recheck(sample, actor, cause)
        await self.background(asset.asset_id, actor, cause)

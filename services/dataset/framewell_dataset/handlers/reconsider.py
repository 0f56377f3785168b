"""Rights of an asset moved (or its term began or ended): every sample of it is decided anew."""

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.assets import Asset
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.handlers.sample_changes import SampleChanges
from framewell_dataset.ports import SampleStore
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class Reconsider:
    """Withdraws, withholds or proposes after all; snapshots follow. Doing it twice changes nothing."""

    samples: SampleStore
    gate: RightsGate
    changes: SampleChanges

    async def __call__(self, asset: Asset, actor: Actor, cause: Cause) -> None:
        for sample in await self.samples.of_asset(asset.asset_id):
            await self.changes.ask_again(sample, actor, cause)
        await self.gate.note(asset)

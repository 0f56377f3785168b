"""An asset was taken in: remember where it comes from and what was stated about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_dataset.domain.assets import Asset, asset_target
from framewell_dataset.handlers.rights_gate import RightsGate
from framewell_dataset.ports import AssetBook, RightsBook
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RegisterAsset:
    """Keeps statements first, so that no sample is ever decided without them. Redelivery adds nothing."""

    assets: AssetBook
    rights: RightsBook
    gate: RightsGate

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        asset = Asset(
            asset_id=fact.asset_id,
            kind=fact.kind,
            source=fact.source,
            uri=fact.uri,
            original=fact.original,
            programme=fact.programme,
            revision=fact.revision,
        )
        await self.rights.add(asset_target(fact.asset_id), fact.statements, change=0)
        await self.assets.remember(asset)
        await self.gate.note(asset)
        return ()

"""An asset is to go, with everything made from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.assets import asset_target
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.handlers.forget_samples import ForgetSamples
from framewell_dataset.ports import AssetBook, RightsBook, SampleStore, Strangers
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Marks the asset as gone first, so that facts still under way make nothing new of it."""

    assets: AssetBook
    rights: RightsBook
    samples: SampleStore
    strangers: Strangers
    forget: ForgetSamples

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        await self.assets.remove(fact.asset_id, fact.revision)
        reason = f"Its asset was removed: {fact.reason or 'no reason given'}"
        await self.take_away(fact.asset_id, Withdrawal.ASSET_REMOVED, reason, fact.actor, cause)
        return ()

    async def take_away(
        self, asset_id: str, why: Withdrawal, reason: str, actor: Actor, cause: Cause
    ) -> dict[str, int]:
        """Everything of a removed asset; counts by kind."""
        counts = await self.forget(await self.samples.of_asset(asset_id), why, reason, actor, cause)
        counts["strangers"] += await self.strangers.forget(asset_id)
        counts["statements"] += await self.rights.forget(asset_target(asset_id))
        return counts

"""An asset was taken in: remember where it comes from and what was stated about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_dataset.domain.assets import Asset, asset_target
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.handlers.reconsider import Reconsider
from framewell_dataset.ports import AssetBook, RightsBook
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing

RULE = "register_asset"


@dataclass(frozen=True, slots=True)
class RegisterAsset:
    """Keeps statements first, so that no sample is ever decided without them. Redelivery adds nothing.

    An asset that is taken in again may bring further statements: its samples are decided anew.
    """

    assets: AssetBook
    rights: RightsBook
    reconsider: Reconsider
    clock: Clock

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
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
        kept = await self.assets.get(fact.asset_id)
        if kept is not None and not kept.removed:
            await self.reconsider(kept, rule_actor(RULE, self.clock.now()), cause)
        return ()

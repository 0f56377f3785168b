"""An asset was taken in: remember where it comes from and what was stated about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import from_ingest
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights import StatementRepository
from framewell_dataset.steps.forgotten_names import ForgottenNames
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing

RULE = "register_asset"


@dataclass(frozen=True, slots=True)
class RegisterAsset:
    """Keeps statements first, so that no sample is ever decided without them. Redelivery adds nothing.

    An asset that is taken in again may bring further statements: its samples are decided anew.
    """

    assets: AssetRepository
    statements: StatementRepository
    reconsider: ReconsiderAsset
    clock: Clock
    forgotten: ForgottenNames

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        asset_id = fact.work.asset_id
        asset = Asset(
            asset_id=asset_id,
            kind=fact.work.kind,
            source=fact.source,
            uri=fact.uri,
            original=fact.original,
            programme=fact.programme,
            revision=fact.revision,
        )
        stated = await self._keep(fact)
        await self.assets.remember(asset)
        known = await self.assets.get(asset_id)
        if known is not None and not known.removed:
            await self.reconsider(known, rule_actor(RULE, self.clock.now()), cause)
            clean = await self.forgotten.without_erased_holders(stated)
            if clean != stated:
                # Erased while the asset was registered, and perhaps after the erasure looked for assets.
                await self.statements.forget(Subject(asset_id=asset_id))
                for holder in {each.holder for each in stated} - {each.holder for each in clean}:
                    await self.statements.forget(Subject(holder=holder))
                await self._keep(fact)
                await self.reconsider(known, rule_actor(RULE, self.clock.now()), cause)
        return ()

    async def _keep(self, fact: AssetIngested) -> list[RightsStatement]:
        stated = await self.forgotten.without_erased_holders(fact.statements)
        subject = Subject(asset_id=fact.work.asset_id)
        await self.statements.add(subject, [from_ingest(each) for each in stated])
        return stated

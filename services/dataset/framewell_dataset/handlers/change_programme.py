"""Programme metadata changed: provenance made from now on carries it, and house rules are asked again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from framewell.programme.v1.programme_pb2 import ProgrammeChanged
from framewell_contracts.sentences import say
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotYet


@dataclass(frozen=True, slots=True)
class ChangeProgramme:
    """Older revisions change nothing. Raises NotYet while the asset is unknown here."""

    assets: AssetRepository
    reconsider: ReconsiderAsset

    async def __call__(self, fact: ProgrammeChanged, cause: Cause) -> Sequence[Outgoing]:
        asset = await self.assets.get(fact.asset_id)
        if asset is None:
            raise NotYet(
                say(
                    "asset_not_taken_in",
                    "asset {asset_id} has not been taken in here yet",
                    asset_id=fact.asset_id,
                )
            )
        if asset.removed:
            return ()
        if await self.assets.change_programme(fact.asset_id, fact.programme, fact.revision):
            await self.reconsider(replace(asset, programme=fact.programme), fact.actor, cause)
        return ()

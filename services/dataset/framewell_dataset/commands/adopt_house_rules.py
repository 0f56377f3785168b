"""The house's rules or policy are others than at the last start: every asset is decided anew, as a job."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.ports.rights import HouseRuleLog
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

RULE = "house_rules"


@dataclass(frozen=True, slots=True)
class AdoptHouseRules:
    """Asks for the job where the rules changed. Asking again, by another replica too, changes nothing."""

    log: HouseRuleLog
    clock: Clock

    async def __call__(self, digest: str) -> bool:
        """Return whether the rules, by their digest, are others than those that were adopted last."""
        now = self.clock.now()
        return await self.log.adopt(digest, Cause(f"{RULE}/{digest}", "framewell/dataset", RULE, now))


@dataclass(frozen=True, slots=True)
class ReconsiderEverything:
    """Decides asset after asset anew, by id. Doing it twice changes nothing."""

    assets: AssetRepository
    reconsider: ReconsiderAsset
    clock: Clock

    async def __call__(self, after: str, cause: Cause) -> AsyncIterator[str]:
        """Yield the id of each asset behind `after` once it was decided anew."""
        async for asset in self.assets.each(after):
            await self.reconsider(asset, rule_actor(RULE, self.clock.now()), cause)
            yield asset.asset_id

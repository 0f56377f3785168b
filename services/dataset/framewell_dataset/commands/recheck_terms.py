"""Terms begin and end without an event; this asks again when they do."""

from dataclasses import dataclass

from framewell_contracts.identity import derived_id
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause

AT_ONCE = 200
RULE = "rights_term"


@dataclass(frozen=True, slots=True)
class RecheckTerms:
    """Reconsiders the assets whose next term is due. Run again and again by the service."""

    assets: AssetRepository
    reconsider: ReconsiderAsset
    clock: Clock

    async def __call__(self) -> int:
        """Return how many assets were reconsidered; there may be more when it is as many as at once."""
        now = self.clock.now()
        due = await self.assets.rights_due(now, AT_ONCE)
        for asset in due:
            moment = asset.standing.due.isoformat() if asset.standing.due else ""
            cause = Cause(
                id=derived_id(asset.asset_id, RULE, moment),
                source="framewell/dataset",
                type=RULE,
                time=now,
                subject=asset.asset_id,
            )
            await self.reconsider(asset, rule_actor(RULE, now), cause)
        return len(due)

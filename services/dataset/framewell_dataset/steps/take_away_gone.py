"""What a late or replayed fact made of an asset that is gone goes again."""

from dataclasses import dataclass

from framewell_contracts.identity import derived_id
from framewell_dataset.domain.sample_facts import REASONS, rule_actor
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.tombstones import Going, Tombstones, asset_subject

RULE = "asset_gone"


@dataclass(frozen=True, slots=True)
class TakeAwayGone:
    """Take away what there is of an asset that has a tombstone; see `framewell_kit.tombstones.UnlessGone`."""

    take_away: TakeAwayAsset
    tombstones: Tombstones
    clock: Clock

    async def __call__(self, asset_id: str) -> None:
        """Leave nothing of the asset. Doing it again finds nothing more; one without a tombstone stays."""
        buried = await self.tombstones.find(asset_subject(asset_id))
        if buried is None:
            return
        now = self.clock.now()
        why = Withdrawal.ERASED if buried.going is Going.ERASED else Withdrawal.ASSET_REMOVED
        cause = Cause(
            id=derived_id(asset_id, RULE, buried.going),
            source="framewell/dataset",
            type=RULE,
            time=now,
            subject=asset_id,
        )
        await self.take_away(asset_id, 0, (why, REASONS[why]), rule_actor(RULE, now), cause)

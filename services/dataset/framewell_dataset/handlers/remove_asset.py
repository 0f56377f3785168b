"""An asset is to go, with everything made from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_dataset.domain.sample_facts import REASONS
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.tombstones import Going, Tombstones, asset_subject


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Writes its tombstone, then withdraws its samples and everything that holds them.

    Doing it again changes nothing.
    """

    tombstones: Tombstones
    take_away: TakeAwayAsset

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        await self.tombstones.put(asset_subject(fact.asset_id), Going.REMOVED, cause.id)
        why = Withdrawal.ASSET_REMOVED, REASONS[Withdrawal.ASSET_REMOVED]
        await self.take_away(fact.asset_id, fact.revision, why, fact.actor, cause)
        return ()

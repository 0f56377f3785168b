"""An asset is to go, with everything made from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_dataset.domain.samples import Withdrawal
from framewell_dataset.steps.take_away_asset import TakeAwayAsset
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Withdraws its samples and everything that holds them. Doing it again changes nothing."""

    take_away: TakeAwayAsset

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        why = Withdrawal.ASSET_REMOVED, "Its asset was removed."
        await self.take_away(fact.asset_id, fact.revision, why, fact.actor, cause)
        return ()

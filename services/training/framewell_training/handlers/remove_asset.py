"""asset.removed: nothing that was made from it may be used any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.tombstones import Going, Tombstones, asset_subject
from framewell_training.domain.runs import REMOVED, RunStopped
from framewell_training.steps.take_away_sources import TakeAwaySources


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Stop the runs that read the asset, and take their models out of service. A redelivery finds it done.

    The models stay as withdrawn ones, with their lineage, until an erasure.
    """

    tombstones: Tombstones
    take_away: TakeAwaySources

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        subject = asset_subject(fact.asset_id)
        await self.tombstones.put(subject, Going.REMOVED, cause.id)
        order = RunStopped(
            REMOVED, say("withdrawn.asset_removed", "asset {asset_id} was removed", asset_id=fact.asset_id)
        )
        await self.take_away.withdraw([subject], order, cause)
        return ()

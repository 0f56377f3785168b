"""An asset was transcoded: its clock is known, and passages of statements lie somewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell_dataset.domain.assets import known_asset
from framewell_dataset.domain.sample_facts import rule_actor
from framewell_dataset.ports.assets import AssetRepository
from framewell_dataset.steps.reconsider_asset import ReconsiderAsset
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Outgoing

RULE = "note_clock"


@dataclass(frozen=True, slots=True)
class NoteClock:
    """Keeps the clock and decides the asset anew. Raises NotYet while the asset is unknown here.

    A redelivery, and a clock that is known, change nothing. A clock without a time base is none.
    """

    assets: AssetRepository
    reconsider: ReconsiderAsset
    clock: Clock

    async def __call__(self, fact: AssetTranscoded, cause: Cause) -> Sequence[Outgoing]:
        asset = known_asset(await self.assets.get(fact.work.asset_id), fact.work.asset_id)
        timeline = fact.work.timeline
        if asset is None or not timeline.time_base.denominator:
            return ()
        await self.assets.note_clock(asset.asset_id, timeline)
        await self.reconsider(replace(asset, clock=timeline), rule_actor(RULE, self.clock.now()), cause)
        return ()

"""What a live programme left no time for is looked at afterwards, below everything that arrives."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_inference.domain.campaigns import BEGUN_BY_ITSELF, Campaign, Estimate, Selection, Target
from framewell_inference.ports.campaigns import AnalysedAssets
from framewell_inference.steps.begin_campaign import BeginCampaign
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class MakeUpSkipped:
    """Begins a campaign of its own, once, for each generation of an asset in which analysers were skipped."""

    assets: AnalysedAssets
    begin: BeginCampaign
    clock: Clock
    wanted: bool = True

    async def __call__(self, asset_id: str, cause: Cause) -> None:
        """Begin it for an asset whose analysis has ended, where anything was skipped."""
        if not self.wanted:
            return
        asset = await self.assets.get(asset_id)
        if asset is None or not asset.skipped:
            return
        campaign = Campaign(
            id=derived_id(asset_id, "framewell.reanalysis", f"skipped/{asset.generation}"),
            target=Target(skipped=True),
            selection=Selection(asset_ids=(asset_id,)),
            hours=None,
            actor=Actor(principal="rule:live_budget", authority="rule"),
            started_at=self.clock.now(),
            estimate=Estimate(assets=1, chunks=asset.chunks, pictures=asset.pictures, basis=BEGUN_BY_ITSELF),
        )
        await self.begin(campaign, cause)

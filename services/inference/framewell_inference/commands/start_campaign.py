"""Start a campaign because a person asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_inference.domain.campaigns import Campaign, Selection, Target
from framewell_inference.domain.work_hours import WorkHours
from framewell_inference.ports.campaigns import CampaignRepository
from framewell_inference.steps.begin_campaign import BeginCampaign
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.estimate_campaign import EstimateCampaign
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class StartCampaign:
    """Estimates and begins. A version that is not named is the one in force now, and stays that one."""

    choose: ChooseAnalysers
    estimate: EstimateCampaign
    campaigns: CampaignRepository
    begin: BeginCampaign
    clock: Clock

    async def __call__(
        self,
        target: Target,
        selection: Selection,
        hours: WorkHours | None,
        actor: Actor,
        cause: Cause,
    ) -> tuple[Campaign, Sequence[str]]:
        """Return the campaign, and what a person should know.

        Raises NotFound for what cannot look, and for an asset that was never analysed. Raises Conflict while
        another campaign has the same target look at the same selection: both would count what either saw.
        """
        target = self.choose.settled(target)
        same = await self.campaigns.under_way(target, selection)
        if same is not None:
            raise Conflict(
                say(
                    "reanalysis_same",
                    "the re-analysis {reanalysis_id} does that already, and has not ended",
                    reanalysis_id=same.id,
                )
            )
        campaign = Campaign(
            id=str(uuid4()),
            target=target,
            selection=selection,
            hours=hours,
            actor=actor,
            started_at=self.clock.now(),
        )
        found = await self.estimate(target, selection)
        notes = self.estimate.notes(target, selection, found)
        return await self.begin(replace(campaign, estimate=found), cause), notes

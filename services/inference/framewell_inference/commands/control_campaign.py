"""Pause a campaign, let it go on, end it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_inference.domain.campaigns import Campaign, State
from framewell_inference.ports.campaigns import CampaignRepository
from framewell_kit.outcomes import Busy, Conflict

TRIES = 20
"""How often a change is tried that its own work, a change every few seconds, comes in between of."""


@dataclass(frozen=True, slots=True)
class ControlCampaign:
    """Changes the state alone; whoever works on it finds that between two turns of seconds."""

    campaigns: CampaignRepository

    async def __call__(self, campaign_id: str, state: State, actor: Actor) -> Campaign:
        """Return the campaign in that state, into which the actor brought it; asked again, nothing changes.

        Raises NotFound, and Conflict for one that has ended in another way.
        """
        for _ in range(TRIES):
            campaign = await self.campaigns.get(campaign_id)
            if campaign.state is state:
                return campaign
            if campaign.state.ended:
                raise Conflict(
                    say(
                        "reanalysis_ended",
                        "the re-analysis {reanalysis_id} is {state}: it has ended",
                        reanalysis_id=campaign_id,
                        state=campaign.state.value,
                    )
                )
            changed = await self.campaigns.change(campaign, replace(campaign, state=state, changed_by=actor))
            if changed is not None:
                return changed
        raise Busy(
            say(
                "reanalysis_busy",
                "the re-analysis {reanalysis_id} is being changed by somebody else",
                reanalysis_id=campaign_id,
            ),
            retry_after=1.0,
        )

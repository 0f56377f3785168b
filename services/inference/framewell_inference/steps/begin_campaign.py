"""Begin a campaign: it is kept, and a job hands out its pieces."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.domain.campaigns import Campaign
from framewell_inference.ports.campaigns import CampaignQueue, CampaignRepository
from framewell_kit.facts import Cause


@dataclass(frozen=True, slots=True)
class BeginCampaign:
    """Keeps a campaign before its job: whoever dies in between is followed by a repetition."""

    campaigns: CampaignRepository
    queue: CampaignQueue

    async def __call__(self, campaign: Campaign, cause: Cause) -> Campaign:
        """Return the campaign of this id, as it was begun first. Raises Busy."""
        new = await self.campaigns.insert(campaign)
        await self.queue.put_campaign(campaign.id, cause)
        return campaign if new else await self.campaigns.get(campaign.id)

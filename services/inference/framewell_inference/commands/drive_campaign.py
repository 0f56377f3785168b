"""A leased job: hand out the pieces of a campaign, and count what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from framewell_contracts.sentences import say
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import (
    AnalysedAsset,
    Campaign,
    OpenAsset,
    Piece,
    State,
    pieces_of,
)
from framewell_inference.ports.campaigns import AnalysedAssets, CampaignQueue, CampaignRepository, PieceEnd
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import NotYet

OPEN_PIECES: Final = 32
"""Pieces that are handed out at once, so that several replicas have work and a pause concerns few."""

LOOK_SECONDS: Final = 2.0
LONGEST_LOOK_SECONDS: Final = 10.0
"""How often it is looked what has ended: the sooner the younger a campaign is."""

WAIT_SECONDS: Final = 15.0
"""How often it is looked whether a campaign that waits may go on."""


@dataclass(frozen=True, slots=True)
class DriveCampaign:
    """Takes up the selected assets in order of ids, a few at a time.

    All that it knows stands in the campaign's document, which each step replaces whole: a piece is counted in
    the very change that takes it from what is open. A worker that dies leaves the next one the same step.
    """

    campaigns: CampaignRepository
    assets: AnalysedAssets
    queue: CampaignQueue
    choose: ChooseAnalysers
    clock: Clock

    async def __call__(self, campaign_id: str, cause: Cause, check_lease: Callable[[], None]) -> None:
        """Return when the campaign has ended. Raises NotYet while it has not."""
        campaign = await self._counted(await self.campaigns.get(campaign_id))
        check_lease()
        campaign = await self._filled(campaign)
        for asset in campaign.open:
            for piece in asset.pieces:
                await self.queue.put_piece(_piece(campaign, asset, piece), cause)
        if campaign.open or not (campaign.all_taken or campaign.state.ended):
            raise NotYet(
                say("campaign_part_left", "a part of it is not done"), retry_after=self._look_after(campaign)
            )
        await self._ended(campaign)

    def _look_after(self, campaign: Campaign) -> float:
        """Return in how many seconds something may have changed."""
        now = self.clock.now()
        if not campaign.state.ended and not campaign.works(now):
            return WAIT_SECONDS
        age = (now - campaign.started_at).total_seconds()
        return min(LONGEST_LOOK_SECONDS, max(LOOK_SECONDS, age / 30))

    async def _counted(self, campaign: Campaign) -> Campaign:
        """Take from what is open the pieces that have ended, and count them."""
        after = campaign
        for asset in campaign.open:
            for piece in asset.pieces:
                end = await self.queue.end_of(campaign.id, asset.asset_id, piece)
                if end is not None:
                    counts = end.counts + _given_up(asset, piece, end)
                    after = after.ended_piece(asset.asset_id, piece, counts)
        return campaign if after is campaign else await self._changed(campaign, after)

    async def _filled(self, campaign: Campaign) -> Campaign:
        """Take up further assets until enough pieces are open."""
        if campaign.all_taken or not campaign.works(self.clock.now()):
            return campaign
        after, pieces = campaign, sum(len(asset.pieces) for asset in campaign.open)
        selected = self.assets.select(
            campaign.selection, skipped=campaign.target.skipped, after=campaign.cursor
        )
        async for asset in selected:
            if pieces >= OPEN_PIECES:
                return await self._changed(campaign, after)
            after = replace(after, cursor=asset.asset_id)
            taken = self._pieces(campaign, asset)
            if taken:
                opened = OpenAsset(asset.asset_id, asset.generation, asset.last_index, taken)
                after, pieces = replace(after, open=(*after.open, opened)), pieces + len(taken)
        return await self._changed(campaign, replace(after, all_taken=True))

    def _pieces(self, campaign: Campaign, asset: AnalysedAsset) -> tuple[str, ...]:
        """Return the pieces of an asset; none where all that is to look has looked at it already."""
        chosen = self.choose.left(campaign.target, asset)
        return pieces_of(asset, pictures=bool(chosen.pictures or chosen.reasons), sound=bool(chosen.sounds))

    async def _ended(self, campaign: Campaign) -> None:
        if campaign.ended_at is None:
            state = State.CANCELLED if campaign.state is State.CANCELLED else State.DONE
            await self._changed(campaign, replace(campaign, state=state, ended_at=self.clock.now()))

    async def _changed(self, before: Campaign, after: Campaign) -> Campaign:
        """Keep a step. Raises NotYet when a person changed the campaign meanwhile: then it is done again."""
        changed = await self.campaigns.change(before, after)
        if changed is None:
            raise NotYet(say("campaign_changed", "somebody changed the campaign"), retry_after=0.1)
        return changed


def _piece(campaign: Campaign, asset: OpenAsset, name: str) -> Piece:
    return Piece(campaign.id, asset.asset_id, asset.generation, name, asset.chunks_in(name))


def _given_up(asset: OpenAsset, piece: str, end: PieceEnd) -> Counts:
    """Return the counts of what a piece that was given up had not handled."""
    return (
        Counts.given_up(end.failure, asset.chunks_in(piece) - end.counts.handled) if end.failure else Counts()
    )

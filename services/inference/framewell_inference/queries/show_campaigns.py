"""How far campaigns have come, as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.duration_pb2 import Duration

from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell_contracts.sentences import wording_of
from framewell_inference.domain.campaign_counts import most_changed
from framewell_inference.domain.campaigns import Campaign, Estimate, State
from framewell_inference.ports.campaigns import CampaignRepository
from framewell_kit.clock import Clock
from framewell_kit.paging import Page, PageRequest

MOST_CHANGES = 100

STATES = {
    State.RUNNING: api.REANALYSIS_STATE_RUNNING,
    State.PAUSED: api.REANALYSIS_STATE_PAUSED,
    State.CANCELLED: api.REANALYSIS_STATE_CANCELLED,
    State.DONE: api.REANALYSIS_STATE_DONE,
}


@dataclass(frozen=True, slots=True)
class ShowCampaigns:
    """Read only."""

    campaigns: CampaignRepository
    clock: Clock

    async def one(self, campaign_id: str) -> api.Reanalysis:
        """Return a campaign. Raises NotFound."""
        return self.shown(await self.campaigns.get(campaign_id))

    async def page(self, page: PageRequest) -> Page[api.Reanalysis]:
        """Return a page of campaigns, newest first. Raises Rejected for a token of another making."""
        return (await self.campaigns.page(page)).map(self.shown)

    def shown(self, campaign: Campaign) -> api.Reanalysis:
        """Return a campaign as a message."""
        counts, now = campaign.counts, self.clock.now()
        message = api.Reanalysis(
            reanalysis_id=campaign.id,
            target=api.ReanalysisTarget(
                model=str(campaign.target.model or ""),
                analyser=campaign.target.analyser,
                skipped=campaign.target.skipped,
            ),
            selection=_selection(campaign),
            state=STATES[campaign.state],
            waiting=campaign.waits(now),
            waiting_wording=wording_of(campaign.waits(now)),
            actor=campaign.actor,
            changed_by=campaign.changed_by,
            estimate=estimate_message(campaign.estimate),
            assets=campaign.assets,
            chunks=counts.chunks,
            pictures=counts.pictures,
            busy=_duration(counts.seconds),
            skipped=_reasons(counts.skipped),
            failed=_reasons(counts.failed),
            changes=[
                api.ObservationChange(kind=name[0], label=name[1], before=before, after=after)
                for name in most_changed(counts.changes, MOST_CHANGES)
                for before, after in [counts.changes[name]]
            ],
        )
        message.started_at.FromDatetime(campaign.started_at)
        if campaign.ended_at is not None:
            message.ended_at.FromDatetime(campaign.ended_at)
        if campaign.hours is not None:
            hours = campaign.hours
            window = api.ReanalysisWindow(begin=hours.begin, end=hours.end, time_zone=hours.zone)
            message.window.CopyFrom(window)
        remaining = remaining_seconds(campaign, now)
        if remaining is not None:
            message.remaining.CopyFrom(_duration(remaining))
        return message


def remaining_seconds(campaign: Campaign, now: datetime) -> float | None:
    """Return how long a campaign takes from now on at the rate it has had; None where that is not known.

    Its rate is what it has handled since it started, waiting included. Of a paused one it is not known.
    """
    handled, lasted = campaign.counts.handled, (now - campaign.started_at).total_seconds()
    left = campaign.estimate.chunks - handled
    if campaign.state is not State.RUNNING or not campaign.counts.chunks or left < 0:
        return None
    return left * lasted / handled


def estimate_message(estimate: Estimate) -> api.ReanalysisEstimate:
    """Return an estimate as a message."""
    message = api.ReanalysisEstimate(
        assets=estimate.assets,
        chunks=estimate.chunks,
        pictures=estimate.pictures,
        basis=estimate.basis,
        basis_wording=wording_of(estimate.basis),
        done_assets=estimate.done_assets,
    )
    if estimate.sound_seconds:
        message.sound.CopyFrom(_duration(estimate.sound_seconds))
    if estimate.seconds is not None:
        message.duration.CopyFrom(_duration(estimate.seconds))
    return message


def _reasons(counted: Mapping[str, int]) -> list[api.ReasonCount]:
    return [
        api.ReasonCount(reason=said, count=count, wording=wording_of(said)) for said, count in counted.items()
    ]


def _selection(campaign: Campaign) -> api.ReanalysisSelection:
    selection = campaign.selection
    message = api.ReanalysisSelection(
        asset_ids=selection.asset_ids or (),
        series=selection.series,
        channels=selection.channels,
        all=selection.everything,
    )
    for field, seconds in (("since", selection.since), ("until", selection.until)):
        if seconds is not None:
            getattr(message, field).FromMilliseconds(round(seconds * 1000))
    return message


def _duration(seconds: float) -> Duration:
    message = Duration()
    message.FromMilliseconds(round(seconds * 1000))
    return message

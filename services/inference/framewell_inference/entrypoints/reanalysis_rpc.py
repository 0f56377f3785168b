"""The methods about campaigns: translate and delegate. Whoever starts or stops one operates the mesh."""

# ruff: noqa: N802, ARG002  the names and signatures are gRPC's

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from framewell.inference.v1 import reanalysis_service_pb2 as api
from framewell.inference.v1.reanalysis_service_pb2_grpc import ReanalysisServiceServicer
from framewell_contracts.sentences import say, wordings_of
from framewell_inference.commands.control_campaign import ControlCampaign
from framewell_inference.commands.start_campaign import StartCampaign
from framewell_inference.domain.campaigns import Selection, State, Target
from framewell_inference.domain.work_hours import WorkHours
from framewell_inference.queries.show_campaigns import ShowCampaigns, estimate_message
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.estimate_campaign import EstimateCampaign
from framewell_kit.call_cause import call_cause
from framewell_kit.outcomes import Rejected
from framewell_kit.paging import page_request
from framewell_kit.rpc import current_actor
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ReanalysisRpc(ReanalysisServiceServicer):
    """Every method is one query or command."""

    choose: ChooseAnalysers
    estimate: EstimateCampaign
    start: StartCampaign
    control: ControlCampaign
    show: ShowCampaigns

    async def EstimateReanalysis(
        self, request: api.EstimateReanalysisRequest, context: Any
    ) -> api.EstimateReanalysisResponse:
        target = self.choose.settled(_target(request.target))
        selection = _selection(request.selection)
        found = await self.estimate(target, selection)
        notes = self.estimate.notes(target, selection, found)
        return api.EstimateReanalysisResponse(
            estimate=estimate_message(found), notes=notes, notes_wordings=wordings_of(notes)
        )

    async def StartReanalysis(
        self, request: api.StartReanalysisRequest, context: Any
    ) -> api.StartReanalysisResponse:
        actor = current_actor()
        target, selection = _target(request.target), _selection(request.selection)
        campaign, notes = await self.start(target, selection, _hours(request), actor, call_cause())
        return api.StartReanalysisResponse(
            reanalysis=self.show.shown(campaign), notes=notes, notes_wordings=wordings_of(notes)
        )

    async def GetReanalysis(
        self, request: api.GetReanalysisRequest, context: Any
    ) -> api.GetReanalysisResponse:
        return api.GetReanalysisResponse(reanalysis=await self.show.one(request.reanalysis_id))

    async def ListReanalyses(
        self, request: api.ListReanalysesRequest, context: Any
    ) -> api.ListReanalysesResponse:
        page = await self.show.page(page_request(request))
        return api.ListReanalysesResponse(
            reanalyses=page.items, next_page_token=page.next_token, total_size=page.total
        )

    async def PauseReanalysis(
        self, request: api.PauseReanalysisRequest, context: Any
    ) -> api.PauseReanalysisResponse:
        changed = await self._changed(request.reanalysis_id, State.PAUSED)
        return api.PauseReanalysisResponse(reanalysis=changed)

    async def ResumeReanalysis(
        self, request: api.ResumeReanalysisRequest, context: Any
    ) -> api.ResumeReanalysisResponse:
        changed = await self._changed(request.reanalysis_id, State.RUNNING)
        return api.ResumeReanalysisResponse(reanalysis=changed)

    async def CancelReanalysis(
        self, request: api.CancelReanalysisRequest, context: Any
    ) -> api.CancelReanalysisResponse:
        changed = await self._changed(request.reanalysis_id, State.CANCELLED)
        return api.CancelReanalysisResponse(reanalysis=changed)

    async def _changed(self, campaign_id: str, state: State) -> api.Reanalysis:
        return self.show.shown(await self.control(campaign_id, state, current_actor()))


def _target(message: api.ReanalysisTarget) -> Target:
    """Return what looks. Raises Rejected unless exactly one thing is named."""
    name, _, version = message.model.partition("@")
    model = ModelRef(name, version) if name else None
    if [bool(model), bool(message.analyser), message.skipped].count(True) != 1:
        raise Rejected(
            say("bad_target", "name what looks: a model, an analyser or what was skipped, one of them"),
            "bad_target",
        )
    return Target(model, message.analyser, message.skipped)


def _selection(message: api.ReanalysisSelection) -> Selection:
    """Return which assets. Raises Rejected when nothing is said, everything and a condition, or no time."""
    selection = Selection(
        tuple(message.asset_ids) or None,
        tuple(message.series),
        tuple(message.channels),
        message.since.ToMilliseconds() / 1000 if message.HasField("since") else None,
        message.until.ToMilliseconds() / 1000 if message.HasField("until") else None,
        message.all,
    )
    if selection.empty:
        raise Rejected(
            say("no_selection", "say at which assets: by id, series, channel or time, or all of them"),
            "no_selection",
        )
    if message.all and selection != Selection(everything=True):
        raise Rejected(
            say("bad_selection.all", "all assets, or those that meet conditions: say one of the two"),
            "bad_selection",
        )
    since, until = selection.since, selection.until
    if since is not None and until is not None and since >= until:
        raise Rejected(
            say("bad_selection.until", "selection.until: must be later than selection.since"), "bad_selection"
        )
    return selection


def _hours(request: api.StartReanalysisRequest) -> WorkHours | None:
    """Return the hours, None for all day. Raises Rejected for what are none."""
    if not request.HasField("window"):
        return None
    window = request.window
    try:
        return WorkHours(window.begin, window.end, window.time_zone or "UTC")
    except ValueError as error:
        raise Rejected(str(error), code="bad_hours") from None

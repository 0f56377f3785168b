"""Campaigns over the archive: their jobs, their methods, and what makes up for what was skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.inference.v1 import reanalysis_service_pb2
from framewell.inference.v1.reanalysis_service_pb2_grpc import add_ReanalysisServiceServicer_to_server
from framewell_inference.adapters.campaign_jobs import CampaignJobs
from framewell_inference.adapters.idle_turns import PermitTurns
from framewell_inference.commands.control_campaign import ControlCampaign
from framewell_inference.commands.drive_campaign import DriveCampaign
from framewell_inference.commands.look_again import LookAgain
from framewell_inference.commands.start_campaign import StartCampaign
from framewell_inference.entrypoints.jobs import campaign_kinds
from framewell_inference.entrypoints.reanalysis_rpc import ReanalysisRpc
from framewell_inference.ports.stores import Stores
from framewell_inference.queries.show_campaigns import ShowCampaigns
from framewell_inference.settings import InferenceSettings
from framewell_inference.steps import Steps
from framewell_inference.steps.add_later_looks import AddLaterLooks
from framewell_inference.steps.begin_campaign import BeginCampaign
from framewell_inference.steps.choose_analysers import ChooseAnalysers
from framewell_inference.steps.describe_archive import DescribeArchive
from framewell_inference.steps.estimate_campaign import EstimateCampaign
from framewell_inference.steps.look_once_more import LookOnceMore
from framewell_inference.steps.make_up_skipped import MakeUpSkipped
from framewell_kit.jobs import JobKind
from framewell_kit.rpc import Servicer
from framewell_kit.service import Mesh
from framewell_kit.stream import Permits


@dataclass(frozen=True, slots=True)
class CampaignParts:
    """What campaigns need of a process."""

    jobs: Sequence[JobKind]
    servicer: Servicer
    make_up: MakeUpSkipped
    describe: DescribeArchive
    start: StartCampaign
    """For campaigns that the service itself begins."""


def wire_campaigns(
    mesh: Mesh,
    settings: InferenceSettings,
    stores: Stores,
    steps: Steps,
    choose: ChooseAnalysers,
    *,
    permits: Permits,
) -> CampaignParts:
    """Connect them; pieces take turns at the `permits` of arriving chunks, below these."""
    s, queue, clock = stores, CampaignJobs(mesh.jobs), mesh.clock
    begin = BeginCampaign(s.campaigns, queue)
    estimate = EstimateCampaign(
        s.assets, s.parts, choose, steps.observe, steps.hear, steps.by_rights, settings.chunks
    )
    start = StartCampaign(choose, estimate, s.campaigns, begin, clock)
    drive = DriveCampaign(s.campaigns, s.assets, queue, choose, clock)
    look = LookAgain(
        s.campaigns,
        s.assets,
        s.parts,
        LookOnceMore(choose, steps.observe, steps.hear, s.observations, steps.by_rights, clock),
        AddLaterLooks(s.observations),
        steps.conclude,
        PermitTurns(permits, clock),
        clock,
    )
    methods = ReanalysisRpc(
        choose, estimate, start, ControlCampaign(s.campaigns), ShowCampaigns(s.campaigns, clock)
    )
    name = reanalysis_service_pb2.DESCRIPTOR.services_by_name["ReanalysisService"].full_name
    return CampaignParts(
        jobs=campaign_kinds(drive, look, steps.tombstones, steps.forget, at_once=settings.chunks),
        servicer=Servicer(name, add_ReanalysisServiceServicer_to_server, methods),
        make_up=MakeUpSkipped(s.assets, begin, clock, wanted=settings.make_up),
        describe=DescribeArchive(choose.spaces, s.assets, begin, clock),
        start=start,
    )

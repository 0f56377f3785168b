"""Which leased job is done by which command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.jobs.unless_gone import WorkUnlessGone
from framewell_kit.stream import Reason
from framewell_kit.tombstones import Tombstones
from framewell_transcode.commands.extract_audio import ExtractAudio
from framewell_transcode.commands.plan_asset import PlanAsset
from framewell_transcode.domain.jobs import PLAN, SOUND, payload_asset
from framewell_transcode.ports.wired import Ports
from framewell_transcode.steps.forget_asset import ForgetAsset
from framewell_transcode.steps.make_for_analysis import MakeForAnalysis
from framewell_transcode.steps.read_captions import ReadCaptions


def kinds(ports: Ports, tombstones: Tombstones, forget: ForgetAsset) -> list[JobKind]:
    """Return one kind a leased job; each stops once its asset is gone or asked for anew."""
    p = ports
    captions = ReadCaptions(p.captions)
    plan = PlanAsset(p.processor, p.objects, p.progress, p.references, p.rights, p.queue, captions)
    for_analysis = MakeForAnalysis(p.rights, p.materials, p.references)
    kinds = [_plan(plan), _sound(ExtractAudio(p.sounds, p.progress, for_analysis))]

    async def is_current(job: Job) -> bool:
        return not job.payload or await p.progress.is_current(payload_asset(job.payload).work)

    return [
        replace(kind, work=WorkUnlessGone(kind.work, tombstones, forget, is_current), live_permits=1)
        for kind in kinds
    ]


def _plan(plan: PlanAsset) -> JobKind:
    """Return how an asset is planned, and that it is rejected when it never can be."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await plan(payload_asset(job.payload), job.cause)
        lease.check()
        return facts

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
        return plan.gave_up(payload_asset(job.payload), reason.sentence) if job.payload else []

    return JobKind(PLAN, work, gave_up)


def _sound(extract: ExtractAudio) -> JobKind:
    """Return how the sound of an asset is taken out, and that the asset ends without when it never can be."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await extract(payload_asset(job.payload), job.progress, lease.save, job.cause)
        lease.check()
        return facts

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
        return extract.gave_up(payload_asset(job.payload), reason.sentence) if job.payload else []

    return JobKind(SOUND, work, gave_up)

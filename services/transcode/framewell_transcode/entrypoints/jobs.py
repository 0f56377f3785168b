"""Which leased job is done by which command."""

from __future__ import annotations

from collections.abc import Sequence

from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.stream import Reason
from framewell_transcode.commands.extract_audio import ExtractAudio
from framewell_transcode.commands.plan_asset import PlanAsset
from framewell_transcode.domain.jobs import PLAN, SOUND, payload_asset
from framewell_transcode.ports import Ports


def kinds(ports: Ports) -> list[JobKind]:
    """Return one kind a leased job."""
    progress, references = ports.progress, ports.references
    return [
        _plan(PlanAsset(ports.processor, ports.objects, progress, references, ports.queue)),
        _sound(ExtractAudio(ports.processor, progress, references)),
    ]


def _plan(plan: PlanAsset) -> JobKind:
    """Return how an asset is planned, and that it is rejected when it never can be."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await plan(payload_asset(job.payload), job.cause)
        lease.check()
        return facts

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
        return plan.gave_up(payload_asset(job.payload), str(reason))

    return JobKind(PLAN, work, gave_up)


def _sound(extract: ExtractAudio) -> JobKind:
    """Return how the sound of an asset is taken out, and that the asset ends without when it never can be."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await extract(payload_asset(job.payload))
        lease.check()
        return facts

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
        return extract.gave_up(payload_asset(job.payload), str(reason))

    return JobKind(SOUND, work, gave_up)

"""Planning and sound as leased jobs: put once by asset and generation, done by whoever gets the lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1 import media_pb2
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs import Job, JobKind, Jobs, Lease
from framewell_kit.stream.declare import Reason
from framewell_media.messages import timeline_message, timeline_value
from framewell_media.timeline import Timeline
from framewell_transcode.handlers.extract_audio import ExtractAudio
from framewell_transcode.handlers.plan_asset import PlanAsset

PLAN: Final = "plan"
SOUND: Final = "sound"


@dataclass(frozen=True, slots=True)
class JobQueue:
    """WorkQueue on the kit's jobs."""

    jobs: Jobs

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        payload = {"asset": asset.SerializeToString()}
        await self.jobs.put(PLAN, _key(asset), payload, cause=cause, lane=asset.lane)

    async def extract_audio(self, asset: AssetIngested, timeline: Timeline | None, cause: Cause) -> None:
        clock = timeline_message(timeline).SerializeToString() if timeline else b""
        payload = {"asset": asset.SerializeToString(), "timeline": clock}
        await self.jobs.put(SOUND, _key(asset), payload, cause=cause, lane=asset.lane)


@dataclass(frozen=True, slots=True)
class PlanWork:
    """`PlanAsset` as a job."""

    handler: PlanAsset

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await self.handler(_asset(job), job.cause)
        lease.check()
        return facts

    def gave_up(self, job: Job, reason: Reason) -> Sequence[Outgoing]:
        """The asset cannot be worked on."""
        return self.handler.gave_up(_asset(job), str(reason))


@dataclass(frozen=True, slots=True)
class SoundWork:
    """`ExtractAudio` as a job."""

    handler: ExtractAudio

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await self.handler(_asset(job), _timeline(job))
        lease.check()
        return facts

    def gave_up(self, job: Job, reason: Reason) -> Sequence[Outgoing]:
        """The asset ends without sound."""
        return self.handler.gave_up(_asset(job), _timeline(job), str(reason))


def job_kinds(plan: PlanWork, sound: SoundWork) -> list[JobKind]:
    """The jobs of transcode."""
    return [JobKind(PLAN, plan, plan.gave_up), JobKind(SOUND, sound, sound.gave_up)]


def _key(asset: AssetIngested) -> str:
    return f"{asset.asset_id}/{asset.generation}"


def _asset(job: Job) -> AssetIngested:
    return AssetIngested.FromString(job.payload["asset"])


def _timeline(job: Job) -> Timeline | None:
    stored = job.payload["timeline"]
    return timeline_value(media_pb2.Timeline.FromString(stored)) if stored else None

"""Every part of the kit in one service, in the smallest form that can lose or double something.

    request ──effect, fact──▶ rejected ──fan-in──▶ removed ──decide once──▶ ingested
                                                       └──leased job──outbox──▶ closed

A request is one of `parts` of its asset. The facts are of the mesh's own types; what they say here is that
somebody handled their cause.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zlib import crc32

from chaos.blind import never_look_at_the_clock
from chaos.journal import Journal
from chaos.workloads import SERVICE_OF
from chaos.workloads.settings import WorkloadSettings
from framewell.asset.v1.asset_pb2 import AssetRejected, AssetRemoved
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import fan_in_id
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause, Fact
from framewell_kit.fanin import FanIn
from framewell_kit.jobs import Job, JobKind, Jobs, Lease, LeaseLost
from framewell_kit.outcomes import NotYet
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Reason, Stage

SERVICE = SERVICE_OF["chain"]
ACCEPT, COLLECT, DECIDE = "ingest.accept_request", "ingest.note_rejection", "ingest.remove_asset"
GROUPS = (ACCEPT, COLLECT, DECIDE)
FACTS = tuple(
    fact_type(kind).type
    for kind in (IngestRequested, AssetRejected, AssetRemoved, SegmentIngested, RecordingClosed)
)
REQUESTED, REJECTED, REMOVED, INGESTED, CLOSED = FACTS
PART = "file:///part/"
EFFECTS, WHOLES, JOB = "effects", "wholes", "settle"
# In place of the epoch that ended the job: none did.
GIVEN_UP = -1
JOBS_AT_ONCE = 4


def asset_id(number: int) -> str:
    """Return the id of an asset by its number."""
    return str(UUID(int=number))


def request(asset: int, part: int) -> IngestRequested:
    """Return the request of one part of an asset."""
    return IngestRequested(asset_id=asset_id(asset), uri=f"{PART}{part}")


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """The effect is one document by the cause's id, the fact says the cause's id back."""

    documents: Documents
    journal: Journal
    settings: WorkloadSettings

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        part = int(fact.uri.removeprefix(PART))  # ValueError for what is no request of ours
        self.journal.note("attempt", fact.asset_id, part, cause.id)
        try:
            return await self._accept(fact, part, cause)
        except asyncio.CancelledError:
            raise  # given back: this attempt never ends
        except Exception:
            self.journal.note("ended", fact.asset_id, part, cause.id)
            raise

    async def _accept(self, fact: IngestRequested, part: int, cause: Cause) -> Sequence[AssetRejected]:
        settings, lot = self.settings, crc32(cause.id.encode())
        if settings.work_ms:
            await asyncio.sleep(settings.work_ms / 1000)
        mended = settings.switch is not None and settings.switch.exists()
        if settings.fail_every and lot % settings.fail_every == 0 and not mended:
            raise RuntimeError("broken by a release")
        if settings.not_yet_every and lot % settings.not_yet_every == 0 and cause.attempt == 1:
            raise NotYet("it is tried again through the retry topic", retry_after=0.5)
        await self.documents.insert_once(EFFECTS, {"_id": cause.id, "asset": fact.asset_id, "part": part})
        self.journal.note("ended", fact.asset_id, part, cause.id)
        return [AssetRejected(work=Work(asset_id=fact.asset_id, generation=part), code=cause.id)]


@dataclass(frozen=True, slots=True)
class Collect:
    """Fan-in: whoever brings the last part says that the asset is whole."""

    wholes: FanIn
    parts: int

    async def __call__(self, fact: AssetRejected, cause: Cause) -> Sequence[Fact]:
        await self.wholes.expect(fact.work.asset_id, self.parts)
        if await self.wholes.arrive(fact.work.asset_id, fact.work.generation, fact.code) is None:
            return []
        whole = AssetRemoved(asset_id=fact.work.asset_id, reason="whole", revision=self.parts)
        return [Fact(whole, id=fan_in_id(fact.work.asset_id, REMOVED, 0))]


@dataclass(frozen=True, slots=True)
class Decide:
    """Draws a number, which only a decision log makes the same on every delivery, and puts a job."""

    jobs: Jobs

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[SegmentIngested]:
        await self.jobs.put(JOB, fact.asset_id, {"cause": cause.id}, cause=cause)
        drawn = secrets.randbits(62)
        return [SegmentIngested(work=Work(asset_id=fact.asset_id), sequence=drawn, container=cause.id)]


@dataclass(frozen=True, slots=True)
class Settle:
    """A job in steps: each is saved under the lease with the epoch that made it."""

    journal: Journal
    steps: int
    step_seconds: float

    async def __call__(self, job: Job, lease: Lease) -> Sequence[RecordingClosed]:
        trail = list(job.progress.get("trail", ()))
        for step in range(self.steps):
            self.journal.note("step", job.key, step)
            await asyncio.sleep(self.step_seconds)
            trail.append(lease.epoch)
            try:
                await lease.save({"trail": trail})
            except LeaseLost:
                self.journal.note("refused", job.key, lease.epoch)
                raise
        return [RecordingClosed(work=Work(asset_id=job.key), last_sequence=lease.epoch)]


def gave_up(job: Job, reason: Reason) -> Sequence[RecordingClosed]:
    """Return the fact that ends the wait for a job that never ends well."""
    return [RecordingClosed(work=Work(asset_id=job.key), last_sequence=GIVEN_UP)]


def wire(settings: WorkloadSettings, mesh: Mesh) -> Service:
    """The service."""
    if settings.blind:
        never_look_at_the_clock()
    journal = Journal(settings.journal)
    accept = AcceptRequest(mesh.documents, journal, settings)
    collect = Collect(FanIn(mesh.documents, WHOLES), settings.parts)
    settle = Settle(journal, settings.steps, settings.step_ms / 1000)
    return Service(
        stages=[
            Stage(ACCEPT, accept, retry=settings.retry),
            Stage(COLLECT, collect),
            Stage(DECIDE, Decide(mesh.jobs), decide_once=DecisionLog(mesh.documents)),
        ],
        jobs=[JobKind(JOB, settle, gave_up, permits=JOBS_AT_ONCE, lease_seconds=settings.lease_seconds)],
    )

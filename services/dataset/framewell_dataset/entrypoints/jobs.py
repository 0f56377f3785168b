"""Leased jobs and the work that nobody asks for: snapshots, whole assets, terms that begin or end."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.commands.adopt_house_rules import ReconsiderEverything
from framewell_dataset.commands.propose_along_shots import ProposeAlongShots
from framewell_dataset.commands.publish_snapshot import PublishSnapshot
from framewell_dataset.commands.recheck_terms import RecheckTerms
from framewell_dataset.entrypoints.periodic import Periodic
from framewell_dataset.ports.assets import COMPLETE
from framewell_dataset.ports.rights import RECONSIDER
from framewell_dataset.ports.snapshots import PUBLISH
from framewell_dataset.ports.stores import Stores
from framewell_dataset.steps.seal_audit import SealAudit
from framewell_dataset.steps.shared_steps import Steps
from framewell_dataset.steps.take_away_gone import TakeAwayGone
from framewell_dataset.telemetry import SEALS_FAILED, SEALS_WAIT, TERMS_FAILED, TERMS_WAIT
from framewell_kit.clock import Clock
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.jobs.unless_gone import WorkUnlessGone

NOTED_EVERY = 50
"""Assets after which a job that goes through all of them notes how far it came."""

RIGHTS_TERMS = "rights terms"
AUDIT_SEALS = "audit seals"

SEALS_LOOKED_AT_SECONDS = 600.0
"""How often it is looked whether a chain of the log is to be sealed."""

AT_ONCE = 4
"""Jobs of a kind at once: as many as a small machine has cores for."""


@dataclass(frozen=True, slots=True)
class PublishJob:
    """Waits a moment for further decisions, then makes the batch's snapshot.

    Its facts leave with the snapshot's own document, so it returns none.
    """

    publish: PublishSnapshot
    clock: Clock
    debounce_seconds: float

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        await self.clock.sleep(self.debounce_seconds)
        lease.check()
        actor = Actor.FromString(job.payload["actor"])
        await self.publish(job.payload["dataset_id"], int(job.payload["batch"]), actor, job.cause)
        return ()


@dataclass(frozen=True, slots=True)
class CompletionJob:
    """Looks at a whole asset, one segment after another, and notes after each how far it came.

    Its facts leave with the samples' own documents, so it returns none.
    """

    propose: ProposeAlongShots

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        work, index = Work.FromString(job.payload["work"]), ObjectRef.FromString(job.payload["index"])
        begin = int(job.progress.get("segments", 0))
        async for segments in self.propose(work, index, begin, job.cause):
            await lease.save({"segments": segments})
        return ()


@dataclass(frozen=True, slots=True)
class ReconsiderJob:
    """Decides every asset anew, and notes now and then how far it came. Its facts leave by the outbox."""

    reconsider: ReconsiderEverything

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        done = 0
        async for asset_id in self.reconsider(str(job.progress.get("after", "")), job.cause):
            done += 1
            if done % NOTED_EVERY == 0:
                await lease.save({"after": asset_id})
            lease.check()
        return ()


def reconsider_kind(reconsider: ReconsiderEverything) -> JobKind:
    """Return how everything is decided anew."""
    return JobKind(RECONSIDER, ReconsiderJob(reconsider))


def publish_kind(publish: PublishSnapshot, clock: Clock, debounce_seconds: float) -> JobKind:
    """Return how snapshots are made."""
    return JobKind(PUBLISH, PublishJob(publish, clock, debounce_seconds), permits=AT_ONCE)


def completion_kind(stores: Stores, steps: Steps) -> JobKind:
    """Return how whole assets are looked at."""
    s = stores
    propose = ProposeAlongShots(
        s.assets,
        s.chunks,
        s.datasets,
        s.analyses,
        s.samples,
        s.vectors,
        s.repeats,
        s.background,
        steps.register,
        steps.describe,
    )
    tombstones = steps.forgotten.tombstones
    forget = TakeAwayGone(steps.take_away, tombstones, steps.gate.clock)
    work = WorkUnlessGone(CompletionJob(propose), tombstones, forget)
    return JobKind(COMPLETE, work, permits=AT_ONCE)


def rights_terms(recheck: RecheckTerms, clock: Clock, every_seconds: float) -> Periodic:
    """Return the part that asks again about rights whose terms begin or end."""
    return Periodic(RIGHTS_TERMS, recheck, clock, every_seconds, TERMS_WAIT, TERMS_FAILED)


def audit_seals(seal: SealAudit, clock: Clock) -> Periodic:
    """Return the part that seals the log of decisions, daily and after so many entries."""
    return Periodic(AUDIT_SEALS, seal.due, clock, SEALS_LOOKED_AT_SECONDS, SEALS_WAIT, SEALS_FAILED)

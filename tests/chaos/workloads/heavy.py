"""A stage whose records cost time: each stores an object, a document that names it, and then its fact.

    planned ──work, object, document, fact──▶ transcoded

A chunk whose id starts with `killer` kills its process, every time.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.journal import Journal
from chaos.workloads import SERVICE_OF, chain
from chaos.workloads.settings import WorkloadSettings
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import Outcome
from framewell_contracts.fact_types import fact_type
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause
from framewell_kit.jobs import JobKind, Jobs
from framewell_kit.objects import Objects
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import HeavyStage, Reason

SERVICE = SERVICE_OF["heavy"]
GROUP = "transcode.make_chunk"
PLANNED, MADE = fact_type(ChunkPlanned).type, fact_type(ChunkTranscoded).type
OBJECTS, KILLER = "objects", "killer"


@dataclass(frozen=True, slots=True)
class MakeChunk:
    """Work, then the object, then the document that names it, then the fact."""

    documents: Documents
    objects: Objects
    jobs: Jobs
    journal: Journal
    settings: WorkloadSettings

    async def __call__(self, fact: ChunkPlanned, cause: Cause) -> Sequence[ChunkTranscoded]:
        self.journal.note("attempt", fact.chunk_id, fact.index, cause.id)
        if fact.chunk_id.startswith(KILLER):
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(self.settings.work_ms / 1000)
        if self.settings.long_jobs:
            await self.jobs.put(chain.JOB, fact.chunk_id, {}, cause=cause)
        content = random.Random(fact.chunk_id).randbytes(self.settings.object_bytes)
        ref = await self.objects.put(content, media_type="application/octet-stream")
        await self.documents.insert_once(OBJECTS, {"_id": fact.chunk_id, "key": ref.key, "size": ref.size})
        made = ChunkTranscoded(work=fact.work, chunk_id=fact.chunk_id, index=fact.index)
        made.outcome.done.SetInParent()
        made.frames.CopyFrom(ref)
        return [made]


def gave_up(fact: ChunkPlanned, reason: Reason) -> Sequence[ChunkTranscoded]:
    """Return the fact that ends the wait for a chunk that never comes."""
    outcome = Outcome()
    outcome.failed.code = reason.code
    return [
        ChunkTranscoded(
            work=Work(asset_id=fact.work.asset_id, lane=fact.work.lane),
            chunk_id=fact.chunk_id,
            index=fact.index,
            outcome=outcome,
        )
    ]


def wire(settings: WorkloadSettings, mesh: Mesh) -> Service:
    """The service."""
    journal = Journal(settings.journal)
    make = MakeChunk(mesh.documents, mesh.objects, mesh.jobs, journal, settings)
    settle = chain.Settle(journal, settings.steps, settings.step_ms / 1000)
    return Service(
        stages=[HeavyStage(GROUP, make, gave_up=gave_up, permits=settings.permits)],
        jobs=[JobKind(chain.JOB, settle, lease_seconds=settings.lease_seconds)],
    )

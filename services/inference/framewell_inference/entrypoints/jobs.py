"""The leased jobs of the service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewell_inference.commands.cluster_faces import ClusterFaces
from framewell_inference.commands.drive_campaign import DriveCampaign
from framewell_inference.commands.look_again import LookAgain, PieceAttempt
from framewell_inference.commands.relabel import Relabel
from framewell_inference.domain.campaigns import Piece
from framewell_inference.ports.campaigns import CAMPAIGN_JOB, LOOK_JOB
from framewell_inference.ports.clusters import CLUSTER_JOB
from framewell_inference.ports.models import RELABEL_JOB
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.jobs.unless_gone import WorkUnlessGone
from framewell_kit.tombstones import Forget, Tombstones
from framewell_models.manifest import ModelRef

TOLERATED: Final = 2
"""From this attempt on an analyser that fails is counted as failed; before, the piece is tried again."""


def relabel_kind(relabel: Relabel) -> JobKind:
    """Return the kind of job that re-labels: one at a time, so that versions do not race for the cores."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        ref = ModelRef.parse(job.payload["model"])
        updated = await relabel(ref, int(job.payload["revision"]), job.cause, lease.check)
        return [] if updated is None else [updated]

    return JobKind(RELABEL_JOB, work)


def cluster_kind(cluster: ClusterFaces) -> JobKind:
    """Return the kind of job that puts faces into clusters; there is one of it in the mesh at a time."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        await cluster(int(job.payload["turn"]), lease.check)
        return []

    return JobKind(CLUSTER_JOB, work)


def campaign_kinds(
    drive: DriveCampaign, look: LookAgain, tombstones: Tombstones, forget: Forget, *, at_once: int
) -> list[JobKind]:
    """Return the kinds of jobs by which campaigns are done; `at_once` pieces of them in this process."""

    async def hand_out(job: Job, lease: Lease) -> Sequence[Outgoing]:
        await drive(job.key, job.cause, lease.check)
        return ()

    async def do_piece(job: Job, lease: Lease) -> Sequence[Outgoing]:
        piece = Piece(
            campaign_id=job.payload["campaign"],
            asset_id=job.key.partition("/")[0],
            generation=int(job.payload["generation"]),
            name=job.payload["piece"],
            chunks=int(job.payload["chunks"]),
        )
        attempt = PieceAttempt(piece, lease.save, job.cause, tolerate=job.attempt >= TOLERATED)
        return await look(attempt, job.progress)

    return [
        JobKind(CAMPAIGN_JOB, hand_out),
        JobKind(LOOK_JOB, WorkUnlessGone(do_piece, tombstones, forget), permits=at_once),
    ]

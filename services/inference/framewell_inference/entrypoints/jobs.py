"""The leased jobs of the service."""

from __future__ import annotations

from collections.abc import Sequence

from framewell_inference.commands.cluster_faces import ClusterFaces
from framewell_inference.commands.relabel import Relabel
from framewell_inference.ports.clusters import CLUSTER_JOB
from framewell_inference.ports.models import RELABEL_JOB
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_models.manifest import ModelRef


def relabel_kind(relabel: Relabel) -> JobKind:
    """Return the kind of job that re-labels: one at a time, so that versions do not race for the cores."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        ref = ModelRef.parse(job.payload["model"])
        return [await relabel(ref, int(job.payload["revision"]), lease.check)]

    return JobKind(RELABEL_JOB, work)


def cluster_kind(cluster: ClusterFaces) -> JobKind:
    """Return the kind of job that puts faces into clusters; there is one of it in the mesh at a time."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        await cluster(int(job.payload["turn"]), lease.check)
        return []

    return JobKind(CLUSTER_JOB, work)

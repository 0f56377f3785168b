"""A small service that tests start and stop: `FRAMEWELL_… python service_for_tests.py`."""

from collections.abc import Sequence

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_kit.facts import Cause
from framewell_kit.jobs import Job, JobKind, Jobs, Lease
from framewell_kit.process import run_service
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Stage


class Accept:
    """Puts a job for every request."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
        await self._jobs.put("fetch", fact.asset_id, {}, cause=cause)
        return []


async def fetch(job: Job, lease: Lease) -> Sequence[AssetRejected]:
    return [AssetRejected(work=Work(asset_id=job.key), code="unreachable")]


def wire(settings: object, mesh: Mesh) -> Service:
    return Service(
        stages=[Stage("ingest.accept_request", Accept(mesh.jobs))],
        jobs=[JobKind("fetch", fetch)],
    )


if __name__ == "__main__":
    run_service("ingest", None, wire)

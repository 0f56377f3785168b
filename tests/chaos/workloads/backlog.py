"""A stage that does next to nothing, so that what it costs to hold a backlog is all there is to see."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chaos.workloads import SERVICE_OF
from chaos.workloads.settings import WorkloadSettings
from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.fact_types import fact_type
from framewell_kit.facts import Cause
from framewell_kit.service import Mesh, Service
from framewell_kit.stream import Stage

SERVICE = SERVICE_OF["backlog"]
GROUP = "ingest.accept_request"
REQUESTED, REJECTED = fact_type(IngestRequested).type, fact_type(AssetRejected).type
# One in so many requests is answered: enough to see that none is skipped, little enough to read.
ANSWERED_EVERY = 50
NUMBER = "file:///number/"


def request(asset: int, number: int) -> IngestRequested:
    """Return the request with a number."""
    return IngestRequested(asset_id=str(UUID(int=asset)), uri=f"{NUMBER}{number}")


async def answer(fact: IngestRequested, cause: Cause) -> Sequence[AssetRejected]:
    """Answer some."""
    number = fact.uri.removeprefix(NUMBER)
    if int(number) % ANSWERED_EVERY:
        return []
    return [AssetRejected(work=Work(asset_id=fact.asset_id), code=number)]


def wire(settings: WorkloadSettings, mesh: Mesh) -> Service:
    """The service."""
    return Service(stages=[Stage(GROUP, answer)])

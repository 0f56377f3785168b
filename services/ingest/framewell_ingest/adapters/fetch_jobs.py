"""Fetching as a leased job, one an asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell_ingest.domain.assets import Asset
from framewell_ingest.domain.verdicts import CANCELLED, FAILED, rejection
from framewell_ingest.handlers.fetch_original import FetchOriginal, end_fact
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs import Job, JobKind, Jobs, Lease
from framewell_kit.stream import Reason

FETCH: Final = "fetch"


@dataclass(frozen=True, slots=True)
class FetchJobs:
    """The work queue of ingest on the mesh's jobs."""

    jobs: Jobs

    async def fetch(self, asset: Asset, cause: Cause) -> None:
        payload = {"asset_id": asset.asset_id, "uri": asset.request.uri, "generation": asset.generation}
        await self.jobs.put(FETCH, asset.asset_id, payload, cause=cause, lane=asset.request.lane)

    async def cancel(self, asset_id: str, reason: str) -> None:
        await self.jobs.cancel(FETCH, asset_id, reason)


def fetch_kind(fetch: FetchOriginal, permits: int) -> JobKind:
    """How a fetch is done, and what is said when it never will be."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        return await fetch(job.payload["asset_id"])

    return JobKind(FETCH, work, gave_up=_gave_up, permits=permits)


def _gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
    code = CANCELLED if reason.code == CANCELLED else FAILED
    detail = str(reason) if code == CANCELLED else f"The file could not be taken in: {reason}"
    asset_id, uri, generation = (job.payload[name] for name in ("asset_id", "uri", "generation"))
    return [end_fact(rejection(asset_id, uri, generation, code, detail))]

"""Which job is done by which handler."""

from __future__ import annotations

from collections.abc import Sequence

from framewell_ingest.domain.verdicts import CANCELLED, FAILED, rejection
from framewell_ingest.handlers.fetch_original import FetchOriginal, end_fact
from framewell_ingest.ports import FETCH
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.stream import Reason


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

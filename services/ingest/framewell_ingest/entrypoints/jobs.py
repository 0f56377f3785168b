"""Which job is done by which command."""

from __future__ import annotations

from collections.abc import Sequence

from framewell.media.v1.media_pb2 import Work
from framewell_ingest.commands.fetch_original import FetchOriginal
from framewell_ingest.domain.ends import end_fact, rejection
from framewell_ingest.domain.verdicts import CANCELLED, FAILED
from framewell_ingest.ports import FETCH
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.stream import Reason


def fetch_kind(fetch: FetchOriginal, permits: int) -> JobKind:
    """Return the kind of job that fetches an original, `permits` at a time in one process."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        return await fetch(_work(job).asset_id)

    return JobKind(FETCH, work, gave_up=_gave_up, permits=permits)


def _gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
    code = CANCELLED if reason.code == CANCELLED else FAILED
    detail = str(reason) if code == CANCELLED else f"The file could not be taken in: {reason}"
    return [end_fact(rejection(_work(job), job.payload["uri"], code, detail))]


def _work(job: Job) -> Work:
    return Work.FromString(bytes(job.payload["work"]))

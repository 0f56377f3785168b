"""Which job is done by which command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewell.media.v1.media_pb2 import Work
from framewell_contracts.sentences import say
from framewell_ingest.commands.close_recording import CloseRecording
from framewell_ingest.commands.fetch_original import FetchOriginal
from framewell_ingest.commands.fetch_segment import FetchSegment, given_up
from framewell_ingest.domain.ends import end_fact, rejection
from framewell_ingest.domain.recordings import segment_fact
from framewell_ingest.domain.verdicts import CANCELLED, FAILED
from framewell_ingest.ports import CLOSE, FETCH, SEGMENT
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.jobs.last_attempt import NoteLastFailure
from framewell_kit.jobs.unless_gone import WorkUnlessGone
from framewell_kit.stream import Reason
from framewell_kit.tombstones import Tombstones

_CLOSINGS_AT_ONCE: Final = 4


def fetch_kind(fetch: FetchOriginal, tombstones: Tombstones, forget: ForgetAsset, permits: int) -> JobKind:
    """Return the kind of job that fetches an original, `permits` at a time in a process and a live one more.

    A fetch stops once its asset is gone.
    """

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        return await fetch(job.key)

    gone = WorkUnlessGone(work, tombstones, forget)
    return JobKind(FETCH, gone, gave_up=_gave_up, permits=permits, live_permits=1)


def segment_kinds(
    fetch: FetchSegment, close: CloseRecording, tombstones: Tombstones, forget: ForgetAsset, permits: int
) -> list[JobKind]:
    """Return the kinds of job about recordings under way; `permits` segments are fetched at a time.

    Their permits are their own: no archive keeps a recording waiting.
    """

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        return await fetch(_asset_id(job), int(job.payload["number"]), job.cause)

    async def wait(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        return await close(_asset_id(job), job.cause)

    async def note(job: Job) -> None:
        await fetch.give_up(_asset_id(job), int(job.payload["number"]))

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:  # noqa: ARG001 - the log has it
        return [segment_fact(given_up(_asset_id(job), int(job.payload["number"])))] if job.payload else []

    fetching = WorkUnlessGone(NoteLastFailure(work, note), tombstones, forget)
    return [
        JobKind(SEGMENT, fetching, gave_up, permits=permits, live_permits=1),
        JobKind(CLOSE, WorkUnlessGone(wait, tombstones, forget), permits=_CLOSINGS_AT_ONCE),
    ]


def _asset_id(job: Job) -> str:
    return job.key.partition("/")[0]


def _gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
    if not job.payload or reason.code == CANCELLED:  # its asset was erased; or it ended, which names by whom
        return []
    detail = say("original.failed", "The file could not be taken in: {why}", why=reason.sentence)
    return [end_fact(rejection(_work(job), job.payload["uri"], FAILED, detail))]


def _work(job: Job) -> Work:
    return Work.FromString(bytes(job.payload["work"]))

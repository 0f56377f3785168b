"""Which leased job about a recording is done by which command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from framewell_kit.clock import Clock
from framewell_kit.facts import Outgoing
from framewell_kit.jobs import Job, JobKind, Lease
from framewell_kit.jobs.last_attempt import NoteLastFailure
from framewell_kit.jobs.unless_gone import WorkUnlessGone
from framewell_kit.stream import Reason
from framewell_kit.tombstones import Tombstones
from framewell_transcode.commands.complete_recording import CompleteRecording
from framewell_transcode.commands.extract_segment_sound import ExtractSegmentSound
from framewell_transcode.commands.lay_segment import LaySegment
from framewell_transcode.domain.jobs import RECORDING, SEGMENT, SEGMENT_SOUND, payload_segment, payload_work
from framewell_transcode.domain.outcomes import end_fact, not_stitched
from framewell_transcode.domain.recordings import WORK_FAILED
from framewell_transcode.ports.wired import Ports
from framewell_transcode.steps.forget_asset import ForgetAsset
from framewell_transcode.steps.read_segment_captions import ReadSegmentCaptions

Note = Callable[[Job], Awaitable[None]]


def kinds(
    ports: Ports,
    clock: Clock,
    tombstones: Tombstones,
    forget: ForgetAsset,
    *,
    permits: int,
    patience: timedelta,
) -> list[JobKind]:
    """Return one kind a leased job; each stops once its asset is gone.

    Their permits are their own: no archive keeps a recording waiting.
    """
    p = ports
    lay = LaySegment(
        p.recordings, p.segments, p.references, p.rights, p.recording_queue, clock, patience=patience
    )
    sound = ExtractSegmentSound(p.recordings, p.segments, p.references)
    captions = ReadSegmentCaptions(p.captions, p.objects)
    complete = CompleteRecording(
        p.recordings, p.segments, p.objects, p.progress, p.references, p.queue, captions, clock
    )

    async def no_segment(job: Job) -> None:
        segment = payload_segment(job.payload)
        await p.recordings.give_up(payload_work(job.payload), segment.sequence, WORK_FAILED)

    async def no_sound(job: Job) -> None:
        await p.recordings.add_sound(payload_work(job.payload), int(job.payload["sequence"]), None)

    kinds = [
        replace(_lay(lay, no_segment), permits=permits, live_permits=1),
        replace(_sound(sound, no_sound), permits=permits, live_permits=1),
        _complete(complete),
    ]
    return [replace(kind, work=WorkUnlessGone(kind.work, tombstones, forget)) for kind in kinds]


def _lay(lay: LaySegment, note: Note) -> JobKind:
    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await lay(payload_work(job.payload), payload_segment(job.payload), job.cause)
        lease.check()
        return facts

    return JobKind(SEGMENT, NoteLastFailure(work, note))


def _sound(extract: ExtractSegmentSound, note: Note) -> JobKind:
    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        lease.check()
        await extract(payload_work(job.payload), int(job.payload["sequence"]))
        return ()

    return JobKind(SEGMENT_SOUND, NoteLastFailure(work, note))


def _complete(complete: CompleteRecording) -> JobKind:
    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        facts = await complete(payload_work(job.payload), job.cause)
        lease.check()
        return facts

    def gave_up(job: Job, reason: Reason) -> Sequence[Outgoing]:
        return [end_fact(not_stitched(payload_work(job.payload), reason.sentence))] if job.payload else []

    return JobKind(RECORDING, work, gave_up)

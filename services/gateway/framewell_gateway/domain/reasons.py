"""Reasons why an asset does not go on, one sentence each, with what to do about it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.gateway.v1.explanation_pb2 import AssetDeadLetter, Backlog, Reason, ReasonWeight, WaitingRecord
from framewell.mesh.v1.operations_service_pb2 import (
    Breaker,
    HeldJob,
    JobState,
    PausedPartition,
    StartedRecord,
)
from framewell_gateway.domain.broker_state import ServiceReplies

# More records of one kind than this are one sentence with their number; the answer lists them all.
MOST_SENTENCES = 3

LONG_LOOKS: Final = "looks"
"""The note of a service in which a model takes long, while chunks of others wait behind it."""

STUCK: Final = ReasonWeight.REASON_WEIGHT_STUCK
WAITS: Final = ReasonWeight.REASON_WEIGHT_WAITS
MOVES: Final = ReasonWeight.REASON_WEIGHT_MOVES


def reason(
    kind: str, weight: "ReasonWeight.ValueType", service: str, sentence: str, advice: str = ""
) -> Reason:
    """Return a reason; see the message for what its parts mean."""
    return Reason(kind=kind, weight=weight, service=service, sentence=sentence, advice=advice)


def of_broker(away: str) -> Iterator[Reason]:
    """Yield a reason when the broker does not answer."""
    if away:
        yield reason(
            "broker_away", STUCK, "broker", f"The broker does not answer: {away}.", "framewell status"
        )


def of_service(work: ServiceReplies, *, needed: bool) -> Iterator[Reason]:
    """Yield reasons of a service that is away or not ready; they weigh little while it is not needed."""
    name = work.service
    if work.away:
        if needed:
            sentence = f"{name} is away: {work.away}."
            yield reason("service_away", STUCK, name, sentence, "framewell status")
        else:
            sentence = f"{name} is away, which it does not need yet: {work.away}."
            yield reason("service_away", MOVES, name, sentence, "framewell status")
        return
    if needed:
        yield from _of_replicas(work)


def _of_replicas(work: ServiceReplies) -> Iterator[Reason]:
    """Yield reasons of replicas that do not answer while others do, and of those that are not ready."""
    name, advice = work.service, "framewell status"
    for one in work.silent:
        sentence = f"One of {len(work.replicas)} replicas of {name} is away: {one.away} ({one.address})."
        yield reason("replica_away", MOVES, name, sentence, advice)
    if work.breakers:
        return  # that is why, and a reason of its own
    weight = MOVES if work.ready else WAITS
    for one in work.answering:
        for note in one.reply.notes:
            if note.part == LONG_LOOKS:
                sentence = f"In {name}{work.whose(one)} {note.reason}."
                yield reason("long_look", MOVES, name, sentence, "framewell models list")
        if not one.reply.ready:
            why = "; ".join(part.reason for part in one.reply.waiting)
            sentence = f"{name}{work.whose(one)} is not ready: {why}."
            yield reason("service_unready", weight, name, sentence, advice)


def of_breaker(breaker: Breaker, now: datetime) -> Reason:
    """Return the reason of a stage whose breaker is open."""
    since = f" since {_clock(breaker.opened_at)}" if breaker.HasField("opened_at") else ""
    tries = (
        f"It tries one record {_in(breaker.tries_at, now)}."
        if breaker.HasField("tries_at")
        else "It tries one record now, and goes on if that succeeds."
    )
    return reason(
        "breaker_open",
        STUCK,
        _service(breaker.group),
        f"The breaker of {breaker.group} is open{since}: most of its records failed. {tries}",
        f"framewell dlq resume {breaker.group}",
    )


def of_dead_letter(dead_letter: AssetDeadLetter) -> Reason:
    """Return the reason of a record that was given up."""
    attempts = "1 attempt" if dead_letter.attempts == 1 else f"{dead_letter.attempts} attempts"
    times = f" after {attempts}" if dead_letter.attempts else ""
    return reason(
        "dead_letter",
        STUCK,
        _service(dead_letter.group),
        f"{dead_letter.group} gave up {_short(dead_letter.type)}{times}: "
        f"{dead_letter.reason} ({dead_letter.code}).",
        dead_letter.replay,
    )


def of_records(records: Sequence[WaitingRecord], now: datetime) -> Iterator[Reason]:
    """Yield reasons of records that wait: those that failed one by one, the others by group and topic."""
    yield from (_of_retry(record, now) for record in records if record.HasField("retry"))
    fresh = sorted(
        (one for one in records if not one.HasField("retry")), key=lambda one: (one.group, one.topic)
    )
    for (group, topic), found in groupby(fresh, key=lambda one: (one.group, one.topic)):
        same = sorted(found, key=lambda one: one.ahead)
        if len(same) <= MOST_SENTENCES:
            yield from (_of_fresh(one, now) for one in same)
        else:
            oldest = min(one.written.ToDatetime(UTC) for one in same)
            yield reason(
                "record",
                MOVES,
                _service(group),
                f"{len(same)} {_short(same[0].type)} wait for {group} in {topic}, "
                f"the oldest for {ago(oldest, now)}.",
            )


def _of_fresh(record: WaitingRecord, now: datetime) -> Reason:
    ahead = f"behind {record.ahead:,} others" if record.ahead else "next in line"
    return reason(
        "record",
        MOVES,
        _service(record.group),
        f"{_short(record.type)} waits for {record.group} in {record.topic}/{record.partition}"
        f"@{record.offset}, {ahead}, for {ago(record.written.ToDatetime(UTC), now)}.",
    )


def _of_retry(record: WaitingRecord, now: datetime) -> Reason:
    retry = record.retry
    place = f"{record.topic}/{record.partition}@{record.offset}"
    what = _short(record.type)
    if retry.code == "failed":
        failure = f"{record.group} failed {_times(retry.attempts)} at {what}: {retry.reason}."
    else:
        failure = f"{record.group} cannot handle {what} yet: {retry.reason}."
    return reason(
        "retry",
        WAITS,
        _service(record.group),
        f"{failure} Attempt {retry.attempts + 1} comes {_in(retry.not_before, now)}; it waits in {place}.",
    )


def of_backlog(backlog: Backlog) -> Reason:
    """Return the reason of a group that is behind where the asset's records lie."""
    return reason(
        "backlog",
        MOVES,
        _service(backlog.group),
        f"{backlog.group} is {backlog.behind:,} records behind in {backlog.topic} "
        f"({backlog.committed:,} of {backlog.end:,} done).",
    )


def of_job(service: str, job: HeldJob, now: datetime) -> Reason:
    """Return the reason of a leased job, by its state."""
    name = f"The job {job.kind} of {service}"
    attempt = f", attempt {job.attempt}" if job.attempt > 1 else ""
    last = f" The last attempt ended with: {job.reason}." if job.reason else ""
    if job.state == JobState.JOB_STATE_FAILED:
        sentence = f"{name} was given up: {job.reason} ({job.code})."
        return reason("job", STUCK, service, sentence)
    if job.state == JobState.JOB_STATE_LATER and not _waits_for_others(job):
        when = _in(job.due_at, now) if job.HasField("due_at") else "later"
        return reason("job", WAITS, service, f"{name} is tried again {when}{attempt}.{last}")
    if job.state == JobState.JOB_STATE_RUNNING:
        leased = job.HasField("leased_until")
        lease = f", its lease lasts until {_clock(job.leased_until)}" if leased else ""
        died = f" Its worker died {_times(job.starts - 1)} before." if job.starts > 1 else ""
        return reason("job", MOVES, service, f"{name} runs{attempt}{lease}.{died}{last}")
    since = ago(job.put_at.ToDatetime(UTC), now)
    if _waits_for_others(job):
        again = f" It is looked at again {_in(job.due_at, now)}." if job.HasField("due_at") else ""
        return reason("job", WAITS, service, f"{name} waits, for {since} now: {job.reason}.{again}")
    return reason("job", MOVES, service, f"{name} waits for a free worker{attempt}, for {since} now.{last}")


def _waits_for_others(job: HeldJob) -> bool:
    """Return whether the job was looked at, did not fail, and waits for what its reason says."""
    waiting = {JobState.JOB_STATE_WAITING, JobState.JOB_STATE_LATER}
    return bool(job.reason) and job.attempt <= 1 and job.state in waiting


def of_paused(paused: PausedPartition, now: datetime, whose: str) -> Reason:
    """Return the reason of a paused partition; `whose` says in which replica, where there are several."""
    return reason(
        "paused",
        WAITS,
        _service(paused.group),
        f"{paused.group}{whose} has paused {paused.topic}/{paused.partition}: {paused.reason}. "
        f"It goes on {_in(paused.until, now)}.",
    )


def of_started(started: StartedRecord) -> Reason:
    """Return the reason of a heavy record at work, or of one that killed its worker before."""
    place = f"{started.topic}/{started.partition}@{started.offset}"
    if started.starts == 1:
        return reason("started", MOVES, _service(started.group), f"{started.group} is at {place}.")
    return reason(
        "started",
        WAITS,
        _service(started.group),
        f"{started.group} started {place} {_times(started.starts)}, for its worker died; "
        "the fourth start gives it up.",
    )


def of_unsent(work: ServiceReplies) -> Iterator[Reason]:
    """Yield a reason when the service holds facts that the broker has not taken."""
    if work.unsent_facts:
        count = work.unsent_facts
        facts = "1 fact" if count == 1 else f"{count} facts"
        yield reason(
            "unsent", WAITS, work.service,
            f"{work.service} holds {facts} of it that the broker has not taken yet.",
        )  # fmt: skip


def gravest_first(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons in the order in which a person should read them."""
    return sorted(reasons, key=lambda one: one.weight)


def _service(group: str) -> str:
    return group.split(".", maxsplit=1)[0]


def _short(event_type: str) -> str:
    return event_type.removeprefix("framewell.").rsplit(".v", 1)[0] or "a record that cannot be read"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _clock(moment: Timestamp) -> str:
    return f"{moment.ToDatetime(UTC):%H:%M:%S} UTC"


def _in(moment: Timestamp, now: datetime) -> str:
    seconds = (moment.ToDatetime(UTC) - now).total_seconds()
    return "now" if seconds <= 0 else f"in {_seconds(seconds)} ({_clock(moment)})"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago that was: `12 s`, `5 min`."""
    return _seconds(max((now - moment).total_seconds(), 0.0))


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"

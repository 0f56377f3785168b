"""Why an asset does not go on, one sentence each, with what to do about it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from framewell_gateway.domain.whereabouts import (
    Backlog,
    GivenUp,
    HeldJob,
    OpenBreaker,
    Paused,
    ServiceWork,
    Started,
    WaitingRecord,
)

# More records of one kind than this are told as a number; the answer lists them all.
MOST_TOLD = 3


class Weight(StrEnum):
    """What a reason means for the asset, the gravest first."""

    STUCK = "stuck"
    """It will not go on before somebody does something."""
    WAITS = "waits"
    """It goes on by itself, later."""
    MOVES = "moves"
    """It is being worked on, or next in line."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `kind` is a stable word, `sentence` for a person, `advice` a command or what to look at."""

    kind: str
    weight: Weight
    service: str
    sentence: str
    advice: str = ""


def of_broker(away: str) -> Iterator[Reason]:
    """The broker itself."""
    if away:
        yield Reason(
            "broker_away", Weight.STUCK, "broker", f"The broker does not answer: {away}.", "framewell status"
        )


def of_service(work: ServiceWork, *, needed: bool) -> Iterator[Reason]:
    """A service that is away or not ready; of little weight where the asset does not need it now."""
    name = work.service
    if work.away:
        if needed:
            told = f"{name} is away: {work.away}."
            yield Reason("service_away", Weight.STUCK, name, told, "framewell status")
        else:
            told = f"{name} is away, which it does not need yet: {work.away}."
            yield Reason("service_away", Weight.MOVES, name, told, "framewell status")
        return
    if needed:
        yield from _of_replicas(work)


def _of_replicas(work: ServiceWork) -> Iterator[Reason]:
    """Replicas that do not answer while others do, and those that are not ready."""
    name, advice = work.service, "framewell status"
    for one in work.silent:
        told = f"One of {len(work.replicas)} replicas of {name} is away: {one.away} ({one.address})."
        yield Reason("replica_away", Weight.MOVES, name, told, advice)
    if work.breakers:
        return  # that is why, and it is told
    weight = Weight.MOVES if work.ready else Weight.WAITS
    for one in work.answering:
        if not one.ready:
            why = "; ".join(reason for _, reason in one.waiting)
            told = f"{name}{work.whose(one)} is not ready: {why}."
            yield Reason("service_unready", weight, name, told, advice)


def of_breaker(breaker: OpenBreaker, now: datetime) -> Reason:
    """A stage that stopped itself."""
    since = f" since {_clock(breaker.opened)}" if breaker.opened else ""
    tries = (
        f"It tries one record {_in(breaker.tries, now)}."
        if breaker.tries
        else "It tries one record now, and goes on if that succeeds."
    )
    return Reason(
        "breaker_open",
        Weight.STUCK,
        _service(breaker.group),
        f"The breaker of {breaker.group} is open{since}: most of its records failed. {tries}",
        f"framewell dlq resume {breaker.group}",
    )


def of_given_up(letter: GivenUp) -> Reason:
    """A dead letter."""
    attempts = "1 attempt" if letter.attempts == 1 else f"{letter.attempts} attempts"
    times = f" after {attempts}" if letter.attempts else ""
    return Reason(
        "dead_letter",
        Weight.STUCK,
        letter.service,
        f"{letter.group} gave up {_short(letter.event_type)}{times}: {letter.reason} ({letter.code}).",
        letter.replay,
    )


def of_records(records: Sequence[WaitingRecord], now: datetime) -> Iterator[Reason]:
    """Records that wait: those that failed one by one, the others by group and topic."""
    yield from (_of_retry(record, now) for record in records if record.retry)
    fresh = sorted((one for one in records if not one.retry), key=lambda one: (one.group, one.topic))
    for (group, topic), found in groupby(fresh, key=lambda one: (one.group, one.topic)):
        same = sorted(found, key=lambda one: one.ahead)
        if len(same) <= MOST_TOLD:
            yield from (_of_fresh(one, now) for one in same)
        else:
            oldest = min(one.written for one in same)
            yield Reason(
                "record",
                Weight.MOVES,
                _service(group),
                f"{len(same)} {_short(same[0].event_type)} wait for {group} in {topic}, "
                f"the oldest for {ago(oldest, now)}.",
            )


def _of_fresh(record: WaitingRecord, now: datetime) -> Reason:
    ahead = f"behind {record.ahead:,} others" if record.ahead else "next in line"
    return Reason(
        "record",
        Weight.MOVES,
        record.service,
        f"{_short(record.event_type)} waits for {record.group} in {record.topic}/{record.partition}"
        f"@{record.offset}, {ahead}, for {ago(record.written, now)}.",
    )


def _of_retry(record: WaitingRecord, now: datetime) -> Reason:
    retry = record.retry
    assert retry is not None
    place = f"{record.topic}/{record.partition}@{record.offset}"
    what = _short(record.event_type)
    if retry.code == "failed":
        told = f"{record.group} failed {_times(retry.attempts)} at {what}: {retry.reason}."
    else:
        told = f"{record.group} cannot handle {what} yet: {retry.reason}."
    return Reason(
        "retry",
        Weight.WAITS,
        record.service,
        f"{told} Attempt {retry.attempts + 1} comes {_in(retry.not_before, now)}; it waits in {place}.",
    )


def of_backlog(backlog: Backlog) -> Reason:
    """A group that is behind where the asset's records lie."""
    return Reason(
        "backlog",
        Weight.MOVES,
        _service(backlog.group),
        f"{backlog.group} is {backlog.behind:,} records behind in {backlog.topic} "
        f"({backlog.committed:,} of {backlog.end:,} done).",
    )


def of_job(service: str, job: HeldJob, now: datetime) -> Reason:
    """A leased job."""
    name = f"The job {job.kind} of {service}"
    attempt = f", attempt {job.attempt}" if job.attempt > 1 else ""
    last = f" The last attempt ended with: {job.reason}." if job.reason else ""
    if job.state == "failed":
        sentence = f"{name} was given up: {job.reason} ({job.code})."
        return Reason("job", Weight.STUCK, service, sentence)
    if job.state == "later":
        when = _in(job.due, now) if job.due else "later"
        return Reason("job", Weight.WAITS, service, f"{name} is tried again {when}{attempt}.{last}")
    if job.state == "running":
        lease = f", its lease lasts until {_clock(job.leased_until)}" if job.leased_until else ""
        died = f" Its worker died {_times(job.starts - 1)} before." if job.starts > 1 else ""
        return Reason("job", Weight.MOVES, service, f"{name} runs{attempt}{lease}.{died}{last}")
    return Reason(
        "job",
        Weight.MOVES,
        service,
        f"{name} waits for a free worker{attempt}, for {ago(job.put, now)} now.{last}",
    )


def of_paused(paused: Paused, now: datetime, whose: str) -> Reason:
    """A partition that is not read for a while; `whose` says in which replica, where there are several."""
    return Reason(
        "paused",
        Weight.WAITS,
        _service(paused.group),
        f"{paused.group}{whose} has paused {paused.topic}/{paused.partition}: {paused.reason}. "
        f"It goes on {_in(paused.until, now)}.",
    )


def of_started(started: Started) -> Reason:
    """A heavy record at work; one that killed its worker before."""
    place = f"{started.topic}/{started.partition}@{started.offset}"
    if started.starts == 1:
        return Reason("started", Weight.MOVES, _service(started.group), f"{started.group} is at {place}.")
    return Reason(
        "started",
        Weight.WAITS,
        _service(started.group),
        f"{started.group} started {place} {_times(started.starts)}, for its worker died; "
        "the third start gives it up.",
    )


def of_unsent(work: ServiceWork) -> Iterator[Reason]:
    """Facts that the broker has not taken."""
    if work.unsent_facts:
        count = work.unsent_facts
        facts = "1 fact" if count == 1 else f"{count} facts"
        yield Reason(
            "unsent", Weight.WAITS, work.service,
            f"{work.service} holds {facts} of it that the broker has not taken yet.",
        )  # fmt: skip


def gravest_first(reasons: Iterable[Reason]) -> list[Reason]:
    """What a person should read first."""
    order = list(Weight)
    return sorted(reasons, key=lambda reason: order.index(reason.weight))


def _service(group: str) -> str:
    return group.split(".", maxsplit=1)[0]


def _short(event_type: str) -> str:
    return event_type.removeprefix("framewell.").rsplit(".v", 1)[0] or "a record that cannot be read"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S} UTC" if moment else "-"


def _in(moment: datetime, now: datetime) -> str:
    seconds = (moment - now).total_seconds()
    return "now" if seconds <= 0 else f"in {_seconds(seconds)} ({_clock(moment)})"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago that was: `12 s`, `5 min`."""
    return _seconds(max((now - moment).total_seconds(), 0.0))


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"

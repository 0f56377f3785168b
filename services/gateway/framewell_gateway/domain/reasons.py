"""Reasons why an asset does not go on, one sentence each, with what to do about it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from framewell.gateway.v1.explanation_pb2 import AssetDeadLetter, Backlog, Reason, ReasonWeight, WaitingRecord
from framewell.mesh.v1.operations_service_pb2 import (
    Breaker,
    PausedPartition,
    StartedRecord,
)
from framewell_contracts.sentences import say, worded, wording_of
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
    return Reason(
        kind=kind,
        weight=weight,
        service=service,
        sentence=sentence,
        advice=advice,
        wording=wording_of(sentence),
    )


def of_broker(away: str) -> Iterator[Reason]:
    """Yield a reason when the broker does not answer."""
    if away:
        sentence = say("why.broker_away", "The broker does not answer: {why}.", why=away)
        yield reason("broker_away", STUCK, "broker", sentence, "framewell status")


def of_service(work: ServiceReplies, *, needed: bool) -> Iterator[Reason]:
    """Yield reasons of a service that is away or not ready; they weigh little while it is not needed."""
    name = work.service
    if work.away:
        if needed:
            sentence = say("why.away", "{service} is away: {why}.", service=name, why=work.away)
            yield reason("service_away", STUCK, name, sentence, "framewell status")
        else:
            sentence = say(
                "why.away_unneeded",
                "{service} is away, which it does not need yet: {why}.",
                service=name,
                why=work.away,
            )
            yield reason("service_away", MOVES, name, sentence, "framewell status")
        return
    if needed:
        yield from _of_replicas(work)


def _of_replicas(work: ServiceReplies) -> Iterator[Reason]:
    """Yield reasons of replicas that do not answer while others do, and of those that are not ready."""
    name, advice = work.service, "framewell status"
    for one in work.silent:
        sentence = say(
            "why.replica_away",
            "One of {replicas} replicas of {service} is away: {why} ({address}).",
            replicas=len(work.replicas),
            service=name,
            why=one.away,
            address=one.address,
        )
        yield reason("replica_away", MOVES, name, sentence, advice)
    if work.breakers:
        return  # that is why, and a reason of its own
    weight = MOVES if work.ready else WAITS
    for one in work.answering:
        for note in one.reply.notes:
            if note.part == LONG_LOOKS:
                sentence = say(
                    "why.long_look",
                    "In {service} {note}.",
                    service=f"{name}{work.whose(one)}",
                    note=worded(note.reason, note.wording),
                )
                yield reason("long_look", MOVES, name, sentence, "framewell models list")
        if not one.reply.ready:
            parts = [worded(part.reason, part.wording) for part in one.reply.waiting]
            sentence = say(
                "why.unready",
                "{service} is not ready: {why}.",
                service=f"{name}{work.whose(one)}",
                why=_several(parts),
            )
            yield reason("service_unready", weight, name, sentence, advice)


def of_breaker(breaker: Breaker, now: datetime) -> Reason:
    """Return the reason of a stage whose breaker is open."""
    since = (
        say("why.since", " since {time}", time=clock_text(breaker.opened_at))
        if breaker.HasField("opened_at")
        else ""
    )
    tries = (
        say("why.tries_then", "It tries one record {when}.", when=when(breaker.tries_at, now))
        if breaker.HasField("tries_at")
        else say("why.tries_now", "It tries one record now, and goes on if that succeeds.")
    )
    return reason(
        "breaker_open",
        STUCK,
        _service(breaker.group),
        say(
            "why.breaker_open",
            "The breaker of {group} is open{since}: most of its records failed. {tries}",
            group=breaker.group,
            since=since,
            tries=tries,
        ),
        f"framewell dlq resume {breaker.group}",
    )


def of_dead_letter(dead_letter: AssetDeadLetter) -> Reason:
    """Return the reason of a record that was given up."""
    return reason(
        "dead_letter",
        STUCK,
        _service(dead_letter.group),
        say(
            "why.dead_letter",
            "{group} gave up {what}{attempts, plural, =0 {} one { after 1 attempt} "
            "other { after # attempts}}: {why} ({code}).",
            group=dead_letter.group,
            what=_short(dead_letter.type),
            attempts=dead_letter.attempts,
            why=worded(dead_letter.reason, dead_letter.wording),
            code=dead_letter.code,
        ),
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
                say(
                    "why.records",
                    "{count} {what} wait for {group} in {topic}, the oldest for {time}.",
                    count=len(same),
                    what=_short(same[0].type),
                    group=group,
                    topic=topic,
                    time=ago(oldest, now),
                ),
            )


def _of_fresh(record: WaitingRecord, now: datetime) -> Reason:
    ahead = (
        say("why.behind", "behind {count, number} others", count=record.ahead)
        if record.ahead
        else say("why.next", "next in line")
    )
    return reason(
        "record",
        MOVES,
        _service(record.group),
        say(
            "why.record",
            "{what} waits for {group} in {place}, {ahead}, for {time}.",
            what=_short(record.type),
            group=record.group,
            place=f"{record.topic}/{record.partition}@{record.offset}",
            ahead=ahead,
            time=ago(record.written.ToDatetime(UTC), now),
        ),
    )


def _of_retry(record: WaitingRecord, now: datetime) -> Reason:
    retry = record.retry
    place = f"{record.topic}/{record.partition}@{record.offset}"
    what = _short(record.type)
    if retry.code == "failed":
        failure = say(
            "why.failed",
            "{group} failed {times, plural, one {once} other {# times}} at {what}: {why}.",
            group=record.group,
            times=retry.attempts,
            what=what,
            why=worded(retry.reason, retry.wording),
        )
    else:
        failure = say(
            "why.not_yet",
            "{group} cannot handle {what} yet: {why}.",
            group=record.group,
            what=what,
            why=worded(retry.reason, retry.wording),
        )
    return reason(
        "retry",
        WAITS,
        _service(record.group),
        say(
            "why.retry",
            "{failure} Attempt {attempt} comes {when}; it waits in {place}.",
            failure=failure,
            attempt=retry.attempts + 1,
            when=when(retry.not_before, now),
            place=place,
        ),
    )


def of_backlog(backlog: Backlog) -> Reason:
    """Return the reason of a group that is behind where the asset's records lie."""
    return reason(
        "backlog",
        MOVES,
        _service(backlog.group),
        say(
            "why.backlog",
            "{group} is {behind, number} records behind in {topic} ({done, number} of {all, number} done).",
            group=backlog.group,
            behind=backlog.behind,
            topic=backlog.topic,
            done=backlog.committed,
            all=backlog.end,
        ),
    )


def of_paused(paused: PausedPartition, now: datetime, whose: str) -> Reason:
    """Return the reason of a paused partition; `whose` says in which replica, where there are several."""
    return reason(
        "paused",
        WAITS,
        _service(paused.group),
        say(
            "why.paused",
            "{group} has paused {place}: {why}. It goes on {when}.",
            group=f"{paused.group}{whose}",
            place=f"{paused.topic}/{paused.partition}",
            why=worded(paused.reason, paused.wording),
            when=when(paused.until, now),
        ),
    )


def of_started(started: StartedRecord) -> Reason:
    """Return the reason of a heavy record at work, or of one that killed its worker before."""
    place = f"{started.topic}/{started.partition}@{started.offset}"
    if started.starts == 1:
        sentence = say("why.started", "{group} is at {place}.", group=started.group, place=place)
        return reason("started", MOVES, _service(started.group), sentence)
    return reason(
        "started",
        WAITS,
        _service(started.group),
        say(
            "why.started_again",
            "{group} started {place} {times, plural, one {once} other {# times}}, for its worker died; "
            "the fourth start gives it up.",
            group=started.group,
            place=place,
            times=started.starts,
        ),
    )


def of_unsent(work: ServiceReplies) -> Iterator[Reason]:
    """Yield a reason when the service holds facts that the broker has not taken."""
    if work.unsent_facts:
        sentence = say(
            "why.unsent",
            "{service} holds {count} {count, plural, one {fact} other {facts}} of it that the broker has not "
            "taken yet.",
            service=work.service,
            count=work.unsent_facts,
        )
        yield reason("unsent", WAITS, work.service, sentence)


def gravest_first(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons in the order in which a person should read them."""
    return sorted(reasons, key=lambda one: one.weight)


def _service(group: str) -> str:
    return group.split(".", maxsplit=1)[0]


def _short(event_type: str) -> str:
    short = event_type.removeprefix("framewell.").rsplit(".v", 1)[0]
    return short or say("what.unreadable", "a record that cannot be read")


def _several(parts: Sequence[str]) -> str:
    """Return reasons with semicolons between them; empty where there are none."""
    if len(parts) < 2:
        return "".join(parts) if not parts else parts[0]
    return say("several", "{first}; {rest}", first=parts[0], rest=_several(parts[1:]))


def clock_text(moment: Timestamp) -> str:
    """Return a moment as the clock shows it: `20:15:00 UTC`."""
    return f"{moment.ToDatetime(UTC):%H:%M:%S} UTC"


def when(moment: Timestamp, now: datetime) -> str:
    """Return when that comes: `in 12 s (20:15:00 UTC)`."""
    seconds = (moment.ToDatetime(UTC) - now).total_seconds()
    if seconds <= 0:
        return say("when.now", "now")
    return say("when.in", "in {time} ({clock})", time=_seconds(seconds), clock=clock_text(moment))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago that was: `12 s`, `5 min`."""
    return _seconds(max((now - moment).total_seconds(), 0.0))


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"

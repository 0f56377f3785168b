"""Reasons that lie in records on the broker: those that wait, failed, or are worked on. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from framewell.gateway.v1.explanation_pb2 import Backlog, Reason, WaitingRecord
from framewell.mesh.v1.operations_service_pb2 import PausedPartition, StartedRecord
from framewell_contracts.sentences import say, worded
from framewell_gateway.domain.reasons import MOVES, WAITS, reason, service_of, short_name
from framewell_gateway.domain.told_times import ago, when

# More records of one kind than this are one sentence with their number; the answer lists them all.
MOST_SENTENCES: Final = 3


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
                service_of(group),
                say(
                    "why.records",
                    "{count} {what} wait for {group} in {topic}, the oldest for {time}.",
                    count=len(same),
                    what=short_name(same[0].type),
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
        service_of(record.group),
        say(
            "why.record",
            "{what} waits for {group} in {place}, {ahead}, for {time}.",
            what=short_name(record.type),
            group=record.group,
            place=f"{record.topic}/{record.partition}@{record.offset}",
            ahead=ahead,
            time=ago(record.written.ToDatetime(UTC), now),
        ),
    )


def _of_retry(record: WaitingRecord, now: datetime) -> Reason:
    retry = record.retry
    place = f"{record.topic}/{record.partition}@{record.offset}"
    what = short_name(record.type)
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
        service_of(record.group),
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
        service_of(backlog.group),
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
        service_of(paused.group),
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
        return reason("started", MOVES, service_of(started.group), sentence)
    return reason(
        "started",
        WAITS,
        service_of(started.group),
        say(
            "why.started_again",
            "{group} started {place} {times, plural, one {once} other {# times}}, for its worker died; "
            "the fourth start gives it up.",
            group=started.group,
            place=place,
            times=started.starts,
        ),
    )

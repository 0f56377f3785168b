"""Reasons why an asset does not go on, one sentence each, with what to do about it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from framewell.gateway.v1.explanation_pb2 import AssetDeadLetter, Reason, ReasonWeight
from framewell.mesh.v1.operations_service_pb2 import (
    Breaker,
)
from framewell_contracts.sentences import say, several, worded, wording_of
from framewell_gateway.domain.broker_state import ServiceReplies
from framewell_gateway.domain.told_times import clock_text, when

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
                why=several(parts),
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
        service_of(breaker.group),
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
        service_of(dead_letter.group),
        say(
            "why.dead_letter",
            "{group} gave up {what}{attempts, plural, =0 {} one { after 1 attempt} "
            "other { after # attempts}}: {why} ({code}).",
            group=dead_letter.group,
            what=short_name(dead_letter.type),
            attempts=dead_letter.attempts,
            why=worded(dead_letter.reason, dead_letter.wording),
            code=dead_letter.code,
        ),
        dead_letter.replay,
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


def service_of(group: str) -> str:
    """Return the service that a consumer group is of."""
    return group.split(".", maxsplit=1)[0]


def short_name(event_type: str) -> str:
    """Return a type of events as people read it."""
    short = event_type.removeprefix("framewell.").rsplit(".v", 1)[0]
    return short or say("what.unreadable", "a record that cannot be read")

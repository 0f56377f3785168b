"""Why an asset is where it is: one verdict, and the reasons for it, the gravest first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from framewell.gateway.v1.asset_view_pb2 import AssetState
from framewell.gateway.v1.explanation_pb2 import (
    AssetExplanation,
    AssetVerdict,
    LastEvent,
    Reason,
    ServiceJob,
    ServiceReplica,
    ServiceWork,
)
from framewell.media.v1.media_pb2 import MediaKind
from framewell.mesh.v1.operations_service_pb2 import HeldJob, JobState
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.sentences import Sentence, say, wording_of, wordings_of
from framewell_gateway.domain import reasons as why
from framewell_gateway.domain import record_reasons
from framewell_gateway.domain.broker_state import BrokerState, Replica, ServiceReplies
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.job_reasons import of_job
from framewell_gateway.domain.moments import duration, timestamp
from framewell_gateway.domain.progress import ENDED, Progress

# An asset of which something happened so recently is on its way even when nothing of it can be seen: a
# fact is neither a record that waits nor a job while it is handled.
JUST_NOW = timedelta(seconds=30)


_CLOSE: Final = "close_recording"
"""The job of ingest that there is while a recording is under way."""

_LONGEST_TITLE: Final = 120
"""Characters of a title in a sentence; what is longer is cut off, with `…`."""

# Reasons that are about services and not about the asset.
_OF_SERVICES = frozenset({"service_away", "replica_away", "service_unready"})


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found out. `progress` is None for an asset only the broker knows yet.

    `title` is empty where the asset has none, or none is known.
    """

    asset_id: str
    now: datetime
    progress: Progress | None
    last_event: RecordedEvent | None
    broker: BrokerState
    broker_away: str
    services: Sequence[ServiceReplies]
    title: str = ""


# Which services the next step of an asset takes, by its state; in words, what that step is.
_STAGES: dict[int, tuple[str, frozenset[str]]] = {
    AssetState.ASSET_STATE_REQUESTED: ("taking in", frozenset({"ingest"})),
    AssetState.ASSET_STATE_INGESTED: ("planning", frozenset({"transcode"})),
    AssetState.ASSET_STATE_TRANSCODING: ("transcoding", frozenset({"transcode", "inference"})),
    AssetState.ASSET_STATE_ANALYSING: ("analysing", frozenset({"inference"})),
    AssetState.ASSET_STATE_ANALYSED: ("done", frozenset()),
    AssetState.ASSET_STATE_REJECTED: ("done", frozenset()),
    AssetState.ASSET_STATE_REMOVED: ("done", frozenset()),
}


def diagnose(found: Findings) -> AssetExplanation:
    """Return the verdict that the findings give, with the reasons for it."""
    progress, last = found.progress, found.last_event
    state = progress.state if progress else AssetState.ASSET_STATE_REQUESTED
    stage, needed = _STAGES[state]
    reasons = why.gravest_first(_reasons(found, needed, ended=state in ENDED))
    silent = last is None or found.now - last.time > JUST_NOW
    verdict = _verdict(state, reasons, silent=silent)
    if verdict == AssetVerdict.ASSET_VERDICT_STUCK and not reasons:
        sentence = say(
            "why.nothing_held",
            "Nobody holds anything of it: no record waits, no job is left, nothing was given up. "
            "Make it anew: POST /v1/assets/{asset_id}/reprocess.",
            asset_id=found.asset_id,
        )
        reasons = [why.reason("nothing_held", why.STUCK, "", sentence)]
    groups = {one.group for one in found.broker.waiting}
    headline, waits_for = _headline(found, verdict), list(_waits_for(found))
    missing = progress.missing if progress else ()
    incomplete = [*found.broker.cut, *_unasked(found)]
    return AssetExplanation(
        asset_id=found.asset_id,
        state=progress.state if progress else AssetState.ASSET_STATE_UNSPECIFIED,
        reason=progress.reason if progress else None,
        verdict=verdict,
        headline=headline,
        headline_wording=wording_of(headline),
        reason_wording=wording_of((progress.reason or "") if progress else ""),
        stage=stage,
        waits_for=waits_for,
        waits_for_wordings=wordings_of(waits_for),
        reasons=reasons,
        records=found.broker.waiting,
        backlogs=[one for one in found.broker.backlogs if one.group in groups],
        dead_letters=found.broker.dead_letters,
        jobs=[ServiceJob(service=one.service, job=job) for one in found.services for job in one.jobs],
        services=[_service_work(one) for one in found.services],
        missing=missing,
        missing_wordings=wordings_of(missing),
        incomplete=incomplete,
        incomplete_wordings=wordings_of(incomplete),
        last_event=_last_event(last, found.now) if last else None,
    )


def _last_event(event: RecordedEvent, now: datetime) -> LastEvent:
    """Return the event with its age to the tenth of a second."""
    age = timedelta(seconds=round(max((now - event.time).total_seconds(), 0.0), 1))
    return LastEvent(type=event.type, time=timestamp(event.time), age=duration(age))


def _service_work(service: ServiceReplies) -> ServiceWork:
    return ServiceWork(
        service=service.service,
        away=service.away,
        away_wording=wording_of(service.away),
        ready=service.ready,
        breakers=service.breakers,
        unsent_facts=service.unsent_facts,
        replicas=[_service_replica(one) for one in service.replicas],
    )


def _service_replica(replica: Replica) -> ServiceReplica:
    reply = replica.reply
    return ServiceReplica(
        address=replica.address,
        process=reply.process,
        away=replica.away,
        away_wording=wording_of(replica.away),
        ready=reply.ready,
        waiting=reply.waiting,
        paused=reply.paused,
    )


def _reasons(found: Findings, needed: frozenset[str], *, ended: bool) -> Iterator[Reason]:
    waiting, now = found.broker.waiting, found.now
    held = {one.service for one in found.services if any(map(_is_unfinished, one.jobs))}
    concerned = needed | held | {one.group.partition(".")[0] for one in waiting}
    groups = {one.group for one in waiting}
    places = {(one.group, one.topic, one.partition) for one in waiting}
    records = {(one.group, one.topic, one.partition, one.offset) for one in waiting}
    if not ended or waiting:
        yield from why.of_broker(found.broker_away)
    for service in found.services:
        if not ended or service.service in concerned:
            yield from why.of_service(service, needed=service.service in concerned)
        for breaker in service.breakers:
            if breaker.group in groups or (not ended and service.service in concerned):
                yield why.of_breaker(breaker, now)
        yield from (of_job(service.service, job, now) for job in service.jobs)
        yield from (
            record_reasons.of_paused(one, now, service.whose(replica))
            for replica in service.answering
            for one in replica.reply.paused
            if (one.group, one.topic, one.partition) in places
        )
        yield from (
            record_reasons.of_started(one)
            for one in service.started
            if (one.group, one.topic, one.partition, one.offset) in records
        )
        yield from why.of_unsent(service)
    yield from map(why.of_dead_letter, found.broker.dead_letters)
    yield from record_reasons.of_records(waiting, now)
    read = {(one.group, one.topic) for one in waiting if not one.HasField("retry")}
    behind = [one for one in found.broker.backlogs if (one.group, one.topic) in read and one.behind > 1]
    yield from map(record_reasons.of_backlog, behind)


def _is_unfinished(job: HeldJob) -> bool:
    return job.state != JobState.JOB_STATE_FAILED


def _verdict(
    state: "AssetState.ValueType", reasons: Sequence[Reason], *, silent: bool
) -> "AssetVerdict.ValueType":
    if state in ENDED:
        return AssetVerdict.ASSET_VERDICT_ENDED
    weights = {one.weight for one in reasons}
    if why.STUCK in weights:
        return AssetVerdict.ASSET_VERDICT_STUCK
    if why.WAITS in weights:
        return AssetVerdict.ASSET_VERDICT_WAITING
    of_its_own = any(one.kind not in _OF_SERVICES for one in reasons)
    if silent and not of_its_own:
        return AssetVerdict.ASSET_VERDICT_STUCK
    return AssetVerdict.ASSET_VERDICT_MOVING


_MOVEMENTS = {
    AssetVerdict.ASSET_VERDICT_MOVING: say("movement.moving", "It is moving"),
    AssetVerdict.ASSET_VERDICT_WAITING: say("movement.waits", "It waits"),
    AssetVerdict.ASSET_VERDICT_STUCK: say("movement.stuck", "It is stuck"),
}


def _headline(found: Findings, verdict: "AssetVerdict.ValueType") -> Sentence:
    asset = _named(found)
    standing = say("standing.not_taken_in", "{asset} is not taken in yet", asset=asset)
    if found.progress is not None:
        state = enum_word(AssetState.DESCRIPTOR, found.progress.state)
        reason = found.progress.reason.rstrip(".") if found.progress.reason else ""
        standing = say(
            "standing",
            "{asset} is {state}{reason}",
            asset=asset,
            state=state,
            reason=say("standing.because", ": {why}", why=reason) if reason else "",
        )
    count = len(found.broker.dead_letters)
    if verdict == AssetVerdict.ASSET_VERDICT_ENDED:
        given_up = say("headline.given_up", " {count} of its records were given up.", count=count)
        return say(
            "headline.ended",
            "{standing}. Nothing more happens by itself.{given_up}",
            standing=standing,
            given_up=given_up if count else "",
        )
    return say("headline", "{standing}. {movement}.", standing=standing, movement=_MOVEMENTS[verdict])


def _named(found: Findings) -> str:
    """Return what the asset is called in a sentence: its title, or its id where it has none."""
    if not found.title:
        return found.asset_id
    title = found.title
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
    return say("asset_named", "“{title}”", title=title)


def _waits_for(found: Findings) -> Iterator[str]:
    """Yield what the next steps are, as far as its events say."""
    progress = found.progress
    if progress is None or progress.state == AssetState.ASSET_STATE_REQUESTED:
        yield say("next.fetch", "ingest: to fetch and read the original")
        return
    under_way = any(job.kind == _CLOSE and _is_unfinished(job) for one in found.services for job in one.jobs)
    if under_way:
        yield say("next.segments", "ingest: further segments of the recording, or its end")
    elif progress.state == AssetState.ASSET_STATE_INGESTED:
        yield say("next.plan", "transcode: to plan its chunks")
    if progress.state not in {AssetState.ASSET_STATE_TRANSCODING, AssetState.ASSET_STATE_ANALYSING}:
        return
    chunks, steps = progress.chunks, progress.steps
    untouched = chunks.planned - chunks.transcoded - chunks.failed
    if untouched > 0:
        yield say("next.transcode", "transcode: {count} of {all} chunks", count=untouched, all=chunks.planned)
    unseen = chunks.transcoded - chunks.analysed
    if unseen > 0:
        yield say(
            "next.analyse",
            "inference: {count} of {all} transcoded chunks",
            count=unseen,
            all=chunks.transcoded,
        )
    if under_way:
        return
    if progress.kind != MediaKind.MEDIA_KIND_STILL and "audio.extracted" not in steps:
        yield say("next.sound", "transcode: the sound")
    elif progress.kind != MediaKind.MEDIA_KIND_STILL and "audio.analysed" not in steps:
        yield say("next.listen", "inference: the sound")


def _unasked(found: Findings) -> Iterator[str]:
    if found.broker_away:
        yield say(
            "unasked.broker",
            "records and dead letters could not be looked for: the broker does not answer",
        )
    for service in found.services:
        if service.away:
            yield say("unasked.service", "what {service} holds of it is not known", service=service.service)
        for one in service.silent:
            yield say(
                "unasked.replica",
                "what {service} at {address} has paused is not known: it does not answer",
                service=service.service,
                address=one.address,
            )

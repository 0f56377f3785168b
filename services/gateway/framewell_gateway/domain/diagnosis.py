"""Why an asset is where it is: one verdict, and the reasons for it, the gravest first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from framewell_gateway.domain import reasons as why
from framewell_gateway.domain.events import RecordedEvent
from framewell_gateway.domain.progress import AssetState, Progress
from framewell_gateway.domain.reasons import Reason, Weight, gravest_first
from framewell_gateway.domain.whereabouts import ServiceWork, Whereabouts

# An asset of which something happened so recently is on its way even when nothing of it can be seen: a
# fact is neither a record that waits nor a job while it is handled.
JUST_NOW = timedelta(seconds=30)
_STUCK = (
    "Nobody holds anything of it: no record waits, no job is left, nothing was given up. "
    "Make it anew: POST /v1/assets/{asset_id}/reprocess."
)


# Reasons that tell of services and not of the asset.
_OF_SERVICES = frozenset({"service_away", "replica_away", "service_unready"})


class Verdict(StrEnum):
    """What a person wants to know first."""

    ENDED = "ended"
    MOVING = "moving"
    WAITING = "waiting"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found out. `progress` is None for an asset only the broker knows yet."""

    asset_id: str
    now: datetime
    progress: Progress | None
    events: Sequence[RecordedEvent]
    where: Whereabouts
    broker_away: str
    works: Sequence[ServiceWork]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer. `incomplete` says what could not be looked at; `findings` is what it stands on."""

    verdict: Verdict
    headline: str
    stage: str
    waits_for: Sequence[str]
    reasons: Sequence[Reason]
    incomplete: Sequence[str]
    last_event: RecordedEvent | None
    findings: Findings


# Which services the next step of an asset takes, by its state; in words, what that step is.
_STAGES: dict[AssetState, tuple[str, frozenset[str]]] = {
    AssetState.REQUESTED: ("taking in", frozenset({"ingest"})),
    AssetState.INGESTED: ("planning", frozenset({"transcode"})),
    AssetState.TRANSCODING: ("transcoding", frozenset({"transcode", "inference"})),
    AssetState.ANALYSING: ("analysing", frozenset({"inference"})),
    AssetState.ANALYSED: ("done", frozenset()),
    AssetState.REJECTED: ("done", frozenset()),
    AssetState.REMOVED: ("done", frozenset()),
}


def diagnose(found: Findings) -> Diagnosis:
    """Weigh the findings."""
    state = found.progress.state if found.progress else AssetState.REQUESTED
    stage, needed = _STAGES[state]
    reasons = gravest_first(_reasons(found, needed, ended=state.ended))
    last = max(found.events, key=lambda event: event.time, default=None)
    silent = last is None or found.now - last.time > JUST_NOW
    verdict = _verdict(state, reasons, silent=silent)
    if verdict is Verdict.STUCK and not reasons:
        sentence = _STUCK.format(asset_id=found.asset_id)
        reasons = [Reason("nothing_held", Weight.STUCK, "", sentence)]
    return Diagnosis(
        verdict=verdict,
        headline=_headline(found, state, verdict, last),
        stage=stage,
        waits_for=[*_waits_for(found)],
        reasons=reasons,
        incomplete=[*found.where.cut, *_unasked(found)],
        last_event=last,
        findings=found,
    )


def _reasons(found: Findings, needed: frozenset[str], *, ended: bool) -> Iterator[Reason]:
    where, now = found.where, found.now
    concerned = needed | {one.service for one in where.waiting}
    concerned |= {work.service for work in found.works if any(job.state != "failed" for job in work.jobs)}
    groups = {one.group for one in where.waiting}
    places = {(one.group, one.topic, one.partition) for one in where.waiting}
    records = {(one.group, one.topic, one.partition, one.offset) for one in where.waiting}
    if not ended or where.waiting:
        yield from why.of_broker(found.broker_away)
    for work in found.works:
        if not ended or work.service in concerned:
            yield from why.of_service(work, needed=work.service in concerned)
        for breaker in work.breakers:
            if breaker.group in groups or (not ended and work.service in concerned):
                yield why.of_breaker(breaker, now)
        yield from (why.of_job(work.service, job, now) for job in work.jobs)
        yield from (
            why.of_paused(one, now, work.whose(replica))
            for replica in work.answering
            for one in replica.paused
            if (one.group, one.topic, one.partition) in places
        )
        yield from (
            why.of_started(one)
            for one in work.started
            if (one.group, one.topic, one.partition, one.offset) in records
        )
        yield from why.of_unsent(work)
    yield from map(why.of_given_up, where.given_up)
    yield from why.of_records(where.waiting, now)
    read = {(one.group, one.topic) for one in where.waiting if not one.retry}
    behind = [one for one in where.backlogs if (one.group, one.topic) in read and one.behind > 1]
    yield from map(why.of_backlog, behind)


def _verdict(state: AssetState, reasons: Sequence[Reason], *, silent: bool) -> Verdict:
    if state.ended:
        return Verdict.ENDED
    weights = {reason.weight for reason in reasons}
    if Weight.STUCK in weights:
        return Verdict.STUCK
    if Weight.WAITS in weights:
        return Verdict.WAITING
    of_its_own = any(reason.kind not in _OF_SERVICES for reason in reasons)
    return Verdict.STUCK if silent and not of_its_own else Verdict.MOVING


def _headline(found: Findings, state: AssetState, verdict: Verdict, last: RecordedEvent | None) -> str:
    reason = found.progress.reason if found.progress else None
    told = f"{found.asset_id} is {state}" + (f": {reason.rstrip('.')}" if reason else "")
    if found.progress is None:
        told = f"{found.asset_id} is not taken in yet"
    letters = len(found.where.given_up)
    if verdict is Verdict.ENDED:
        left = f" {letters} of its records were given up." if letters else ""
        return f"{told}. Nothing more happens by itself.{left}"
    words = {Verdict.MOVING: "It is moving", Verdict.WAITING: "It waits", Verdict.STUCK: "It is stuck"}
    ago = f" Last event: {last.name}, {why.ago(last.time, found.now)} ago." if last else ""
    return f"{told}. {words[verdict]}.{ago}"


def _waits_for(found: Findings) -> Iterator[str]:
    """What the next steps are, as far as its events tell."""
    progress = found.progress
    if progress is None or progress.state is AssetState.REQUESTED:
        yield "ingest: to fetch and read the original"
        return
    if progress.state is AssetState.INGESTED:
        yield "transcode: to plan its chunks"
    if progress.state not in {AssetState.TRANSCODING, AssetState.ANALYSING}:
        return
    chunks, names = progress.chunks, {event.name for event in found.events}
    untouched = chunks.planned - chunks.transcoded - chunks.failed
    if untouched > 0:
        yield f"transcode: {untouched} of {chunks.planned} chunks"
    unseen = chunks.transcoded - chunks.analysed
    if unseen > 0:
        yield f"inference: {unseen} of {chunks.transcoded} transcoded chunks"
    if progress.kind != "still" and "audio.extracted" not in names:
        yield "transcode: the sound"
    elif progress.kind != "still" and "audio.analysed" not in names:
        yield "inference: the sound"


def _unasked(found: Findings) -> Iterator[str]:
    if found.broker_away:
        yield "records and dead letters could not be looked for: the broker does not answer"
    for work in found.works:
        if work.away:
            yield f"what {work.service} holds of it is not known"
        for one in work.silent:
            yield f"what {work.service} at {one.address} has paused is not known: it does not answer"

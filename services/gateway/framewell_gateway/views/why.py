"""What `GET /v1/assets/{id}/why` and `framewell why ASSET --json` say."""

from datetime import datetime

from pydantic import ConfigDict, Field

from framewell_gateway.domain.diagnosis import Diagnosis, Verdict
from framewell_gateway.domain.reasons import Weight
from framewell_gateway.domain.whereabouts import HeldJob, Replica, ServiceWork
from framewell_gateway.views.asset import View


class Finding(View):
    """Told as it was found: `model_validate` takes it from the attributes of the domain's own value."""

    model_config = ConfigDict(from_attributes=True)


class ReasonView(Finding):
    """One reason, the gravest first. `kind` is a stable word, `advice` a command to run (may be empty)."""

    kind: str
    weight: Weight
    service: str
    sentence: str
    advice: str


class RetryView(Finding):
    """A record that waits in a retry topic for its next try."""

    attempts: int
    not_before: datetime
    code: str
    reason: str
    origin_topic: str


class RecordView(Finding):
    """A record that a group has not handled; `ahead` counts those before it."""

    group: str
    topic: str
    partition: int
    offset: int
    type: str = Field(validation_alias="event_type")
    id: str = Field(validation_alias="event_id")
    written: datetime
    ahead: int
    retry: RetryView | None


class BacklogView(Finding):
    """How far a group is behind in a topic."""

    group: str
    topic: str
    committed: int
    end: int
    behind: int


class DeadLetterView(Finding):
    """A record that was given up; `replay` is the command that tries it again."""

    place: str
    group: str
    type: str = Field(validation_alias="event_type")
    id: str = Field(validation_alias="event_id")
    code: str
    reason: str
    attempts: int
    given_up: datetime
    replay: str


class JobView(View):
    """A leased job of the asset that is not done."""

    service: str
    kind: str
    key: str
    state: str
    attempt: int
    starts: int
    worker: str
    put: datetime
    leased_until: datetime | None
    due: datetime | None
    reason: str
    code: str


class PausedView(Finding):
    """A partition that a replica does not read until then."""

    group: str
    topic: str
    partition: int
    until: datetime
    reason: str


class ReplicaView(View):
    """One process of a service, as it says itself: `process` is host and process id.

    `away` is why it does not answer, `waiting` why it is not ready; empty: it is well.
    """

    address: str
    process: str
    away: str
    ready: bool
    waiting: dict[str, str]
    breakers_open: list[str]
    paused: list[PausedView]


class ServiceView(View):
    """A service: `away` is why none of its replicas answers; it is ready when one of them is."""

    service: str
    away: str
    ready: bool
    breakers_open: list[str]
    unsent_facts: int
    replicas: list[ReplicaView]


class LastEventView(View):
    """The last thing that happened."""

    type: str
    time: datetime
    seconds_ago: float


class WhyView(View):
    """Why an asset is where it is. `incomplete` says what could not be looked at."""

    asset_id: str
    state: str | None
    reason: str | None
    verdict: Verdict
    headline: str
    stage: str
    waits_for: list[str]
    reasons: list[ReasonView]
    records: list[RecordView]
    backlogs: list[BacklogView]
    dead_letters: list[DeadLetterView]
    jobs: list[JobView]
    services: list[ServiceView]
    missing: list[str]
    incomplete: list[str]
    last_event: LastEventView | None


def why_view(said: Diagnosis) -> WhyView:
    """As it is told."""
    found = said.findings
    groups = {one.group for one in found.where.waiting}
    last = said.last_event
    return WhyView(
        asset_id=found.asset_id,
        state=found.progress.state if found.progress else None,
        reason=found.progress.reason if found.progress else None,
        verdict=said.verdict,
        headline=said.headline,
        stage=said.stage,
        waits_for=[*said.waits_for],
        reasons=[ReasonView.model_validate(one) for one in said.reasons],
        records=[RecordView.model_validate(one) for one in found.where.waiting],
        backlogs=[BacklogView.model_validate(one) for one in found.where.backlogs if one.group in groups],
        dead_letters=[DeadLetterView.model_validate(one) for one in found.where.given_up],
        jobs=[_job(work.service, job) for work in found.works for job in work.jobs],
        services=[_service(work) for work in found.works],
        missing=[*found.progress.missing] if found.progress else [],
        incomplete=[*said.incomplete],
        last_event=last
        and LastEventView(
            type=last.type,
            time=last.time,
            seconds_ago=round(max((found.now - last.time).total_seconds(), 0.0), 1),
        ),
    )


def _job(service: str, job: HeldJob) -> JobView:
    return JobView(
        service=service,
        kind=job.kind,
        key=job.key,
        state=job.state,
        attempt=job.attempt,
        starts=job.starts,
        worker=job.worker,
        put=job.put,
        leased_until=job.leased_until,
        due=job.due,
        reason=job.reason,
        code=job.code,
    )


def _service(work: ServiceWork) -> ServiceView:
    return ServiceView(
        service=work.service,
        away=work.away,
        ready=work.ready,
        breakers_open=[one.group for one in work.breakers],
        unsent_facts=work.unsent_facts,
        replicas=[_replica(one) for one in work.replicas],
    )


def _replica(one: Replica) -> ReplicaView:
    return ReplicaView(
        address=one.address,
        process=one.process,
        away=one.away,
        ready=one.ready,
        waiting=dict(one.waiting),
        breakers_open=[breaker.group for breaker in one.breakers],
        paused=[PausedView.model_validate(paused) for paused in one.paused],
    )

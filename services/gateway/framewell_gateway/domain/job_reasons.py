"""Reasons why an asset does not go on that lie with leased jobs. Pure."""

from datetime import UTC, datetime

from framewell.gateway.v1.explanation_pb2 import Reason
from framewell.mesh.v1.operations_service_pb2 import HeldJob, JobState
from framewell_contracts.sentences import Sentence, say, worded
from framewell_gateway.domain.reasons import MOVES, STUCK, WAITS, reason
from framewell_gateway.domain.told_times import ago, clock_text, when


def of_job(service: str, job: HeldJob, now: datetime) -> Reason:
    """Return the reason of a leased job, by its state."""
    why, known = worded(job.reason, job.wording), {"kind": job.kind, "service": service}
    if job.state == JobState.JOB_STATE_FAILED:
        sentence = say(
            "why.job_failed",
            "The job {kind} of {service} was given up: {why} ({code}).",
            why=why,
            code=job.code,
            **known,
        )
        return reason("job", STUCK, service, sentence)
    attempt = say("why.attempt", ", attempt {attempt}", attempt=job.attempt) if job.attempt > 1 else ""
    last = say("why.last", " The last attempt ended with: {why}.", why=why) if job.reason else ""
    if job.state == JobState.JOB_STATE_LATER and not _waits_for_others(job):
        then = when(job.due_at, now) if job.HasField("due_at") else say("when.later", "later")
        sentence = say(
            "why.job_later",
            "The job {kind} of {service} is tried again {when}{attempt}.{last}",
            when=then, attempt=attempt, last=last, **known,
        )  # fmt: skip
        return reason("job", WAITS, service, sentence)
    if job.state == JobState.JOB_STATE_RUNNING:
        return reason("job", MOVES, service, _runs(service, job, attempt, last))
    since = ago(job.put_at.ToDatetime(UTC), now)
    if _waits_for_others(job):
        again = (
            say("why.again", " It is looked at again {when}.", when=when(job.due_at, now))
            if job.HasField("due_at")
            else ""
        )
        sentence = say(
            "why.job_waits",
            "The job {kind} of {service} waits, for {time} now: {why}.{again}",
            time=since, why=why, again=again, **known,
        )  # fmt: skip
        return reason("job", WAITS, service, sentence)
    sentence = say(
        "why.job_ready",
        "The job {kind} of {service} waits for a free worker{attempt}, for {time} now.{last}",
        attempt=attempt, time=since, last=last, **known,
    )  # fmt: skip
    return reason("job", MOVES, service, sentence)


def _runs(service: str, job: HeldJob, attempt: str, last: str) -> Sentence:
    """Return the sentence on a job that is under way."""
    lease = (
        say("why.lease", ", its lease lasts until {time}", time=clock_text(job.leased_until))
        if job.HasField("leased_until")
        else ""
    )
    died = (
        say(
            "why.died",
            " Its worker died {times, plural, one {once} other {# times}} before.",
            times=job.starts - 1,
        )
        if job.starts > 1
        else ""
    )
    return say(
        "why.job_runs",
        "The job {kind} of {service} runs{attempt}{lease}.{died}{last}",
        kind=job.kind, service=service, attempt=attempt, lease=lease, died=died, last=last,
    )  # fmt: skip


def _waits_for_others(job: HeldJob) -> bool:
    """Return whether the job was looked at, did not fail, and waits for what its reason says."""
    waiting = {JobState.JOB_STATE_WAITING, JobState.JOB_STATE_LATER}
    return bool(job.reason) and job.attempt <= 1 and job.state in waiting
